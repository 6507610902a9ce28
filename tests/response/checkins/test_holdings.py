"""Which texts a record's link shows: those from a number its people have proven to be theirs."""

import pytest

from safeconduct.ground.kernel import clock
from safeconduct.ground.privacy.holdings import Holder, holdings
from safeconduct.picture.registry.models import ContactPoint
from safeconduct.response.checkins.engine import drain
from tests import builders

pytestmark = pytest.mark.django_db
PHONE = "+994501112233"
WORDS = "help, he beats me"


def registered(phone: str = PHONE, *, proven: bool) -> list[ContactPoint]:
    people = builders.household(phone=phone)
    points = ContactPoint.objects.filter(person__in=people)
    points.update(verified_at=clock.now() if proven else None)
    return list(points)


def told(point: ContactPoint) -> list[str]:
    holder = Holder(point.person.party_id, (point.person_id,))
    section = holdings["checkins.unclear"].read(holder)
    return [fact.value for entry in section for fact in entry if fact.key == "text"]


def wrote(sender: str = PHONE) -> None:
    builders.raw_answer(sender=sender, text=WORDS)
    drain.run_once()


@pytest.mark.parametrize("sender", [PHONE, PHONE.removeprefix("+")])
def test_the_owner_of_a_number_reads_their_texts_however_a_gateway_writes_it(sender: str) -> None:
    (hers,) = registered(proven=True)
    wrote(sender)
    assert told(hers) == [WORDS]


def test_whoever_registers_a_number_reads_nothing_before_they_have_proven_it() -> None:
    (typed,) = registered(proven=False)
    wrote()
    assert told(typed) == []


def test_a_number_lent_by_a_linked_record_shows_nothing_here() -> None:
    (point,) = registered(proven=True)
    ContactPoint.objects.filter(pk=point.pk).update(lent_by=point.person_id)
    wrote()
    assert told(point) == []


def test_a_number_that_two_parties_have_proven_shows_neither_the_texts() -> None:
    (hers,), (theirs,) = registered(proven=True), registered(proven=True)
    wrote()
    assert told(hers) == told(theirs) == []


def test_a_number_another_party_only_typed_is_still_its_owners() -> None:
    (hers,), (typed,) = registered(proven=True), registered(proven=False)
    wrote()
    assert told(hers) == [WORDS]
    assert told(typed) == []
