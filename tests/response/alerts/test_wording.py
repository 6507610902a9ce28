"""Our own texts: complete, short, and silent about who writes where that protects."""

from dataclasses import replace

import pytest

from safeconduct.response.alerts.engine import wording
from safeconduct.wires.hazards.terms import Hazard, Severity
from safeconduct.wires.messaging.terms import Channel

PLACE = {"az": "Kahramanmaraş", "en": "Kahramanmaras", "ru": "Кахраманмараш"}
GIVING_AWAY = (
    "XİN",
    "MFA",
    "МИД",
    "azərbaycan",
    "azerbaijan",
    "азербайджан",
    "vətəndaş",
    "citizen",
)


@pytest.mark.parametrize("hazard", [kind.value for kind in Hazard])
@pytest.mark.parametrize("neutral", [True, False])
@pytest.mark.parametrize("exercise", [True, False])
def test_an_sms_takes_two_parts_at_most(
    hazard: str, neutral: bool, exercise: bool, settings: object
) -> None:
    settings.ANSWER_URL = "http://127.0.0.1:8010"
    for severity in Severity.values:
        words = wording.starting_words(
            hazard, severity, PLACE, asks=True, neutral=neutral, exercise=exercise
        )
        assert set(words) == {"az", "en", "ru"}
        for language, word in words.items():
            cut = wording.sms_segments(word.sms, language=language, exercise=exercise)
            assert cut.count <= 2, (language, word.sms)


@pytest.mark.parametrize("hazard", [kind.value for kind in Hazard])
def test_a_neutral_sms_names_neither_ministry_nor_nationality(hazard: str) -> None:
    words = wording.starting_words(hazard, "Severe", PLACE, asks=True, neutral=True)
    for word in words.values():
        assert not [name for name in GIVING_AWAY if name.casefold() in word.sms.casefold()]


def test_every_sms_that_asks_holds_a_link_and_the_digits() -> None:
    for word in wording.starting_words("flood", "Minor", PLACE, asks=True, neutral=False).values():
        assert "{link}" in word.sms
        assert all(f"{digit} " in word.sms for digit in (1, 2, 3))


def test_nothing_is_asked_where_nothing_is_to_be_answered() -> None:
    words = wording.starting_words("flood", "Minor", PLACE, asks=False, neutral=False)
    assert not any("{link}" in word.sms for word in words.values())
    drafts = wording.message_texts(words, asks=False)
    assert not any("{link}" in draft.body for draft in drafts)


def test_a_mail_says_where_we_have_the_reader_from() -> None:
    words = wording.starting_words("flood", "Minor", PLACE, asks=True, neutral=False)
    mails = [d for d in wording.message_texts(words, asks=True) if d.channel == Channel.EMAIL]
    assert len(mails) == 3
    assert all("/me/link/" in mail.body for mail in mails)


def test_every_hazard_has_its_own_name_in_every_language() -> None:
    for language in ("az", "en", "ru"):
        names = {wording.event_name(kind.value, language) for kind in Hazard}
        assert len(names) == len(Hazard)


def test_every_default_scope_that_is_not_public_has_a_reason() -> None:
    for code, rule in wording.scope_rules().items():
        assert rule.reason or code == "default"


@pytest.mark.parametrize("hazard", [kind.value for kind in Hazard])
@pytest.mark.parametrize("exercise", [True, False])
def test_the_longest_place_and_a_long_link_still_take_two_parts(
    hazard: str, exercise: bool, settings: object
) -> None:
    settings.ANSWER_URL = "https://" + "a" * 20 + ".org"
    # Longer than what cities and countries are called; it is cut, but stays known.
    place = dict.fromkeys(("az", "en", "ru"), "Əlisəbalı-" * 9)
    words = wording.starting_words(
        hazard, "Severe", place, asks=True, neutral=False, exercise=exercise
    )
    for language, word in words.items():
        cut = wording.sms_segments(word.sms, language=language, exercise=exercise)
        assert cut.count <= 2, (language, word.sms)
        assert ("Elisebali" if language == "en" else "Əlisəbalı") in word.sms
        assert "{link}" in word.sms


def test_every_message_has_a_place_for_its_code() -> None:
    words = wording.starting_words("flood", "Minor", PLACE, asks=True, neutral=False)
    words |= wording.correcting_words({"az": "Zəlzələ"}, neutral=True)
    words["tr"] = replace(words["en"], sms="Officers wrote this themselves.")
    for draft in wording.message_texts(words, asks=True):
        assert "{code}" in draft.body, draft
    assert wording.with_code("All right. #{code}") == "All right. #{code}"


def test_a_mail_says_where_its_code_is_checked(settings: object) -> None:
    settings.PUBLIC_URL = "https://safe.example"
    words = wording.starting_words("flood", "Minor", PLACE, asks=False, neutral=False)
    for draft in wording.message_texts(words, asks=False):
        if draft.channel == Channel.EMAIL:
            assert "https://safe.example/v/{code}" in draft.body


def test_the_parts_of_a_text_count_its_code_and_its_mark() -> None:
    fits = "x" * 160
    assert wording.sms_segments("x" * (160 - len(" #ABCDEF"))).count == 1
    assert wording.sms_segments(fits).count == 2
    plain = "x" * (160 - len(" #ABCDEF") - len("EXERCISE: "))
    assert wording.sms_segments(plain, exercise=True).count == 1
    assert wording.sms_segments(plain + "x", exercise=True).count == 2


def test_a_push_message_is_a_headline_and_a_few_lines() -> None:
    words = wording.starting_words("flood", "Minor", PLACE, asks=True, neutral=False)
    words["en"] = replace(words["en"], instruction="word " * 400)
    pushes = [d for d in wording.message_texts(words, asks=True) if d.channel == Channel.PUSH]
    assert {draft.language for draft in pushes} == {"az", "en", "ru"}
    assert all(draft.subject and len(draft.body) < 260 for draft in pushes)
    assert not any("{link}" in draft.body for draft in pushes)


@pytest.mark.parametrize("language", ["az", "en", "ru"])
def test_a_correction_of_a_long_place_fits_two_parts(language: str) -> None:
    long = "Zəlzələ: " + "Şanlıurfa və Diyarbəkir vilayətləri, " * 6
    word = wording.correcting_words({language: long}, neutral=False)[language]
    cut = wording.sms_segments(word.sms, language=language)
    assert cut.count <= 2
    assert "{" not in word.sms.replace("{code}", "")
    assert len(word.headline) <= 160
