"""The board's numbers, cells and lists."""

from datetime import timedelta

import pytest
from django.db.models import Sum

from safeconduct.ground.kernel import clock
from safeconduct.picture.rollcall import queries
from safeconduct.picture.rollcall.models import Standing, Tally
from safeconduct.picture.rollcall.queries import Filters
from safeconduct.response.checkins.engine import drain
from safeconduct.wires.intake.terms import Answer
from tests import builders

pytestmark = pytest.mark.django_db
EVERYWHERE = Filters(countries=None)
AN_HOUR_AGO = timedelta(hours=1)
CELL_7 = 0x872D9D2B2FFFFFF


def asked_people(count: int, **more: object) -> list:
    return builders.asked(builders.household(count), **({"now": clock.now() - AN_HOUR_AGO} | more))


def recounted(incident_id: int) -> dict[tuple[object, ...], int]:
    """Tallies worked out from the standings themselves."""
    counted: dict[tuple[object, ...], int] = {}
    for row in Standing.objects.filter(incident_id=incident_id):
        key = (row.country, row.post_id or 0, row.cell or 0, row.presence, row.safety)
        key += (row.heard_round, row.asked_round, row.reachable)
        counted[key] = counted.get(key, 0) + 1
    return counted


def kept(incident_id: int) -> dict[tuple[object, ...], int]:
    keys = ("country", "post_id", "cell", "presence", "safety")
    keys += ("heard_round", "asked_round", "reachable")
    rows = Tally.objects.filter(incident_id=incident_id).order_by().values_list(*keys)
    found = rows.annotate(total=Sum("people")).exclude(total=0)
    return {tuple(key): total for *key, total in found}


def test_every_number_has_its_denominator() -> None:
    asked = asked_people(6)
    builders.raw_answer(asked[0].id, Answer.SAFE)
    builders.raw_answer(asked[1].id, Answer.NEEDS_HELP)
    builders.raw_answer(asked[2].id, Answer.NOT_THERE)
    drain.run_once()
    numbers = queries.numbers(asked[0].incident_id, None)
    assert numbers.registered == numbers.asked == 6
    assert (numbers.presumed, numbers.confirmed, numbers.present) == (3, 2, 5)
    assert (numbers.safe, numbers.needs_help, numbers.not_there) == (1, 1, 1)
    assert (numbers.answered, numbers.not_heard_from, numbers.unreachable) == (3, 3, 6)
    assert numbers.since_round == 1
    assert numbers.as_of is not None
    assert kept(asked[0].incident_id) == recounted(asked[0].incident_id)


def test_an_officer_sees_the_numbers_of_their_countries() -> None:
    incident = builders.incident()
    asked_people(2, of=incident, country_code="TR")
    builders.asked(builders.household(3), of=incident, country_code="SY")
    assert queries.numbers(incident.pk, frozenset({"SY"})).registered == 3
    assert queries.numbers(incident.pk, frozenset()).registered == 0
    assert queries.numbers(incident.pk, None).registered == 5


def test_an_incident_without_people_has_zeros() -> None:
    incident = builders.incident()
    numbers = queries.numbers(incident.pk, None)
    assert (numbers.registered, numbers.not_heard_from, numbers.since_round) == (0, 0, 0)
    assert queries.cells(incident.pk, None).cells == ()


def test_cells_too_empty_to_draw_are_hidden() -> None:
    incident = builders.incident()
    asked = asked_people(5, of=incident, cell=CELL_7)
    round_ = incident.rounds.get()
    builders.asked(builders.household(4), on=round_, cell=0x872D8C98DFFFFFF)
    builders.asked(builders.household(2), on=round_)
    builders.raw_answer(asked[0].id)
    drain.run_once()
    found = queries.cells(incident.pk, None)
    (cell,) = found.cells
    assert (cell.people, cell.not_heard_from, cell.share) == (5, 4, 0.8)
    assert (found.hidden, found.placeless) == (4, 2)


def test_the_curve_counts_answers_by_the_minute_they_arrived() -> None:
    asked = asked_people(3)
    arrived = clock.now() - timedelta(minutes=30)
    for one, answer in zip(asked, Answer, strict=True):
        builders.raw_answer(one.id, answer, received_at=arrived)
    drain.run_once()
    (point,) = queries.curve(asked[0].incident_id)
    assert point.minute == arrived.replace(second=0, microsecond=0)
    assert (point.safe, point.needs_help, point.not_there) == (1, 1, 1)


def test_the_longest_waiting_call_comes_first() -> None:
    asked = asked_people(5)
    for minutes, one in enumerate(asked):
        received_at = clock.now() - timedelta(minutes=minutes)
        builders.raw_answer(one.id, Answer.NEEDS_HELP, received_at=received_at)
    drain.run_once()
    expected = [one.person_id for one in reversed(asked)]
    assert paged(queries.needs_help, asked[0].incident_id) == expected


def test_the_silent_are_sorted_by_danger_weakness_and_age() -> None:
    incident = builders.incident()
    now = clock.now()
    fresh, old = now - timedelta(days=1), now - timedelta(days=900)
    expected = []
    on = None
    for danger, weakness, record_at in (
        (90, 0, fresh),
        (70, 5, fresh),
        (70, 1, old),
        (70, 1, fresh),
        (0, 9, old),
    ):
        (one,) = builders.asked(
            builders.household(),
            of=incident,
            on=on,
            intensity=danger,
            vulnerability=weakness,
            record_at=record_at,
        )
        on = on or incident.rounds.get()
        expected.append(one.person_id)
    assert paged(queries.not_heard_from, incident.pk, since_round=1) == expected


def test_whoever_is_silent_stays_so_when_others_are_asked() -> None:
    incident = builders.incident()
    first = asked_people(6, of=incident, cell=CELL_7)
    second = asked_people(5, of=incident, cell=CELL_7)
    builders.raw_answer(first[0].id)
    builders.raw_answer(second[0].id)
    drain.run_once()
    numbers = queries.numbers(incident.pk, None)
    assert (numbers.asked, numbers.answered, numbers.not_heard_from) == (11, 2, 9)
    (cell,) = queries.cells(incident.pk, None).cells
    assert (cell.asked, cell.not_heard_from) == (11, 9)
    silent = {one.person_id for one in (*first[1:], *second[1:])}
    assert set(paged(queries.not_heard_from, incident.pk)) == silent
    since_second = queries.numbers(incident.pk, None, since_round=2)
    assert (since_second.asked, since_second.not_heard_from) == (5, 4)
    assert len(paged(queries.not_heard_from, incident.pk, since_round=2)) == 4


def test_whoever_answered_is_silent_again_once_asked_again() -> None:
    incident = builders.incident()
    people = builders.household(2)
    asked = builders.asked(people, of=incident, now=clock.now() - AN_HOUR_AGO)
    builders.raw_answer(asked[0].id)
    drain.run_once()
    builders.asked(people[:1], of=incident)
    assert queries.numbers(incident.pk, None).not_heard_from == 2
    assert queries.numbers(incident.pk, None, since_round=1).not_heard_from == 1


def paged(query, incident_id: int, **more: object) -> list[int]:
    """The people of all pages of two, in order."""
    people, after = [], ""
    while True:
        page = query(incident_id, EVERYWHERE, after=after, limit=2, **more)
        people += [row.person_id for row in page.rows]
        after = page.after
        if not after:
            return people


def test_whoever_answered_is_not_silent_and_filters_narrow() -> None:
    asked = asked_people(3)
    incident_id = asked[0].incident_id
    builders.raw_answer(asked[0].id)
    drain.run_once()
    silent = queries.not_heard_from(incident_id, EVERYWHERE, since_round=1)
    assert [row.person_id for row in silent.rows] == [one.person_id for one in asked[1:]]
    for filters in (Filters(countries=frozenset({"SY"})), Filters(None, reachable=True)):
        assert not queries.not_heard_from(incident_id, filters, since_round=1).rows


def test_a_page_mark_that_is_not_ours_is_refused() -> None:
    for mark in ("x", "1", "1.2.3", f"{1 << 70}.2"):
        with pytest.raises(queries.PageLostError):
            queries.needs_help(1, EVERYWHERE, after=mark)


def test_conflicts_are_listed() -> None:
    asked = asked_people(2)
    for answer in (Answer.NEEDS_HELP, Answer.SAFE):
        builders.raw_answer(asked[1].id, answer)
    drain.run_once()
    (row,) = queries.in_conflict(asked[0].incident_id, EVERYWHERE).rows
    assert row.person_id == asked[1].person_id


@pytest.mark.parametrize("people", [10, 20])
def test_lists_and_numbers_cost_the_same_however_many(
    people: int, django_assert_num_queries
) -> None:
    incident_id = asked_people(people)[0].incident_id
    with django_assert_num_queries(5):
        queries.numbers(incident_id, None)
        queries.cells(incident_id, None)
        queries.not_heard_from(incident_id, EVERYWHERE, since_round=1)


def test_waiting_answers_and_a_sleeping_drain_are_told() -> None:
    asked = asked_people(2)
    now = clock.now()
    builders.raw_answer(asked[0].id, received_at=now - timedelta(seconds=40))
    with clock.stopped_at(now):
        waiting = queries.waiting()
    assert (waiting.count, waiting.oldest_age) == (1, timedelta(seconds=40))
    assert waiting.drain_lags(now)
    drain.run_once()
    assert queries.waiting().count == 0
