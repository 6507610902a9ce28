"""Whom a party lets us call: named and taken back by its link, shown to officers, forgotten."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.urls import reverse

from safeconduct.ground.audit.models import Entry, Look
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.privacy import sealing
from safeconduct.ground.privacy.sealing import Sealed, Subject
from safeconduct.picture.registry import actions, queries, rules, terms
from safeconduct.picture.registry.models import EmergencyContact
from tests import builders

pytestmark = pytest.mark.django_db
PHONE = "+9990001112233"
SAID = {"name": "Sevda", "relation": "bacı", "phone": "+999 555 00021"}


@pytest.fixture
def person():
    return builders.registered_person()


def path(person) -> str:
    token = actions.link_of(person.party_id, "az", clock.now())
    return reverse("registration:kin", args=[token])


def test_a_party_names_somebody_changes_it_and_takes_it_back(pages, person) -> None:
    there = path(person)
    assert pages.get(there).status_code == 200
    assert pages.post(there, SAID | {"phone": "12"}).status_code == 200
    assert not EmergencyContact.objects.exists()
    assert pages.post(there, SAID).status_code == 302
    assert pages.post(there, SAID | {"name": "Rəna"}).status_code == 302
    assert EmergencyContact.objects.get().party_id == person.party_id
    assert queries.kin_of(person.party_id) == rules.Kin("Rəna", "bacı", "+99955500021")
    page = pages.get(there).content.decode()
    assert "Rəna" in page
    # A link is no proof of who reads, and the number is a third person's.
    assert "021" in page
    assert "+99955500021" not in page
    pages.post(there, {"remove": "1"})
    assert not EmergencyContact.objects.exists()
    kinds = Entry.objects.filter(kind__startswith="registry.kin").order_by("id")
    assert [entry.kind for entry in kinds] == ["registry.kin_named"] * 2 + ["registry.kin_removed"]


def test_who_is_named_lies_in_no_row_in_plain(pages, person) -> None:
    pages.post(path(person), SAID)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(one)::text FROM registry_emergencycontact AS one")
        [(row,)] = cursor.fetchall()
    sealed = bytes(EmergencyContact.objects.get().sealed)
    # Whole words: three letters from a to f stand by chance in what is written in hex.
    for word in ("Sevda", "bacı", "99955500021"):
        assert word not in row
        assert word.encode() not in sealed
    # Moved to another party it opens nothing.
    other = builders.registered_person()
    EmergencyContact.objects.update(party_id=other.party_id)
    sealing.seal(subject=Subject("party", other.party_id), field="any", text="a key of its own")
    with pytest.raises(sealing.SealBrokenError):
        queries.kin_of(other.party_id)


def test_officers_see_whom_to_call_and_the_person_sees_that(pages, person) -> None:
    pages.post(path(person), SAID)
    pages.sign_in(builders.officer(at=builders.post()))
    page = pages.get(f"/console/people/{person.pk}/").content.decode()
    assert "Sevda" in page
    assert "+99955500021" in page
    assert Look.objects.filter(what="registry.kin").count() == 1
    # Nothing was opened of whom nobody was named for.
    other = builders.registered_person()
    pages.get(f"/console/people/{other.pk}/")
    assert Look.objects.filter(what="registry.kin").count() == 1


def test_whoever_wants_no_names_kept_has_none_of_theirs_kept(person) -> None:
    now, actor = clock.now(), Actor.citizen(person.pk)
    actions.name_emergency_contact(party_id=person.party_id, **SAID, now=now, actor=actor)
    leg = actions.Leg("TR", None, None, now.date())
    draft = actions.PartyDraft(
        [actions.Member(id=person.pk)], [leg], PHONE, "", "az", level=terms.Level.INFORMATION
    )
    actions.change_party(party_id=person.party_id, draft=draft, now=now, actor=actor)
    assert not EmergencyContact.objects.exists()


def test_a_deleted_partys_contact_opens_from_no_copy(pages, person) -> None:
    pages.post(path(person), SAID)
    kept = EmergencyContact.objects.get()
    actor = Actor.citizen(person.pk)
    actions.delete_party(party_id=person.party_id, now=clock.now(), actor=actor)
    restored = Sealed(Subject("party", person.party_id), terms.KIN_FIELD, kept.sealed)
    assert sealing.unseal_many([restored]) == [None]


def test_an_upgrade_seals_what_was_plain(person) -> None:
    """The rows of a house that runs already: sealed so that today's code opens them."""
    forgotten = builders.registered_person()
    now = clock.now()
    sealing.seal(subject=Subject("party", forgotten.party_id), field="any", text="x")
    sealing.shred(Subject("party", forgotten.party_id))
    states = MigrationLoader(connection).project_state
    connection.check_constraints()
    with connection.schema_editor() as editor:
        for name in ("0008_emergency_contact_plain_gone", "0007_emergency_contact_sealed"):
            step = MigrationLoader(connection).get_migration("registry", name)
            step.unapply(states(_before(step)), editor)
    with connection.cursor() as cursor:
        for party_id in (person.party_id, forgotten.party_id):
            cursor.execute(
                "INSERT INTO registry_emergencycontact (party_id, name, relation, phone, named_at)"
                " VALUES (%s, 'Gülşən', 'mother', '+99955500033', %s)",
                [party_id, now],
            )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with connection.schema_editor() as editor:
        for name in ("0007_emergency_contact_sealed", "0008_emergency_contact_plain_gone"):
            step = MigrationLoader(connection).get_migration("registry", name)
            step.apply(states(_before(step)), editor)
    assert queries.kin_of(person.party_id) == rules.Kin("Gülşən", "mother", "+99955500033")
    # Of whoever was forgotten nothing is kept, sealed or not.
    assert not EmergencyContact.objects.filter(party_id=forgotten.party_id).exists()


def _before(step) -> list[tuple[str, str]]:
    return [(app, name) for app, name in step.dependencies]


def test_it_goes_with_the_party_however_that_goes(pages, person) -> None:
    pages.post(path(person), SAID)
    long_after = clock.now() + timedelta(days=1000)
    assert actions.forget_what_is_over(long_after) == 1
    assert not EmergencyContact.objects.exists()
