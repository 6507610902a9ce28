"""What officers write down, and what the tables say afterwards."""

from datetime import timedelta

import psycopg
import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import Sum

from safeconduct.ground.audit.models import Entry
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.rollcall import actions, queries, tasks
from safeconduct.picture.rollcall.engine import rows
from safeconduct.picture.rollcall.models import Attempt, Sighting, Standing, Tally
from safeconduct.picture.rollcall.terms import Closing, How, Outcome, Presence, Safety
from tests import builders
from tests.builders import lay_out

pytestmark = pytest.mark.django_db
DUTY = Actor.officer(7)
OTHER = Actor.officer(8)
# H3 cells over Gaziantep: resolution 7, and the one of resolution 5 it lies in.
CELL_7 = 0x872D9D2B2FFFFFF


def standing(asked) -> Standing:
    return Standing.objects.get(incident_id=asked.incident_id, person_id=asked.person_id)


def tallied(incident_id: int, **where: object) -> int:
    found = Tally.objects.filter(incident_id=incident_id, **where)
    return found.aggregate(total=Sum("people"))["total"] or 0


def sighting(asked, *, safety=Safety.SAFE, minutes_ago: int = 0, actor=DUTY, **more) -> None:
    now = clock.now()
    actions.record_sighting(
        **{
            "incident_id": asked.incident_id,
            "person_id": asked.person_id,
            "presence": Presence.CONFIRMED,
            "safety": safety,
            "told_by": "the sister",
            "stated_at": now - timedelta(minutes=minutes_ago),
            "now": now,
            "actor": actor,
        }
        | more
    )


def test_presumed_people_are_counted_where_they_are() -> None:
    from h3 import int_to_str, str_to_int
    from h3.api.basic_str import cell_to_parent

    (asked,) = builders.asked(builders.household(), cell=CELL_7, intensity=85)
    row = standing(asked)
    assert row.cell == str_to_int(cell_to_parent(int_to_str(CELL_7), 5))
    assert (row.presence, row.asked_round, row.intensity) == (Presence.PRESUMED, 1, 85)
    assert tallied(asked.incident_id, cell=row.cell, heard_round=0, reachable=False) == 1


def test_a_second_round_moves_the_tally_and_keeps_the_standing() -> None:
    incident = builders.incident()
    people = builders.household()
    (asked,) = builders.asked(people, of=incident, now=clock.now() - timedelta(hours=1))
    sighting(asked)
    builders.asked(people, of=incident)
    assert tallied(incident.pk) == 1
    assert tallied(incident.pk, asked_round=2, heard_round=1, safety=Safety.SAFE) == 1
    assert queries.numbers(incident.pk, None).not_heard_from == 1
    assert queries.numbers(incident.pk, None, since_round=1).not_heard_from == 0


def test_a_first_round_counts_whoever_is_on_the_roll_already_once() -> None:
    incident = builders.incident()
    one, other = builders.household(names=("Aysel", "Elçin"))
    (asked,) = builders.asked([one], of=incident, now=clock.now() - timedelta(hours=1))
    sighting(asked)
    lay_out([one, other], ("TR", None, 0, 0, clock.now()))
    known = {"incident_id": incident.pk, "round_number": 1, "now": clock.now(), "actor": DUTY}
    assert actions.presume_chunk(**known) == 2
    assert tallied(incident.pk) == 2
    assert tallied(incident.pk, safety=Safety.SAFE) == 1


def test_what_officers_note_is_no_answer_in_the_curve() -> None:
    (asked,) = builders.asked(builders.household(), now=clock.now() - timedelta(hours=1))
    sighting(asked)
    assert queries.numbers(asked.incident_id, None).answered == 1
    assert queries.curve(asked.incident_id) == []


def test_a_sighting_moves_standing_tally_and_version() -> None:
    (asked,) = builders.asked(builders.household(), now=clock.now() - timedelta(hours=1))
    before = queries.version(asked.incident_id)
    sighting(asked)
    row = standing(asked)
    assert (row.presence, row.safety, row.heard_round) == (Presence.CONFIRMED, Safety.SAFE, 1)
    assert tallied(asked.incident_id, safety=Safety.SAFE, heard_round=1) == 1
    assert tallied(asked.incident_id) == 1
    assert queries.version(asked.incident_id) > before
    assert Sighting.objects.get(person_id=asked.person_id).told_by == "the sister"
    assert Entry.objects.filter(kind="rollcall.sighting_recorded").count() == 1


def test_what_was_said_before_the_question_does_not_answer_it() -> None:
    (asked,) = builders.asked(builders.household())
    sighting(asked, minutes_ago=30)
    assert standing(asked).heard_round == 0
    assert standing(asked).safety == Safety.SAFE


def test_nobody_is_seen_in_the_future() -> None:
    (asked,) = builders.asked(builders.household())
    with pytest.raises(actions.FutureSightingError):
        sighting(asked, minutes_ago=-5)


def test_whoever_is_not_on_the_roll_is_refused() -> None:
    (asked,) = builders.asked(builders.household())
    with pytest.raises(actions.UnknownStandingError):
        sighting(asked, person_id=asked.person_id + 1)


def test_a_call_for_help_stays_until_an_officer_closes_it() -> None:
    (asked,) = builders.asked(builders.household(), now=clock.now() - timedelta(hours=1))
    sighting(asked, safety=Safety.NEEDS_HELP, minutes_ago=10)
    sighting(asked)
    assert standing(asked).help_open
    assert standing(asked).conflict
    close(asked)
    row = standing(asked)
    assert not row.help_open
    assert not row.conflict
    assert row.safety == Safety.SAFE
    assert queries.numbers(asked.incident_id, None).needs_help == 0
    assert Entry.objects.get(kind="rollcall.help_closed").detail["reason"] == "helped"


def close(asked, reason: Closing = Closing.HELPED) -> None:
    actions.close_help(
        incident_id=asked.incident_id,
        person_id=asked.person_id,
        reason=reason,
        now=clock.now(),
        actor=DUTY,
    )


def test_there_must_be_a_call_to_close() -> None:
    (asked,) = builders.asked(builders.household())
    with pytest.raises(actions.NoOpenCallError):
        close(asked)


def test_one_officer_looks_after_a_person() -> None:
    (asked,) = builders.asked(builders.household())
    whom = {"incident_id": asked.incident_id, "person_id": asked.person_id, "now": clock.now()}
    actions.claim_person(**whom, actor=DUTY)
    with pytest.raises(actions.ClaimedByAnotherError):
        actions.claim_person(**whom, actor=OTHER)
    actions.claim_person(**whom, actor=OTHER, take_over=True)
    assert standing(asked).claimed_by == 8
    assert Entry.objects.filter(kind="rollcall.claimed").latest("id").detail["from"] == 7
    actions.release_claim(**whom, actor=DUTY)
    assert standing(asked).claimed_by == 8
    actions.release_claim(**whom, actor=OTHER)
    assert standing(asked).claimed_by is None


def test_failed_attempts_are_kept_and_counted() -> None:
    (asked,) = builders.asked(builders.household())
    attempt = actions.log_attempt(
        incident_id=asked.incident_id,
        person_id=asked.person_id,
        how=How.CALL,
        outcome=Outcome.SWITCHED_OFF,
        now=clock.now(),
        actor=DUTY,
    )
    assert standing(asked).attempts == 1
    assert queries.attempts_of(asked.incident_id, asked.person_id) == [attempt]
    assert Attempt.objects.get().officer_id == 7


def test_people_who_left_the_registry_leave_the_roll_its_sightings_and_its_numbers() -> None:
    mother, child = builders.asked(builders.household(2))
    sighting(mother)
    before = queries.version(mother.incident_id)
    gone = actions.forget_people(person_ids=[mother.person_id], now=clock.now(), actor=DUTY)
    assert gone == 1
    assert [row.person_id for row in Standing.objects.all()] == [child.person_id]
    assert not Sighting.objects.filter(person_id=mother.person_id).exists()
    assert tallied(mother.incident_id) == 1
    assert tallied(mother.incident_id, safety=Safety.SAFE) == 0
    assert queries.version(mother.incident_id) > before


def test_a_fact_from_the_registry_leaves_a_job_for_the_roll() -> None:
    from django.db import transaction
    from procrastinate.contrib.django.models import ProcrastinateJob

    from safeconduct.ground.kernel import facts
    from safeconduct.picture.registry.events import PeopleForgotten

    with transaction.atomic():
        facts.announce(PeopleForgotten((41, 42)))
    job = ProcrastinateJob.objects.get(task_name="rollcall.forget_people")
    assert job.args == {"person_ids": [41, 42]}


def test_who_calls_for_help_stays_on_the_roll_until_the_call_is_closed() -> None:
    from safeconduct.picture.registry.models import Person
    from safeconduct.picture.rollcall import tasks

    people = builders.household(2)
    caller, _ = builders.asked(people)
    sighting(caller, safety=Safety.NEEDS_HELP)
    ids = [one.pk for one in people]
    Person.objects.filter(pk__in=ids).delete()
    actions.forget_people(person_ids=ids, now=clock.now(), actor=DUTY)
    assert [row.person_id for row in Standing.objects.all()] == [caller.person_id]
    assert Sighting.objects.filter(person_id=caller.person_id).exists()
    actions.close_help(
        incident_id=caller.incident_id,
        person_id=caller.person_id,
        reason=Closing.HELPED,
        now=clock.now(),
        actor=DUTY,
    )
    tasks.forget_left(incident_id=caller.incident_id, person_id=caller.person_id)
    assert not Standing.objects.exists()
    assert not Sighting.objects.exists()


def test_nobody_on_an_open_roll_expires() -> None:
    from safeconduct.picture.incidents.actions import close_incident
    from safeconduct.picture.registry.actions import forget_what_is_over
    from safeconduct.picture.registry.models import Person, Stay

    traveller = builders.resident(phone="+999801")
    (asked,) = builders.asked([traveller])
    Stay.objects.update(departed_on=clock.now().date() - timedelta(days=15))
    assert forget_what_is_over(clock.now()) == 0
    assert Stay.objects.count() == Person.objects.count() == 1
    close_incident(incident_id=asked.incident_id, now=clock.now(), actor=DUTY)
    assert forget_what_is_over(clock.now()) == 1
    assert not Person.objects.exists()


def test_a_complete_roll_is_indexed_once_and_reads_the_same() -> None:
    people = builders.household(3)
    (first, *_rest) = builders.asked(people)
    everybody = queries.Filters(countries=None)
    before = [row.person_id for row in queries.not_heard_from(first.incident_id, everybody).rows]
    for _again in range(2):
        actions.order_roll(incident_id=first.incident_id)
    with connection.cursor() as cursor:
        name = f"rollcall_standing_{first.incident_id}_silent"
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name])
        assert cursor.fetchone()[0]
    after = queries.not_heard_from(first.incident_id, everybody)
    assert [row.person_id for row in after.rows] == before == [one.pk for one in people]


def test_whom_a_layout_put_on_the_roll_is_added_up_when_it_ends() -> None:
    people = builders.household(3)
    asked = builders.asked(people[:2], now=clock.now() - timedelta(hours=1))
    incident = asked[0].incident_id
    # Heard from before anything was added up: taken from a tally that knows nothing of them.
    sighting(asked[0])
    before = queries.numbers(incident, None)
    assert (before.registered, before.safe, before.not_heard_from) == (2, 1, 1)
    for _again in range(2):
        tasks.order_roll(incident_id=incident)
        tallies = Tally.objects.filter(incident_id=incident).exclude(people=0)
        assert sorted(tallies.values_list("safety", "people")) == [
            (Safety.NO_ANSWER, 1),
            (Safety.SAFE, 1),
        ]
    assert queries.numbers(incident, None) == before


@pytest.mark.django_db(transaction=True)
def test_a_first_round_is_laid_out_while_others_change_the_roll() -> None:
    incident = builders.incident()
    actions.open_roll(incident_id=incident.pk)
    with psycopg.connect(**connection.get_connection_params()) as other, transaction.atomic():
        rows.hold(other.cursor(), [incident.pk])
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '5s'")
        lay_out(builders.household(2), ("TR", None, 0, 0, clock.now()))
        known = {"incident_id": incident.pk, "round_number": 1, "now": clock.now(), "actor": DUTY}
        assert actions.presume_chunk(**known) == 2
    assert tallied(incident.pk) == 2


def test_a_roll_that_is_gone_is_left_alone() -> None:
    actions.order_roll(incident_id=987654)


def _leave_half_an_index(cursor, index: str, table: str) -> None:
    """An index as it stays behind when making it beside a writer is broken off."""
    cursor.execute(f"DROP INDEX {index}")
    cursor.execute("SET statement_timeout = 100")
    with psycopg.connect(**connection.get_connection_params()) as writer:
        writer.execute(f"LOCK TABLE {table} IN ROW EXCLUSIVE MODE")
        with pytest.raises(OperationalError, match="timeout"):
            cursor.execute(f"CREATE INDEX CONCURRENTLY {index} ON {table} (person_id)")
    cursor.execute("RESET statement_timeout")


@pytest.mark.django_db(transaction=True)
def test_the_roll_is_indexed_beside_those_who_write_to_it() -> None:
    (one,) = builders.asked(builders.household())
    index = f"rollcall_standing_{one.incident_id}_silent"
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("SELECT pg_advisory_xact_lock(1)")
        tasks.order_roll(incident_id=one.incident_id)
    with connection.cursor() as cursor:
        _leave_half_an_index(cursor, index, f"rollcall_standing_{one.incident_id}")
        tasks.order_roll(incident_id=one.incident_id)
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = %s::regclass", [index])
        assert cursor.fetchone()[0]
