"""What counts as an answer."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeconduct.wires.intake import rules
from safeconduct.wires.intake.terms import Answer, Door, Scope
from tests.letters import ANY

NOW = datetime(2026, 2, 6, 4, 17, tzinfo=UTC)
KEY = "0b52b6f66f0c4b8e9c570f6f2d1f8a11"
moments = st.datetimes(timezones=st.just(UTC)) | st.none()


@given(moments, st.timedeltas(timedelta(0), timedelta(days=9000)).map(lambda age: NOW + age))
def test_no_answer_is_dated_after_its_arrival_or_before_there_were_any(stated, received):
    dated = rules.believable(stated, received)
    assert datetime(2020, 1, 1, tzinfo=UTC) <= dated <= received
    assert dated in {stated, received}


@given(st.binary(max_size=400))
def test_any_bytes_are_an_answer_or_refused(body):
    try:
        said = rules.submission(rules.form_fields(body), received_at=NOW)
    except rules.UnreadableError:
        return
    assert said.stated_at <= NOW


@given(
    st.dictionaries(
        st.sampled_from(["answer", "scope", "key", "waited"]), st.text(ANY, max_size=40)
    )
)
def test_any_fields_are_an_answer_or_refused(fields):
    try:
        rules.submission(rules.json_fields(fields), received_at=NOW)
    except rules.UnreadableError:
        return


@given(st.lists(st.tuples(st.sampled_from("abc"), st.text("xyz0", max_size=5)), max_size=9))
def test_the_quick_way_through_a_form_reads_the_same(pairs):
    plain = "&".join(f"{name}={value}" for name, value in pairs)
    quick = rules.form_fields(plain.encode())
    slow = rules.form_fields(f"{plain}&d=%41".encode())
    slow.pop("d")
    assert {k: [v for v in vs if v] for k, vs in quick.items() if any(vs)} == slow


def test_numbers_in_json_are_as_good_as_digits():
    fields = rules.json_fields({"answer": 2, "key": KEY, "others": None})
    said = rules.submission(fields, received_at=NOW)
    assert (said.answer, said.scope, said.stated_at) == (Answer.NEEDS_HELP, Scope.ME, NOW)


@pytest.mark.parametrize(
    ("via", "door"), [("push", Door.PUSH), ("link", Door.LINK), ("9", Door.LINK)]
)
def test_a_notifications_button_says_that_it_was_one(via, door):
    fields = rules.form_fields(f"answer=1&key={KEY}&waited=3&via={via}".encode())
    assert rules.submission(fields, received_at=NOW).via is door


def test_json_that_is_no_object_is_refused():
    with pytest.raises(rules.UnreadableError):
        rules.json_fields([1])


def test_too_many_are_refused():
    fields = {"answer": ["1"], "key": [KEY], "others": ["x"] * 51}
    with pytest.raises(rules.UnreadableError):
        rules.submission(fields, received_at=NOW)


def test_the_order_of_ticks_makes_no_other_answer():
    keys = {
        rules.key_of(b"k" * 16, Answer.SAFE, Scope.LISTED, others)
        for others in (["a", "b"], ["b", "a"])
    }
    assert len(keys) == 1


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"waited": ["90"]}, NOW - timedelta(seconds=90)),
        ({"waited": ["-90"]}, NOW),
        ({"waited": ["1e999"]}, NOW),
        ({"stated_at": ["2026-02-06T04:00:00"]}, NOW),
        ({"stated_at": ["yesterday"]}, NOW),
        ({"stated_at": ["2026-02-06T04:00:00Z"]}, NOW - timedelta(minutes=17)),
    ],
)
def test_when_it_was_said(fields, expected):
    said = rules.submission({"answer": ["1"], "key": [KEY]} | fields, received_at=NOW)
    assert said.stated_at == expected


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("de,fa;q=0.5", "fa"),
        ("en;q=0.2,az;q=0.9", "az"),
        ("de", "en"),
        ("", "en"),
        (";q=x,,ru;q=much", "en"),
    ],
)
def test_the_best_language_is_the_first_we_have_written(header, language):
    assert rules.best_language(header, ("az", "en", "ru", "fa"), "en") == language
