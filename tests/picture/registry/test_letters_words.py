"""What the registry writes by itself: in every language people can choose, and short enough."""

from typing import Final

import pytest
from django.conf import settings

from safeconduct.picture.registry.actions import letters, notices
from safeconduct.picture.registry.engine.texts import code_texts, still_there_texts
from safeconduct.picture.registry.terms import StillReason
from safeconduct.wires.messaging.rules import segments
from safeconduct.wires.messaging.terms import Channel

LANGUAGES: Final = {code for code, _name in settings.LANGUAGES}
# As long as a ministry's own address is: scheme, host, path and the 22 characters of a link.
LINK: Final = "https://safeconduct.mfa.gov.az" + "/me/still/" + "x" * 22
WORDS: Final = {
    "code": code_texts(),
    "letter": list(letters._texts()),
    **{f"still {reason}": still_there_texts(reason) for reason in StillReason},
}
# A code costs one part; what carries a link never costs more than two.
PARTS: Final = {"code": 1}
BUTTON: Final = {"az": "düymə", "en": "button", "ru": "кнопк", "fa": "دکمه", "ar": "زراً"}


@pytest.mark.parametrize("name", WORDS)
def test_every_language_people_can_choose_is_written_for_each_channel(name):
    written = {(one.language, one.channel) for one in WORDS[name]}
    channels = {channel for _language, channel in written}
    assert {Channel.SMS, Channel.EMAIL} <= channels
    assert written == {(language, channel) for language in LANGUAGES for channel in channels}


@pytest.mark.parametrize("name", WORDS)
def test_no_language_repeats_anothers_words(name):
    for channel in (Channel.SMS, Channel.EMAIL, Channel.PUSH):
        bodies = [one.body for one in WORDS[name] if one.channel == channel]
        assert len(bodies) == len(set(bodies))


@pytest.mark.parametrize("name", WORDS)
def test_an_sms_is_one_part_or_two(name):
    for one in WORDS[name]:
        if one.channel == Channel.SMS:
            sent = one.body.replace("{link}", LINK).replace("{digits}", "123456")
            counted = segments(sent.replace("{code}", "ABCDEF"))
            assert counted.count <= PARTS.get(name, 2), (one.language, counted)


@pytest.mark.parametrize("reason", StillReason)
def test_the_question_says_how_it_is_answered(reason):
    """A text back would be heard by nobody: it is the link, and a button behind it."""
    for one in still_there_texts(reason):
        assert BUTTON[one.language] in one.body.casefold(), (one.language, one.channel)
        assert ("{link}" in one.body) == (one.channel != Channel.PUSH)


def test_people_of_a_list_are_told_in_every_language_in_two_parts_at_most():
    assert set(notices._texts()) == LANGUAGES
    for language in LANGUAGES:
        text = notices._texts()[language].replace("{link}", LINK.replace("/still", ""))
        assert segments(text.replace("{code}", "ABCDEF")).count <= 2, language
