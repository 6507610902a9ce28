from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeconduct.wires.messaging import rules
from safeconduct.wires.messaging.rules import Segments
from safeconduct.wires.messaging.terms import State
from tests.letters import ANY

NOW = datetime(2026, 2, 6, 1, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segments("GSM-7", 1, 0)),
        ("a" * 160, Segments("GSM-7", 1, 160)),
        ("a" * 161, Segments("GSM-7", 2, 161)),
        ("a" * 306, Segments("GSM-7", 2, 306)),
        ("a" * 307, Segments("GSM-7", 3, 307)),
        ("€" * 80, Segments("GSM-7", 1, 160)),
        ("€" * 81, Segments("GSM-7", 2, 162)),
        # 153 is odd, so a pair of septets would be cut: 76 pairs to a part.
        ("€" * 153, Segments("GSM-7", 3, 306)),
        ("ə" * 70, Segments("UCS-2", 1, 70)),
        ("ə" * 71, Segments("UCS-2", 2, 71)),
        ("Ж" * 134, Segments("UCS-2", 2, 134)),
        ("ج" * 135, Segments("UCS-2", 3, 135)),
        ("🚨" * 35, Segments("UCS-2", 1, 70)),
        ("🚨" * 36, Segments("UCS-2", 2, 72)),
        # 67 is odd, so an emoji would be cut: 33 to a part.
        ("🚨" * 67, Segments("UCS-2", 3, 134)),
        # One letter outside the alphabet turns the whole text.
        ("a" * 100 + "ə", Segments("UCS-2", 2, 101)),
        ("Ünvan: Çay küçəsi", Segments("UCS-2", 1, 17)),
        ("`", Segments("UCS-2", 1, 1)),
        ("ç", Segments("UCS-2", 1, 1)),
        ("Ç[]\n\r~\f", Segments("GSM-7", 1, 11)),
    ],
)
def test_segments_are_exact(text: str, expected: Segments) -> None:
    assert rules.segments(text) == expected


def test_the_default_alphabet_has_its_127_letters() -> None:
    # 128 positions less the escape (3GPP TS 23.038, 6.2.1).
    assert len(rules._GSM_BASIC) == 127
    assert len(rules._GSM_EXTENDED) == 10


@given(st.text(ANY, max_size=400), st.text(ANY, max_size=5))
def test_a_longer_text_never_takes_fewer_parts(text: str, more: str) -> None:
    assert rules.segments(text + more).count >= rules.segments(text).count


@given(st.text(ANY, max_size=400))
def test_parts_hold_their_units(text: str) -> None:
    counted = rules.segments(text)
    part = 153 if counted.encoding == "GSM-7" else 67
    single = 160 if counted.encoding == "GSM-7" else 70
    if counted.count == 1:
        assert counted.units <= single
    else:
        # A part may be one unit short, never more.
        assert (counted.count - 1) * (part - 1) < counted.units <= counted.count * part


@pytest.mark.parametrize(
    ("wanted", "written", "expected"),
    [
        ("az", {"az", "en"}, "az"),
        ("az", {"ru", "en"}, "en"),
        ("uk", {"az", "ru"}, "ru"),
        ("tr", {"az", "ru"}, "az"),
        ("ka", {"fa"}, "fa"),
        ("az", set(), None),
    ],
)
def test_everybody_is_written_to_in_the_best_language_there_is(
    wanted: str, written: set[str], expected: str | None
) -> None:
    assert rules.best_language(wanted, written) == expected


@given(st.sampled_from(State), st.sampled_from(State), st.sampled_from(State))
def test_states_only_move_forward(first: State, second: State, third: State) -> None:
    assert not rules.may_follow(first, first)
    assert not rules.may_follow(State.DELIVERED, first)
    assert first is State.DELIVERED or rules.may_follow(first, State.DELIVERED)
    if first >= State.DELIVERED:
        assert not rules.may_follow(first, State.WAITING)
        assert not rules.may_follow(first, State.CLAIMED)


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 5), (2, 30), (3, 120), (4, None), (9, None)])
def test_retries_wait_longer_and_end(attempts: int, seconds: int | None) -> None:
    due = rules.next_attempt(
        attempts, now=NOW, waits=[5, 30, 120], not_after=NOW + timedelta(hours=1)
    )
    assert due == (None if seconds is None else NOW + timedelta(seconds=seconds))


def test_nothing_is_planned_for_after_the_expiry() -> None:
    soon = NOW + timedelta(seconds=5)
    assert rules.next_attempt(1, now=NOW, waits=[5], not_after=soon) is None
    assert rules.next_attempt(1, now=NOW, waits=[4], not_after=soon) is not None


@pytest.mark.parametrize(
    ("address", "valid"),
    [
        ("+994501234567", True),
        ("+9991234567", True),
        ("994501234567", False),
        ("+0501234567", False),
        ("+99450", False),
        ("+9945012345671234", False),
        ("+٩٩٤٥٠١٢٣٤٥", False),
        ("", False),
    ],
)
def test_a_phone_is_an_e164_number(address: str, valid: bool) -> None:
    assert rules.is_phone(address) is valid


@pytest.mark.parametrize(
    ("address", "valid"),
    [
        ("a@example.org", True),
        ("ayan.quliyeva+x@post.example.invalid", True),
        ("a b@example.org", False),
        ("a@example.org\r\nRCPT TO:<b@example.org>", False),
        ("a\x00@example.org", False),
        ("<a@example.org>", False),
        ("@example.org", False),
        ("a@", False),
        ("a" * 65 + "@example.org", False),
        ("a@" + "b" * 253, False),
    ],
)
def test_a_mail_address_smuggles_nothing(address: str, valid: bool) -> None:
    assert rules.is_mail_address(address) is valid
