"""Contacts learn, people are told, and what is over is forgotten."""

from datetime import timedelta

import pytest
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from safeconduct.ground.kernel import clock, facts
from safeconduct.picture.registry import actions, queries, rules
from safeconduct.picture.registry.actions import ContactResult
from safeconduct.picture.registry.models import (
    ContactPoint,
    FormUse,
    ImportRun,
    OneTimeCode,
    Party,
    Person,
    Stay,
)
from safeconduct.wires.messaging.events import BatchFinished
from tests import builders

pytestmark = pytest.mark.django_db
PHONE = "+9990001112233"


def note(worked, at, address=PHONE, channel=1):
    results = [ContactResult(channel, address, worked, at)]
    return actions.note_contact_results(results=results, actor=builders.TESTER)


def reach():
    return set(Person.objects.values_list("reach", flat=True))


def test_a_failed_address_is_out_of_reach_for_all_who_gave_it_until_it_works():
    builders.family("A", "B", mail="a@mail.invalid")
    now = clock.now()
    assert note(False, now) == 2
    assert reach() == {2}
    assert note(True, now + timedelta(minutes=1)) == 2
    assert reach() == {3}


def test_news_may_come_late_and_twice():
    builders.family("A")
    now = clock.now()
    note(True, now)
    assert note(True, now) == 0
    note(False, now - timedelta(hours=1))
    assert reach() == {1}
    assert ContactPoint.objects.get().last_worked_at == now


def test_reach_in_sql_is_the_rule():
    builders.family("A", mail="a@mail.invalid")
    now = clock.now()
    for worked, at, address, channel in (
        (False, now, PHONE, 1),
        (True, now - timedelta(1), PHONE, 1),
        (False, now, "a@mail.invalid", 2),
        (True, now + timedelta(1), "a@mail.invalid", 2),
    ):
        note(worked, at, address, channel)
        person = Person.objects.get()
        assert person.reach == rules.reach_of(person.contact_points.all())


def test_results_of_a_finished_batch_are_learned_now_and_once_more_later():
    with transaction.atomic():
        facts.announce(BatchFinished(batch_id=7))
    jobs = ProcrastinateJob.objects.filter(task_name="registry.note_results")
    assert [job.args for job in jobs] == [{"batch_id": 7}] * 2
    assert jobs.filter(scheduled_at__gt=clock.now() + timedelta(minutes=30)).count() == 1


def test_a_batch_of_messages_teaches_which_addresses_work():
    from django.db import connection

    (person,) = builders.family("A")
    code = OneTimeCode.objects.get()
    actions.send_code(code_id=code.pk, now=clock.now(), actor=builders.TESTER)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE messaging_delivery SET state = 10, settled_at = now() RETURNING batch_id"
        )
        (batch_id,) = cursor.fetchone()
    assert actions.note_batch_results(batch_id=batch_id, actor=builders.TESTER) == 1
    person.refresh_from_db()
    assert person.reach == 0


def test_people_are_told_once():
    people = [one.pk for one in builders.family("A", "B")]
    Person.objects.filter(pk=people[0]).update(told_at=None)
    assert queries.untold(people) == {people[0]}
    assert actions.mark_told(person_ids=people, now=clock.now(), actor=builders.TESTER) == 1
    assert queries.untold(people) == frozenset()


def over(**fields):
    Stay.objects.update(**fields)
    now = clock.now()
    gone = actions.forget_what_is_over(now)
    assert not Person.objects.exists() or not gone
    return gone


@pytest.mark.parametrize(
    ("fields", "gone"),
    [
        ({"kind": "trip", "until": -15}, 1),
        ({"kind": "trip", "until": -13}, 0),
        ({"kind": "residence", "confirmed": -731}, 1),
        ({"kind": "residence", "confirmed": -729}, 0),
        ({"kind": "residence", "departed": -15}, 1),
        ({"kind": "residence", "departed": -13}, 0),
    ],
)
def test_records_expire(fields, gone):
    builders.family("A")
    now = clock.now()
    ago = {key: now + timedelta(days=value) for key, value in fields.items() if key != "kind"}
    changes = {"kind": fields["kind"], "stay_from": (now - timedelta(days=900)).date()}
    if "until" in ago:
        changes["stay_until"] = ago["until"].date()
    if "confirmed" in ago:
        changes["confirmed_at"] = ago["confirmed"]
    if "departed" in ago:
        changes["departed_on"] = ago["departed"].date()
    Stay.objects.update(**changes)
    assert actions.forget_what_is_over(now) == gone
    assert Person.objects.count() == Party.objects.count() == 1 - gone
    assert ContactPoint.objects.count() == 1 - gone


def test_uploads_and_counts_of_forms_expire():
    run = builders.import_run()
    ImportRun.objects.update(refused=b"x", created_at=clock.now() - timedelta(days=8))
    FormUse.objects.create(source="x", hour=clock.now() - timedelta(days=2))
    actions.forget_what_is_over(clock.now())
    run.refresh_from_db()
    assert (run.content, run.refused) == (None, None)
    assert not FormUse.objects.exists()
