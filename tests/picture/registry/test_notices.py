"""Telling people of a list, who have only a telephone, where we have them from."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from safeconduct.ground.audit.models import Entry
from safeconduct.ground.kernel import clock
from safeconduct.picture.registry.actions import (
    link_of,
    note_told_by_notice,
    notice_costs,
    send_notices,
)
from safeconduct.picture.registry.actions.notices import NobodyToTellError
from safeconduct.picture.registry.models import ContactPoint, ImportRun, Notice, Person, Source
from safeconduct.wires.messaging.engine import sweeper
from safeconduct.wires.messaging.models import Batch, Delivery
from safeconduct.wires.messaging.terms import State
from tests import builders, messages
from tests.pages import Pages

pytestmark = pytest.mark.django_db
_HOLDS_ALL = re.compile(r"pg_advisory_xact_lock\(hashtext\('registry notices'\)")


@pytest.fixture
def registrar(pages: Pages) -> Pages:
    return pages.sign_in(builders.officer("registrar"))


@pytest.fixture
def run(registrar: Pages) -> ImportRun:
    """A list that is in: a family with one telephone, one with mail, one who was told."""
    officer = builders.officer("registrar")
    made = builders.import_run(officer_id=officer.pk)
    made.finished_at = clock.now()
    made.label, made.legal_basis, made.collected_on = "employer", "public task", date(2026, 3, 1)
    made.save()
    source = Source.objects.create(
        kind="import",
        label=made.label,
        legal_basis=made.legal_basis,
        collected_on=made.collected_on,
        created_at=clock.now(),
    )
    family = builders.household(2, phone="+999120000001")
    (told,) = builders.household(phone="+999120000002")
    (mailed,) = builders.household(phone="+999120000003")
    ContactPoint.objects.create(person=mailed, channel=2, address="a@b.invalid")
    people = Person.objects.filter(pk__in=[p.pk for p in (*family, told, mailed)])
    people.update(source=source, told_at=None, reach=1)
    Person.objects.filter(pk=told.pk).update(told_at=clock.now())
    Person.objects.filter(pk=mailed.pk).update(reach=3)
    return made


def test_the_cost_is_read_before_anything_is_sent(registrar: Pages, run: ImportRun) -> None:
    (cost,) = notice_costs(run)
    assert cost.messages == 1
    assert cost.parts == cost.parts_each <= 2
    page = registrar.get(f"/console/lists/{run.pk}/").content.decode()
    assert f"Send 1 SMS ({cost.parts} parts)" in page
    assert not Delivery.objects.exists()


def test_every_language_fits_two_parts() -> None:
    from safeconduct.picture.registry.actions import notices

    for language, text in notices._texts().items():
        assert notices._parts(language) <= 2, language
        assert "{link}" in text


def test_one_sms_a_family_and_all_of_it_is_told_once_it_left(
    registrar: Pages, run: ImportRun
) -> None:
    path = f"/console/lists/{run.pk}/tell/"
    assert registrar.post(path).status_code == 302
    sent = Delivery.objects.get()
    batch = Notice.objects.get().batch_id
    assert note_told_by_notice(batch_id=batch, now=clock.now(), actor=builders.TESTER) == 0
    Delivery.objects.filter(pk=sent.pk).update(state=State.HANDED)
    assert note_told_by_notice(batch_id=batch, now=clock.now(), actor=builders.TESTER) == 2
    assert Person.objects.filter(told_at=None).count() == 1
    assert {"registry.noticed", "registry.told"} <= set(
        Entry.objects.values_list("kind", flat=True)
    )


def test_its_end_is_told_as_soon_as_the_last_has_left(registrar: Pages, run: ImportRun) -> None:
    registrar.post(f"/console/lists/{run.pk}/tell/")
    Delivery.objects.update(state=State.HANDED)
    sweeper.sweep(clock.now())
    batch = Batch.objects.get()
    assert batch.finished_at is not None
    note_told_by_notice(batch_id=batch.pk, now=clock.now(), actor=builders.TESTER)
    assert Person.objects.filter(told_at=None).count() == 1


def test_the_page_opens_the_messages_of_notices_alone(run: ImportRun) -> None:
    others = [messages.batch() for _ in range(3)]
    with CaptureQueriesContext(connection) as asked:
        notice_costs(run)
    sql = next(each["sql"] for each in asked if "messaging_delivery" in each["sql"])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        plan = " ".join(line for (line,) in cursor.fetchall())
    assert not [each.pk for each in others if f"messaging_delivery_{each.pk}" in plan]


def test_runs_of_one_list_or_of_lists_that_share_a_party_wait_for_each_other(
    run: ImportRun,
) -> None:
    """The second is to see whom the first has told."""
    with CaptureQueriesContext(connection) as asked:
        send_notices(run_id=run.pk, now=clock.now(), actor=builders.TESTER)
    held = [at for at, each in enumerate(asked) if _HOLDS_ALL.search(each["sql"])]
    looked = [at for at, each in enumerate(asked) if "messaging_delivery AS sent" in each["sql"]]
    assert held
    assert held[0] < looked[0]


def test_a_party_of_two_lists_is_told_once(run: ImportRun) -> None:
    send_notices(run_id=run.pk, now=clock.now(), actor=builders.TESTER)
    first = Delivery.objects.get()
    again = Source.objects.create(
        kind="import",
        label="airline",
        legal_basis=run.legal_basis,
        collected_on=run.collected_on,
        created_at=clock.now(),
    )
    # The other list knew another of the same family.
    Person.objects.filter(pk=first.recipient_id).update(source=again)
    second = builders.import_run(officer_id=run.officer_id)
    second.label, second.legal_basis = "airline", run.legal_basis
    second.collected_on = run.collected_on
    second.save()
    with pytest.raises(NobodyToTellError):
        send_notices(run_id=second.pk, now=clock.now(), actor=builders.TESTER)
    assert Delivery.objects.count() == 1


def test_a_second_click_writes_to_nobody(registrar: Pages, run: ImportRun) -> None:
    path = f"/console/lists/{run.pk}/tell/"
    registrar.post(path)
    again = registrar.post(path, follow=True)
    assert "Nobody of this list is left" in again.content.decode()
    assert Delivery.objects.count() == 1


def test_the_record_says_who_collected_it_when_and_by_what_right(run: ImportRun) -> None:
    person = Person.objects.filter(source__kind="import").order_by("pk").first()
    assert person is not None
    builders.stay(person)
    token = link_of(person.party_id, "en", clock.now())
    page = Pages().get(f"/me/{token}/").content.decode()
    assert "A list of “employer”, collected on 1 March 2026" in page
    assert "The ministry&#x27;s task by law" in page
