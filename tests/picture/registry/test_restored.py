"""A restored backup keeps to what people took back since: STOP, a consent, an address."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from safeconduct.ground.kernel import clock
from safeconduct.ground.privacy import forgotten
from safeconduct.ground.privacy.actions import choose_consents, forget_again
from safeconduct.ground.privacy.consents import FAMILY, WARNINGS
from safeconduct.ground.privacy.engine import lists
from safeconduct.ground.privacy.models import Consent, Forgotten
from safeconduct.ground.privacy.queries import consents_of
from safeconduct.ground.privacy.sealing import Subject
from safeconduct.ground.privacy.terms import LIST_KEPT
from safeconduct.picture.registry import actions
from safeconduct.picture.registry.models import ContactPoint, EmergencyContact, Person
from safeconduct.picture.registry.queries import kin_of
from safeconduct.picture.registry.rules import Leg
from safeconduct.picture.registry.withdrawing import REMOVED, STOP, Way
from safeconduct.wires.messaging.engine.push import Subscription
from safeconduct.wires.messaging.models import Batch, Delivery
from safeconduct.wires.messaging.terms import Channel, Lane, State
from tests import builders
from tests.builders import TESTER

pytestmark = pytest.mark.django_db
PHONE, MAIL = "+905321112233", "leyla@example.org"
BROWSER = Subscription("https://push.example/abc", b"k" * 65, b"a" * 16)


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.PRIVACY = settings.PRIVACY | {"FORGOTTEN_DIR": tmp_path / "forgotten"}
    forgotten.key_mark()
    return tmp_path / "forgotten"


@pytest.fixture
def leyla(folder: Path) -> Person:
    return builders.family(phone=PHONE, mail=MAIL)[0]


@contextmanager
def undone_by_a_restore() -> Iterator[None]:
    point = transaction.savepoint_create()
    yield
    forgotten.keep_list(now=clock.now())
    transaction.savepoint_rollback(point)


def again(folder: Path) -> Any:
    return forget_again(places=[folder], now=clock.now(), actor=TESTER)


def by() -> dict[str, Any]:
    return {"now": clock.now(), "actor": TESTER}


def stopped() -> dict[str, bool]:
    points = ContactPoint.objects.values_list("address", "stopped_at")
    return {address: at is not None for address, at in points}


def choose(person: Person, purpose: str, *, given: bool) -> None:
    choose_consents(
        subject=Subject("party", person.party_id),
        choices={purpose: given},
        language="az",
        how="page",
        **by(),
    )


def changed(person: Person, *, phone: str, mail: str = MAIL) -> None:
    draft = actions.PartyDraft(
        members=[actions.Member("Leyla", "Əliyeva", None, person.pk)],
        legs=[Leg("TR", 325363, None, clock.now().date())],
        phone=phone,
        mail=mail,
        language="az",
    )
    actions.change_party(party_id=person.party_id, draft=draft, **by())


def test_who_said_stop_is_left_in_peace(leyla: Person, folder: Path) -> None:
    builders.asked_by_message([leyla], now=clock.now())
    Batch.objects.update(lane=Lane.BULK)
    waits = Delivery.objects.filter(address=PHONE, state=State.WAITING)
    assert waits.exists()
    with undone_by_a_restore():
        actions.stop_contact(channel=Channel.SMS, address=PHONE, **by())
    assert stopped() == {PHONE: False, MAIL: False}
    done = again(folder)
    assert done.gone["stop"] == 1
    assert stopped() == {PHONE: True, MAIL: False}
    # What waited in the backup for that number does not leave either.
    assert not waits.exists()
    again(folder)
    assert stopped() == {PHONE: True, MAIL: False}


def test_who_took_stop_back_is_written_to(leyla: Person, folder: Path) -> None:
    actions.stop_contact(channel=Channel.SMS, address=PHONE, **by())
    with undone_by_a_restore():
        actions.start_contact(channel=Channel.SMS, address=PHONE, **by())
    assert stopped()[PHONE]
    again(folder)
    assert not stopped()[PHONE]


def test_of_stop_and_start_the_last_word_counts(leyla: Person, folder: Path) -> None:
    with undone_by_a_restore():
        actions.stop_contact(channel=Channel.SMS, address=PHONE, **by())
        actions.start_contact(channel=Channel.SMS, address=PHONE, **by())
        actions.stop_contact(channel=Channel.EMAIL, address=MAIL, **by())
    again(folder)
    assert stopped() == {PHONE: False, MAIL: True}


def test_a_no_to_being_written_to_holds(leyla: Person, folder: Path) -> None:
    with undone_by_a_restore():
        choose(leyla, WARNINGS, given=False)
    assert not Consent.objects.exists()
    assert again(folder).gone["consent"] == 1
    said = consents_of(Subject("party", leyla.party_id))[WARNINGS]
    assert (said.given, said.how) == (False, "restore")
    assert stopped() == {PHONE: True, MAIL: True}
    assert "consent" not in again(folder).gone


def test_a_yes_taken_back_stays_back_and_one_given_again_stands(
    leyla: Person, folder: Path
) -> None:
    other = builders.family("Rəna", phone="+9990001119999")[0]
    for person in (leyla, other):
        choose(person, FAMILY, given=True)
    with undone_by_a_restore():
        for person in (leyla, other):
            choose(person, FAMILY, given=False)
        choose(other, FAMILY, given=True)
    again(folder)
    stand = {
        person: consents_of(Subject("party", person.party_id))[FAMILY].given
        for person in (leyla, other)
    }
    assert stand == {leyla: False, other: True}


def test_a_no_that_changes_nothing_leaves_no_mark(leyla: Person, folder: Path) -> None:
    """Every registration says No to something: the list is of what was taken back."""
    choose(leyla, FAMILY, given=False)
    assert not Forgotten.objects.exists()


def test_a_number_that_was_given_up_is_not_written_to(leyla: Person, folder: Path) -> None:
    """It may be somebody else's by now."""
    with undone_by_a_restore():
        changed(leyla, phone="+905009998877")
    again(folder)
    assert stopped() == {MAIL: False}
    leyla.refresh_from_db()
    assert leyla.reach == Channel.EMAIL


def test_a_number_given_up_and_given_again_stays(leyla: Person, folder: Path) -> None:
    changed(leyla, phone="")
    changed(leyla, phone=PHONE)
    forgotten.keep_list(now=clock.now())
    again(folder)
    assert set(stopped()) == {PHONE, MAIL}


def test_a_number_given_again_after_stop_is_written_to(leyla: Person, folder: Path) -> None:
    """Its new row says no STOP: nor does a backup of today, or of the time before."""
    with undone_by_a_restore():
        actions.stop_contact(channel=Channel.SMS, address=PHONE, **by())
        changed(leyla, phone="")
        changed(leyla, phone=PHONE)
        forgotten.keep_list(now=clock.now())
        again(folder)
        assert stopped() == {PHONE: False, MAIL: False}
    again(folder)
    assert stopped() == {PHONE: False, MAIL: False}


def test_a_number_lent_by_a_second_record_keeps_that_ones_stop(leyla: Person, folder: Path) -> None:
    second = builders.family("Rəna", phone="+9990001119999")[0]
    lent = {"channel": Channel.SMS, "address": "+905009998877", "language": "az"}
    ContactPoint.objects.create(person=leyla, lent_by=second.pk, **lent)
    actions.stop_contact(channel=Channel.SMS, address=lent["address"], **by())
    changed(leyla, phone=lent["address"])
    assert stopped()[lent["address"]]
    forgotten.keep_list(now=clock.now())
    again(folder)
    assert stopped()[lent["address"]]


def test_a_no_outlasts_a_number_given_again(leyla: Person, folder: Path) -> None:
    with undone_by_a_restore():
        choose(leyla, WARNINGS, given=False)
        changed(leyla, phone="")
        changed(leyla, phone=PHONE)
        assert stopped() == {PHONE: True, MAIL: True}
    again(folder)
    assert stopped() == {PHONE: True, MAIL: True}


def test_a_browser_switched_on_again_after_a_no_is_written_to(leyla: Person, folder: Path) -> None:
    party = {"party_id": leyla.party_id, **by()}
    actions.add_phone(subscription=BROWSER, language="az", **party)
    choose(leyla, WARNINGS, given=False)
    actions.remove_phones(**party)
    actions.add_phone(subscription=BROWSER, language="az", **party)
    browser = ContactPoint.objects.filter(channel=Channel.PUSH)
    assert browser.get().stopped_at is None
    forgotten.keep_list(now=clock.now())
    again(folder)
    assert browser.get().stopped_at is None


@pytest.mark.parametrize("kind", [REMOVED, STOP])
@pytest.mark.parametrize(("age", "counts"), [(-1, True), (10, False)])
def test_a_mark_older_than_its_table_reaches_takes_nothing(
    leyla: Person, folder: Path, kind: str, age: int, counts: bool
) -> None:
    """What was given again since then left no mark, but the file goes by whole months."""
    at = clock.now() - LIST_KEPT - timedelta(days=age)
    (ref,) = forgotten.refs_of(kind, [str(Way(leyla.pk, Channel.SMS, PHONE))])
    lists.append(folder, [lists.Line(forgotten.key_mark(), ref, at)])
    again(folder)
    assert (stopped().get(PHONE) is not False) is counts


def test_a_phone_that_was_switched_off_stays_off(leyla: Person, folder: Path) -> None:
    party = {"party_id": leyla.party_id, **by()}
    actions.add_phone(subscription=BROWSER, language="az", **party)
    with undone_by_a_restore():
        actions.remove_phones(**party)
    again(folder)
    assert not ContactPoint.objects.filter(channel=Channel.PUSH).exists()
    actions.add_phone(subscription=BROWSER, language="az", **party)
    forgotten.keep_list(now=clock.now())
    again(folder)
    assert ContactPoint.objects.filter(channel=Channel.PUSH).exists()


def named(person: Person, name: str, **when: Any) -> None:
    said = {"name": name, "relation": "bacı", "phone": "+994501"}
    actions.name_emergency_contact(party_id=person.party_id, **said, **(by() | when))


def test_whom_we_may_no_longer_call_is_not_called(leyla: Person, folder: Path) -> None:
    named(leyla, "Rəna")
    with undone_by_a_restore():
        actions.remove_emergency_contact(party_id=leyla.party_id, **by())
    assert kin_of(leyla.party_id)
    assert again(folder).gone["emergency contact"] == 1
    assert not EmergencyContact.objects.exists()


def test_who_took_the_others_place_stays_and_the_other_does_not(
    leyla: Person, folder: Path
) -> None:
    named(leyla, "Rəna", now=clock.now() - timedelta(minutes=1))
    with undone_by_a_restore():
        named(leyla, "Aygün")
    again(folder)
    assert not EmergencyContact.objects.exists()
    named(leyla, "Aygün")
    forgotten.keep_list(now=clock.now())
    again(folder)
    kin = kin_of(leyla.party_id)
    assert kin
    assert kin.name == "Aygün"


def test_marks_hold_no_number_in_the_clear(leyla: Person, folder: Path) -> None:
    actions.stop_contact(channel=Channel.SMS, address=PHONE, **by())
    changed(leyla, phone="", mail="")
    forgotten.keep_list(now=clock.now())
    (file,) = folder.iterdir()
    told = file.read_text()
    assert len(told.splitlines()) == Forgotten.objects.count() == 3
    assert PHONE[1:] not in told
    assert "leyla" not in told
