"""Codes nobody mistakes, words that are compared, links that are known by their address."""

import re
from itertools import cycle
from re import _constants, _parser  # type: ignore[attr-defined]  # to look at its parts

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeconduct.wires.messaging import actions
from safeconduct.wires.messaging.actions import TextDraft
from safeconduct.wires.messaging.engine import authenticity
from safeconduct.wires.messaging.engine.authenticity import ALPHABET, Likeness
from safeconduct.wires.messaging.engine.push import PushText
from safeconduct.wires.messaging.models import BatchText
from safeconduct.wires.messaging.terms import EXERCISE_MARKS, Channel
from tests import messages

HOMES = ["https://safe.example", "https://answers.example:8443"]
SENT = "XİN: Zəlzələ: Bakı. Binadan çıxın. {link} 1 yaxşıyam, 2 kömək (KXRPTW)"


def test_codes_hold_nothing_that_is_mistaken_for_something_else() -> None:
    minted = {authenticity.minted_code() for _ in range(500)}
    assert len(minted) > 490
    assert all(len(code) == 6 and set(code) <= set(ALPHABET) for code in minted)
    assert not set("AEIOULQVY015820") & set(ALPHABET)


@pytest.mark.parametrize(
    "written",
    [
        "KXRPTW",
        "kxrptw",
        " (KXRPTW) ",
        "https://safe.example/v/KXRPTW",
        # A reader with a Cyrillic keyboard types what it looks like.
        "КХRРТW",
        "Zəlzələ. Binadan çıxın (KXRPTW)",
        "KXRPTW.",
    ],
)
def test_a_code_is_found_however_it_is_written(written: str) -> None:
    assert authenticity.codes_in(written) == ["KXRPTW"]


@pytest.mark.parametrize("text", ["", "KXRPT", "KXRPTWW", "aKXRPTW", "KXRPTW1", "LKXRPT"])
def test_what_is_no_code_is_not_found(text: str) -> None:
    assert authenticity.codes_in(text) == []


def test_a_text_full_of_codes_asks_for_few() -> None:
    minted = " ".join(authenticity.minted_code() for _ in range(100))
    assert len(authenticity.codes_in(minted)) == 5


@pytest.mark.parametrize(
    ("link", "ours"),
    [
        ("https://safe.example/s/abc", True),
        ("HTTPS://Safe.Example", True),
        ("safe.example/v/KXRPTW", True),
        ("https://answers.example:8443/s/x", True),
        ("https://answers.example/s/x", False),
        ("http://safe.example/s/abc", False),
        ("https://safe.example.evil.com/s/abc", False),
        ("https://evil.com/safe.example", False),
        ("https://safe.example@evil.com/", False),
        ("https://evil.com\\@safe.example/", False),
        ("https://sаfe.example/s/abc", False),
        ("https://safe.example:99999/s", False),
        ("javascript://safe.example/%0aalert(1)", False),
    ],
)
def test_a_link_is_ours_by_its_address_alone(link: str, ours: bool) -> None:
    assert authenticity.leads_home(link, HOMES) is ours


def test_links_are_found_in_a_text() -> None:
    text = "Go. https://safe.example/s/abc. Then www.evil.com, or evil.com/x! Yes.No"
    assert authenticity.links_in(text) == [
        "https://safe.example/s/abc",
        "www.evil.com",
        "evil.com/x",
    ]


@pytest.mark.parametrize(
    ("pasted", "like"),
    [
        (SENT.replace("{link}", "https://safe.example/s/" + "a" * 22), Likeness.WHOLE),
        (SENT.replace("{link}", "").lower().replace(" ", "\n  "), Likeness.WHOLE),
        ("Zəlzələ: Bakı.", Likeness.PART),
        (SENT.replace("çıxın", "çıxmayın"), Likeness.OTHER),
        (SENT + " Pul göndərin.", Likeness.OTHER),
        ("Bakı Zəlzələ", Likeness.OTHER),
    ],
)
def test_words_are_compared_whatever_a_telephone_does_to_them(pasted: str, like: Likeness) -> None:
    assert authenticity.likeness(pasted, [SENT, "MFA: Earthquake."]) is like


@given(st.lists(st.sampled_from([" ", "\n", "\t", "  ", " \r\n"]), min_size=1, max_size=5))
def test_white_space_never_makes_a_difference(spaces: list[str]) -> None:
    words = SENT.split(" ")
    pasted = "".join(word + space for word, space in zip(words, cycle(spaces), strict=False))
    assert authenticity.likeness(pasted, [SENT]) is Likeness.WHOLE


def test_a_code_alone_leaves_nothing_to_compare() -> None:
    assert not authenticity.says_more_than_a_code("(kxrptw)  https://safe.example/v/KXRPTW")
    assert authenticity.says_more_than_a_code("KXRPTW go")


@pytest.mark.django_db
def test_a_batch_gets_a_code_that_stands_in_its_texts() -> None:
    batch = messages.batch(texts=[TextDraft("az", Channel.SMS, "Zəlzələ ({code})")])
    assert len(batch.code) == 6
    assert batch.topic == batch.code
    assert BatchText.objects.get(batch=batch).body == f"Zəlzələ ({batch.code})"


@pytest.mark.django_db
def test_a_code_in_use_is_not_given_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    coins = iter(["BBBBBB", "BBBBBB", "CCCCCC"])
    monkeypatch.setattr(actions, "minted_code", lambda: next(coins))
    assert [messages.batch().code, messages.batch().code] == ["BBBBBB", "CCCCCC"]


@pytest.mark.django_db
@pytest.mark.parametrize("language", sorted(EXERCISE_MARKS))
def test_an_exercise_says_so_first_in_every_language_and_channel(language: str) -> None:
    drafts = [
        TextDraft(language, channel, "Go out.", "Earthquake")
        for channel in (Channel.SMS, Channel.EMAIL, Channel.PUSH)
    ]
    batch = messages.batch(texts=drafts, exercise=True)
    for text in BatchText.objects.filter(batch=batch):
        assert text.subject == f"{EXERCISE_MARKS[language]}: Earthquake"
        is_push = text.channel == Channel.PUSH
        body = PushText.read(text.body).body if is_push else text.body
        assert body == f"{EXERCISE_MARKS[language]}: Go out."
    assert not BatchText.objects.exclude(batch=batch).filter(body__contains=": Go").exists()


@pytest.mark.django_db
def test_an_installation_for_exercises_marks_everything(settings: object) -> None:
    settings.MODE = "exercise"
    batch = messages.batch(texts=[TextDraft("en", Channel.SMS, "EXERCISE: Go out.")])
    assert BatchText.objects.get(batch=batch).body == "EXERCISE: Go out."


def test_no_letter_of_a_pasted_text_is_read_again_and_again() -> None:
    """The public page reads what anybody pastes: no text may cost the square of its length.

    Before the rest of a link, the expression counts up to a fixed number, or it gives nothing
    back and begins only where a name begins: each letter is looked at a few times at most.
    """
    (branches,) = [part[1][1] for part in _parser.parse(authenticity._LINK.pattern)]
    assert len(branches) == 3
    for branch in branches:
        *before, (_, (_, most, _)) = branch
        assert most is _constants.MAXREPEAT
        endless = [kind for kind, told in before if _is_endless(told)]
        assert set(endless) <= {_constants.POSSESSIVE_REPEAT}
        assert not endless or before[0][0] is _constants.ASSERT_NOT
    assert authenticity.links_in("aaaa." * 1200) == []


def _is_endless(told: object) -> bool:
    return isinstance(told, tuple) and len(told) == 3 and told[1] is _constants.MAXREPEAT


_SLOW_BUT_PLAIN = re.compile(
    r"[a-z][a-z0-9+.-]*://\S+|www\.\S+|(?:[\w-]+\.)+[\w-]+(?::\d+)?/\S*", re.IGNORECASE
)


@given(
    st.lists(
        st.sampled_from(["a", "b", "1", ".", "-", ":", "/", "://", "www.", " ", "ə", "@", "("])
    )
)
def test_links_are_those_that_a_plain_search_finds(parts: list[str]) -> None:
    text = "".join(parts[:40])
    found = [link.rstrip(authenticity._CLOSING) for link in _SLOW_BUT_PLAIN.findall(text)]
    assert authenticity.links_in(text) == found
