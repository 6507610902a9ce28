"""Reading text messages: what is not certain is never an answer."""

import string
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeconduct.response.checkins.engine import lexicon as words
from safeconduct.response.checkins.engine.lexicon import Kind, LexiconError, lexicon
from safeconduct.response.checkins.engine.understanding import Reading, slips, understood
from safeconduct.response.checkins.terms import Wish
from safeconduct.wires.intake.terms import Answer
from tests.letters import ANY
from tests.response.checkins.spoken import EXPECTED

SAYS = {"1": Answer.SAFE, "2": Answer.NEEDS_HELP, "3": Answer.NOT_THERE}
ASKS = {"s": Wish.STOP, "g": Wish.START}
KNOWN = lexicon()
SIGNS = {"harmless": [], "help": []}


def phrases(*kinds: Kind) -> list[str]:
    return sorted(" ".join(phrase) for phrase, kind in KNOWN.phrases.items() if kind in kinds)


def listed(*names: str) -> list[str]:
    return sorted(word for word, charges in KNOWN.charges.items() if charges & set(names))


SAFE, HELP, AWAY = phrases(Kind.SAFE), phrases(Kind.HELP), phrases(Kind.NOT_THERE)


@pytest.mark.parametrize(("text", "expected"), EXPECTED)
def test_a_message_is_read_as_it_was_meant_or_not_at_all(text: str, expected: str) -> None:
    reading = understood(text)
    assert (reading.answer, reading.wish) == (SAYS.get(expected), ASKS.get(expected))
    assert reading.calls == (expected in {"2", "!"})


def test_enough_messages_are_looked_at_in_every_language() -> None:
    assert len(EXPECTED) >= 150
    assert sum(expected in {"-", "!"} for _, expected in EXPECTED) >= 75


def test_a_digit_of_every_script_is_that_digit() -> None:
    for point in range(sys.maxunicode + 1):
        if unicodedata.decimal(chr(point), None) is not None:
            value = unicodedata.decimal(chr(point))
            assert understood(chr(point)).answer == SAYS.get(str(value))


@given(st.sampled_from(SAFE), st.sampled_from(listed("no")), st.booleans())
def test_what_is_denied_is_never_safe(said: str, denial: str, before: bool) -> None:
    text = f"{denial} {said}" if before else f"{said} {denial}"
    assert understood(text).answer is not Answer.SAFE


@given(st.sampled_from(SAFE), st.sampled_from([*HELP, *AWAY]), st.booleans())
def test_two_things_at_once_are_none(one: str, other: str, before: bool) -> None:
    text = f"{one}, {other}" if before else f"{other}. {one}"
    assert understood(text).answer is None


@given(st.sampled_from([*SAFE, *AWAY]), st.integers(0, 9), st.sampled_from(["zürafə", "Rauf"]))
def test_one_word_nobody_knows_makes_it_a_persons(said: str, at: int, unknown: str) -> None:
    parts = said.split()
    parts.insert(at % (len(parts) + 1), unknown)
    assert understood(" ".join(parts)) == Reading(None, None, understood(" ".join(parts)).calls)


@given(
    st.sampled_from([*HELP, *listed("worry"), *(f"{no} safe" for no in listed("no"))]),
    st.integers(0, 60),
    st.sampled_from(string.ascii_lowercase),
    st.sampled_from(["put", "drop", "swap", "change"]),
)
def test_a_slip_of_the_finger_never_turns_alarm_into_safety(
    said: str, at: int, letter: str, slip: str
) -> None:
    at %= len(said)
    rest = {
        "put": letter + said[at:],
        "drop": said[at + 1 :],
        "change": letter + said[at + 1 :],
        "swap": said[at + 1 : at + 2] + said[at] + said[at + 2 :],
    }[slip]
    assert understood(said[:at] + rest).answer in {None, Answer.NEEDS_HELP}


@given(st.text(ANY, max_size=60))
def test_any_text_is_read_without_a_fault(text: str) -> None:
    reading = understood(text)
    assert reading.answer is None or reading.wish is None


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        ("safe", "safe", 0),
        ("safe", "save", 1),
        ("hlep", "help", 1),
        ("", "abc", 3),
        ("ab", "ba", 1),
    ],
)
def test_slips_are_counted_with_swapped_neighbours(one: str, other: str, count: int) -> None:
    assert slips(one, other) == slips(other, one) == count


def test_no_phrase_of_safety_holds_a_denial() -> None:
    with pytest.raises(LexiconError, match="denies"):
        words.lexicon_of([{"safe": ["not bad"], "no": ["not"]}], SIGNS)


@pytest.mark.parametrize(
    "document",
    [
        {"safe": ["good"], "help": ["good"]},
        {"safe": ["[i am] [fine"]},
        {"safe": ["[a|b]"]},
        {"safe": ["good"], "unknown": []},
        {"worry": ["two words"]},
    ],
)
def test_a_list_that_would_make_us_guess_is_refused(document: dict[str, list[str]]) -> None:
    with pytest.raises(LexiconError):
        words.lexicon_of([document], SIGNS)


def test_brackets_stand_for_a_choice_or_for_nothing() -> None:
    found = {" ".join(phrase.split()) for phrase in words.expanded("[i am|we are] (safe|fine)")}
    assert found == {
        "safe", "fine", "i am safe", "i am fine", "we are safe", "we are fine",
    }  # fmt: skip
