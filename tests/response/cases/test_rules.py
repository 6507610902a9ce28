"""What follows from what was said, without a database."""

from datetime import UTC, datetime, timedelta

import pytest

from safeconduct.response.cases.rules import (
    changed_words,
    first_line,
    may_move,
    need_of,
    position_ends,
    state_after_word,
    told,
    urgency_of,
    why_urgent,
)
from safeconduct.response.cases.terms import Need, Outcome, State, Urgency

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_what_no_form_offers_is_something_else() -> None:
    assert need_of("injured") is Need.INJURED
    assert need_of("a lift to the moon") is Need.OTHER


@pytest.mark.parametrize(
    ("need", "injuries", "urgency"),
    [
        (Need.TRAPPED, "", Urgency.NOW),
        (Need.DOCUMENTS, "a broken leg", Urgency.NOW),
        (Need.DOCUMENTS, "  ", Urgency.DAYS),
        (Need.SHELTER, "", Urgency.TODAY),
        (Need.UNSAID, "", Urgency.TODAY),
    ],
)
def test_life_and_limb_come_first(need, injuries, urgency) -> None:
    assert urgency_of(need, injuries=injuries) is urgency


def test_every_urgency_has_a_reason_of_its_own() -> None:
    said = [
        why_urgent(Need.TRAPPED, injuries=False),
        why_urgent(Need.DOCUMENTS, injuries=True),
        why_urgent(Need.UNSAID, injuries=False),
        why_urgent(Need.DOCUMENTS, injuries=False),
        why_urgent(Need.SHELTER, injuries=False),
    ]
    assert len({str(reason) for reason in said}) == len(said)
    # Who is trapped and hurt is told the graver reason.
    assert why_urgent(Need.TRAPPED, injuries=True) == said[0]


def test_a_list_shows_one_line_of_a_long_letter() -> None:
    assert first_line(" We are\n\nat  the border ") == "We are at the border"
    assert first_line("x" * 160) == "x" * 160
    assert first_line("word " * 60).endswith("word…")
    assert len(first_line("x" * 161)) == 160


def test_a_word_from_its_sender_wakes_a_request_that_waited_for_them() -> None:
    assert state_after_word(State.WAITING) is State.OPEN
    assert state_after_word("new") is State.NEW


def test_what_is_closed_stays_closed() -> None:
    assert may_move(State.OPEN, State.WAITING)
    assert not may_move(State.OPEN, State.NEW)
    assert not may_move(State.CLOSED, State.OPEN)


def test_a_position_that_came_too_late_is_never_kept() -> None:
    hour = timedelta(hours=1)
    assert position_ends(NOON, NOON, hour) == NOON + hour
    assert position_ends(NOON - hour, NOON, hour) is None


def test_its_sender_reads_where_it_stands_and_what_comes_next() -> None:
    def read(state, *, owned=False, outcome="", withdrawn=False):
        return told(state, owned=owned, outcome=outcome, withdrawn=withdrawn)

    assert read(State.NEW) == ("new", "new_next")
    assert read(State.OPEN, owned=True) == ("open", "open_next")
    assert read(State.WAITING, owned=True) == ("waiting", "waiting_next")
    assert read(State.WAITING, withdrawn=True) == ("withdrawn", "withdrawn_next")
    assert read(State.CLOSED) == ("closed", f"closed_{Outcome.HELPED}")
    ended = [read(State.CLOSED, outcome=outcome.value)[1] for outcome in Outcome]
    assert len(set(ended)) == len(ended)


def test_a_report_adds_only_what_the_request_does_not_hold() -> None:
    before = {"phone": "+994501234567", "with": "", "people": 2}
    after = {"phone": "+994501234567", "with": "two children", "people": 3, "injuries": ""}
    assert changed_words(before, after) == {"with": "two children", "people": 3}
