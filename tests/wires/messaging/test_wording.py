import re
from datetime import date
from typing import Any

import pytest

from safeconduct.ground.kernel import tokens
from safeconduct.wires.messaging.engine.references import (
    ReferenceRefusedError,
    read_reference,
    reference,
)
from safeconduct.wires.messaging.engine.wording import NoWordsError, Wording
from safeconduct.wires.messaging.terms import Channel

UNTIL = date(2027, 3, 1)


def test_the_link_is_the_readers_own_in_the_language_they_are_written_to() -> None:
    wording = Wording(
        [("ru", 1, "", "Землетрясение. {link} 1, 2, 3"), ("en", 1, "", "Quake. {link}")],
        purpose="answer",
        expires_on=UNTIL,
    )
    spoken, _, body = wording.render(Channel.SMS, "uk", 77, 4)
    before, link, after = body.split(" ", 2)
    assert (spoken, before, after) == ("ru", "Землетрясение.", "1, 2, 3")
    read = tokens.read(link.rsplit("/", 1)[1], purpose="answer")
    assert read == tokens.Link(77, UNTIL, "ru", 4)


def test_a_text_without_link_needs_nobody_to_speak_for() -> None:
    wording = Wording([("az", 2, "Mövzu", "Mətn")], purpose="", expires_on=None)
    assert wording.render(Channel.EMAIL, "az", None, None) == ("az", "Mövzu", "Mətn")


def test_digits_are_the_readers_own_and_as_long_as_they_are_counted(settings: Any) -> None:
    wording = Wording([("en", 1, "", "{digits} is your code.")], purpose="", expires_on=None)
    bodies = {wording.render(Channel.SMS, "en", number, None)[2] for number in range(20)}
    assert len(bodies) == 20
    assert all(re.fullmatch(r"\d{6} is your code\.", body) for body in bodies)
    assert wording.parts(Channel.SMS, "en") == 1
    with pytest.raises(NoWordsError):
        wording.render(Channel.SMS, "en", None, None)
    # Whoever was sent digits before the key changed is still believed.
    old = tokens.digits(7, purpose="message")
    settings.LINK_KEYS = ["00" * 16, *settings.LINK_KEYS]
    assert tokens.digits(7, purpose="message")[1:] == old
    assert tokens.digits(7, purpose="other") != tokens.digits(7, purpose="message")


@pytest.mark.parametrize(
    ("channel", "subject_id", "post_id"),
    [(Channel.EMAIL, 1, 1), (Channel.SMS, None, 1), (Channel.SMS, 1, 1024), (Channel.SMS, 1, -1)],
)
def test_no_words_is_said_and_not_sent(
    channel: Channel, subject_id: int | None, post_id: int
) -> None:
    wording = Wording([("az", 1, "", "{link}")], purpose="answer", expires_on=UNTIL)
    with pytest.raises(NoWordsError):
        wording.render(channel, "az", subject_id, post_id)


def test_our_own_references_are_read_back() -> None:
    assert read_reference(reference(12, 3456)) == (12, 3456)


@pytest.mark.parametrize("change", ["1", "x", ".", "٣"])
def test_a_reference_nobody_gave_out_is_refused(change: str) -> None:
    with pytest.raises(ReferenceRefusedError):
        read_reference(change + reference(12, 3456))
    with pytest.raises(ReferenceRefusedError):
        read_reference(reference(12, 3456) + change)
    with pytest.raises(ReferenceRefusedError):
        read_reference("12.3456")
