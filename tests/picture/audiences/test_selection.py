"""Who is meant: by place, day and country; each person once, whoever they live with."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from safeconduct.ground.kernel import geometry
from safeconduct.picture.audiences import actions, queries
from safeconduct.picture.audiences.engine import counting
from safeconduct.picture.audiences.models import Audience, Slice
from safeconduct.picture.audiences.terms import Ways
from safeconduct.picture.registry.models import ContactPoint, Person
from safeconduct.wires.messaging.terms import Channel
from tests import builders

pytestmark = pytest.mark.django_db
ADANA = (37.0, 35.32)
ANKARA = (39.93, 32.86)
NOON = datetime(2026, 2, 6, 12, tzinfo=UTC)


def around(at: tuple[float, float] = ADANA, km: float = 30, **more: Any) -> Audience:
    runs = geometry.ranges_of(geometry.circle(*at, km))
    return Audience.objects.create(
        **{"cells_from": runs.lows, "cells_until": runs.highs, "as_of": NOON} | more
    )


def whole(*codes: str, **more: Any) -> Audience:
    for code in codes:
        builders.country(code)
    return Audience.objects.create(**{"countries": list(codes), "as_of": NOON} | more)


def ids(audience: Audience) -> list[int]:
    return queries.count_and_page(audience).person_ids


def part_of(audience: Audience, number: int = 1, of: int = 1) -> Slice:
    return Slice(audience=audience, number=number, of=of)


def whole_of(audience: Audience, **more: Any) -> Slice:
    (everybody,) = slices(part_of(audience), 100, **more)
    return everybody


def slices(part: Slice, limit: int, **more: Any) -> list[Slice]:
    with transaction.atomic():
        return actions.cut(part=part, limit=limit, **more)


def laid_out(piece: Slice, **more: Any) -> list[dict[str, Any]]:
    with transaction.atomic(), connection.cursor() as cursor:
        chunk = actions.stage_chunk(piece=piece, **more)
        cursor.execute("SELECT * FROM audience_chunk ORDER BY place")
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        cursor.execute("DROP TABLE audience_chunk")
    assert chunk.people == len(rows)
    assert chunk.parties == len({row["party_id"] for row in rows})
    return rows


def chunk(audience: Audience, **more: Any) -> list[dict[str, Any]]:
    return laid_out(whole_of(audience, **more), **more)


def everybody(part: Slice, limit: int) -> Iterator[list[dict[str, Any]]]:
    return (laid_out(one) for one in slices(part, limit))


def test_people_are_meant_by_where_they_stay() -> None:
    here = builders.resident()
    builders.resident(at=ANKARA)
    assert ids(around()) == [here.pk]


@pytest.mark.parametrize(
    ("since", "until", "meant"),
    [
        (date(2026, 2, 6), None, True),
        (date(2026, 2, 7), None, False),
        (date(2026, 1, 1), date(2026, 2, 7), True),
        (date(2026, 1, 1), date(2026, 2, 6), False),
    ],
)
def test_a_stay_holds_from_its_first_day_and_not_on_its_last(
    since: date, until: date | None, meant: bool
) -> None:
    builders.resident(since=since, until=until)
    assert bool(ids(around())) is meant


def test_who_has_left_is_not_meant() -> None:
    builders.resident(departed_on=date(2026, 2, 1))
    assert not ids(around())
    assert not ids(whole("TR"))


def test_a_person_with_two_stays_is_one_person() -> None:
    person = builders.resident()
    builders.stay(person, kind="trip", at=(37.01, 35.33))
    assert queries.count_and_page(around()).people == 1
    assert [row["person_id"] for row in chunk(around())] == [person.pk]


def test_somewhere_in_the_country_counts_apart_until_it_is_chosen() -> None:
    builders.city()
    here, somewhere = builders.resident(), builders.resident(at=None)
    assert ids(around()) == [here.pk]
    assert queries.preview(around()).somewhere == {"TR": 1}
    chosen = around(somewhere_in=["TR"])
    assert ids(chosen) == sorted([here.pk, somewhere.pk])
    assert queries.preview(chosen).people == 2


def test_a_whole_country_means_those_somewhere_in_it_too() -> None:
    both = [builders.resident(), builders.resident(at=None)]
    builders.resident(code="DE", at=(52.5, 13.4))
    assert ids(whole("TR")) == sorted(person.pk for person in both)


def test_the_preview_counts_people_parties_languages_and_reasons() -> None:
    for person in builders.household(3, phone="+999801"):
        builders.stay(person)
    builders.resident(phone="+999802", mail="a@b.invalid", language="ru")
    builders.resident(mail="c@d.invalid", language="en")
    builders.resident()
    failed = builders.resident(phone="+999803")
    ContactPoint.objects.filter(person=failed).update(last_failed_at=NOON)
    Person.objects.filter(pk=failed.pk).update(reach=0)
    seen = queries.preview(around())
    assert (seen.people, seen.parties) == (7, 5)
    assert seen.languages == {"az": 5, "en": 1, "ru": 1}
    assert seen.countries == {"TR": 7}
    assert seen.messages == {"sms": 2, "email": 1}
    assert (seen.unreachable.no_contact, seen.unreachable.only_failed) == (1, 1)


@pytest.mark.parametrize("most", [0, 10**9])
def test_the_preview_is_the_same_whether_all_are_read_or_those_meant(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "_MOST", most)
    for person in builders.household(2, phone="+999811"):
        builders.stay(person)
        Person.objects.filter(pk=person.pk).update(twin_key=-7)
    builders.resident(mail="m@n.invalid", language="fa")
    builders.resident(phone="+999812", at=ANKARA)
    failed = builders.resident(phone="+999813")
    ContactPoint.objects.filter(person=failed).update(last_failed_at=NOON)
    seen = queries.preview(around())
    assert (seen.people, seen.parties, seen.duplicates) == (4, 3, 1)
    assert seen.languages == {"az": 3, "fa": 1}
    assert seen.messages == {"sms": 1, "email": 1}
    assert (seen.unreachable.no_contact, seen.unreachable.only_failed) == (0, 1)


def test_the_first_way_that_works_is_taken_in_the_order_of_the_ways() -> None:
    both = builders.resident(phone="+999804", mail="e@f.invalid")
    ContactPoint.objects.create(person=both, channel=Channel.PUSH, address="https://p.invalid/#a.b")
    builders.resident(mail="g@h.invalid")
    push_first = Ways((Channel.PUSH, Channel.EMAIL, Channel.SMS))
    assert queries.preview(around(), ways=push_first).messages == {"push": 1, "email": 1}
    mail_first = Ways((Channel.EMAIL, Channel.SMS))
    assert queries.preview(around(), ways=mail_first).messages == {"email": 2}
    only_push = queries.preview(around(), ways=Ways((Channel.PUSH,)))
    assert (only_push.messages, only_push.unreachable.no_contact) == ({"push": 1}, 1)


def test_stop_is_obeyed_unless_lives_are_threatened() -> None:
    quiet = builders.resident(phone="+999805")
    left = builders.resident(phone="+999806", mail="i@j.invalid")
    for person in (quiet, left):
        ContactPoint.objects.filter(person=person, channel=1).update(stopped_at=NOON)
    calm = queries.preview(around(), ways=Ways())
    assert (calm.messages, calm.unreachable.only_stopped) == ({"email": 1}, 1)
    grave = queries.preview(around(), ways=Ways(despite_stop=True))
    assert (grave.messages, grave.unreachable.people) == ({"sms": 2}, 0)


def test_a_chunk_knows_what_is_left_to_those_who_wrote_stop() -> None:
    quiet = builders.resident(phone="+999807")
    left = builders.resident(phone="+999808", mail="k@l.invalid")
    other = builders.resident(phone="+999809")
    ContactPoint.objects.filter(person__in=[quiet, left], channel=1).update(stopped_at=NOON)

    def reach(audience: Audience, ways: Ways) -> dict[int, int]:
        return {row["person_id"]: row["reach"] for row in chunk(audience, ways=ways)}

    assert reach(around(), Ways()) == {quiet.pk: 0, left.pk: 2, other.pk: 1}
    everything = Ways(despite_stop=True)
    assert reach(around(), everything) == {quiet.pk: 1, left.pk: 3, other.pk: 1}


def test_twins_are_possible_duplicates() -> None:
    twins = [builders.resident().pk, builders.resident().pk]
    builders.resident()
    Person.objects.filter(pk__in=twins).update(twin_key=42)
    assert queries.preview(around()).duplicates == 1


def test_nobody_at_all_is_a_preview_of_zeros() -> None:
    seen = queries.preview(around())
    assert (seen.people, seen.parties, seen.messages) == (0, 0, {})


def test_a_chunk_says_how_hard_a_place_was_hit() -> None:
    person = builders.resident()
    cell = geometry.cell_at(*ADANA)
    inner, outer = around(km=1), around(km=40)
    bands = [
        {"intensity": 6.0, "from": outer.cells_from, "until": outer.cells_until},
        {"intensity": 8.5, "from": inner.cells_from, "until": inner.cells_until},
    ]
    (row,) = chunk(around(intensities=bands))
    assert (row["person_id"], row["intensity"], row["cell"]) == (person.pk, 85, cell)


def test_chunks_keep_parties_together_and_leave_nobody_out() -> None:
    for size in (1, 3, 2, 4, 1):
        for person in builders.household(size):
            builders.stay(person)
    audience, seen = around(), []
    for rows in everybody(part_of(audience), 3):
        parties = {row["party_id"] for row in rows}
        assert len(rows) <= 3 or len(parties) == 1
        assert len(rows) == Person.objects.filter(party__in=parties).count()
        assert [row["place"] for row in rows] == list(range(len(rows)))
        assert rows == sorted(rows, key=lambda row: (row["party_id"], row["person_id"]))
        seen += [row["person_id"] for row in rows]
    assert sorted(seen) == ids(audience)


def test_parts_share_nobody_and_leave_nobody_out() -> None:
    for size in (1, 2, 3, 1, 2):
        for person in builders.household(size):
            builders.stay(person)
        # Parties go to parts by the thousand, so let there be a thousand between two.
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT setval('registry_party_id_seq', last_value + 1024)"
                " FROM registry_party_id_seq"
            )
    audience = around()
    seen: list[int] = []
    for number in (1, 2, 3):
        rows = [row for rows in everybody(part_of(audience, number, 3), 2) for row in rows]
        assert rows
        seen += [row["person_id"] for row in rows]
    assert sorted(seen) == ids(audience)


def test_slices_are_what_they_were_when_the_server_lost_its_list() -> None:
    for _number in range(5):
        builders.resident()
    audience = around()
    first, *others = slices(part_of(audience), 2)
    seen = [row["person_id"] for row in laid_out(first)]
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE audiences_staged_{audience.pk}_1")
    seen += [row["person_id"] for other in others for row in laid_out(other)]
    assert seen == ids(audience)


def test_a_part_is_cut_from_where_its_worker_had_come_to() -> None:
    first, second, third = (builders.resident() for _ in range(3))
    part = part_of(around())
    part.after_party_id = first.party_id
    rows = [row["person_id"] for rows in everybody(part, 1) for row in rows]
    assert rows == [second.pk, third.pk]


def test_parties_already_written_to_are_left_out() -> None:
    first, second = builders.resident(), builders.resident()
    rows = chunk(around(), but_not=[first.party_id])
    assert [row["person_id"] for row in rows] == [second.pk]


def test_the_first_people_are_those_hit_hardest_with_their_whole_party() -> None:
    far = builders.resident(at=(37.2, 35.5))
    near = builders.household(2)
    for person in near:
        builders.stay(person)
    core = around(km=1)
    bands = [{"intensity": 9.0, "from": core.cells_from, "until": core.cells_until}]
    audience = around(km=60, intensities=bands)
    with transaction.atomic(), connection.cursor() as cursor:
        some = actions.stage_some(audience=audience, limit=1)
        cursor.execute("SELECT person_id FROM audience_chunk ORDER BY 1")
        people = [person_id for (person_id,) in cursor.fetchall()]
        cursor.execute("DROP TABLE audience_chunk")
    assert people == [person.pk for person in near]
    assert some.party_ids == (near[0].party_id,)
    assert far.pk not in people


def test_cost_does_not_grow_with_runs_in_queries() -> None:
    builders.resident()
    small, large = around(km=2), around(km=200)
    with CaptureCount() as first:
        queries.preview(small)
    with CaptureCount() as second:
        queries.preview(large)
    assert first.queries == second.queries


class CaptureCount:
    def __enter__(self) -> "CaptureCount":
        self.queries = 0
        self._wrapper = connection.execute_wrapper(self._count)
        self._wrapper.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._wrapper.__exit__(None, None, None)

    def _count(self, execute: Any, *args: Any) -> Any:
        self.queries += 1
        return execute(*args)


def test_as_of_decides_the_day() -> None:
    builders.resident(since=date(2026, 2, 7))
    assert not ids(around())
    assert ids(around(as_of=NOON + timedelta(days=1)))
