"""Everything we hold of a person is in the file they take away: every table, in their words."""

import io
import json
from base64 import b64decode
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.privacy.actions import choose_consents
from safeconduct.ground.privacy.consents import FAMILY
from safeconduct.ground.privacy.holdings import holdings
from safeconduct.ground.privacy.sealing import Subject
from safeconduct.picture.registry.actions import confide, link_of, name_emergency_contact
from safeconduct.picture.registry.models import ContactPoint, Person, StillRound, StillThere
from safeconduct.picture.rollcall.actions import log_attempt
from safeconduct.picture.rollcall.terms import How, Outcome
from safeconduct.response.calls.models import Call
from safeconduct.response.cases.actions import reply, write_note
from safeconduct.response.checkins.engine import drain
from safeconduct.response.checkins.models import Asked, Unclear
from safeconduct.wires.intake.terms import Answer
from tests import builders
from tests.builders import TESTER
from tests.pages import Pages

pytestmark = pytest.mark.django_db
PHONE = "+905321112233"


def jpeg() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(made, "JPEG")
    return made.getvalue()


def registered() -> Person:
    leyla = builders.family(phone=PHONE, mail="leyla@example.org")[0]
    now = clock.now()
    ContactPoint.objects.update(verified_at=now)
    confide(person_id=leyla.pk, passport="C01234567", medical="İnsulin", now=now, actor=TESTER)
    name_emergency_contact(
        party_id=leyla.party_id,
        name="Rəna",
        relation="bacı",
        phone="+994501",
        now=now,
        actor=TESTER,
    )
    choose_consents(
        subject=Subject("party", leyla.party_id),
        choices={FAMILY: True},
        language="az",
        how="page",
        now=now,
        actor=TESTER,
    )
    return leyla


def asked_and_heard(leyla: Person) -> None:
    """A question by message, an answer, a try in vain, and a text that an officer reads."""
    now = clock.now()
    round_ = builders.asked_by_message([leyla], now=now - timedelta(hours=1))
    asked = Asked.objects.get(round_id=round_.pk, person_id=leyla.pk)
    builders.raw_answer(asked.id, Answer.NEEDS_HELP)
    drain.run_once()
    log_attempt(
        incident_id=round_.incident_id,
        person_id=leyla.pk,
        how=How.CALL,
        outcome=Outcome.NO_REPLY,
        now=now,
        actor=Actor.officer(builders.officer().pk),
    )
    builders.raw_answer(sender=PHONE, text="bizim ev yoxdur")
    drain.run_once()
    assert Unclear.objects.exists()
    delivery = {"batch_id": round_.batch_id, "delivery_id": 1, "person_id": leyla.pk}
    Call.objects.create(
        **delivery, officer_id=1, taken_at=now, ended_at=now, outcome="safe", told_by="qonşu"
    )
    builders.warden_list().calls.create(**delivery)


def asked_for_help(leyla: Person) -> str:
    case = builders.help_request(
        words="Divar uçub", person_id=leyla.pk, party_id=leyla.party_id, photos=[jpeg()]
    )
    reply(case_id=case.pk, words="Gəlirik", seen=None, now=clock.now(), actor=TESTER)
    write_note(
        case_id=case.pk,
        words="Qolu sınıb",
        office=("duty_officer", 2),
        now=clock.now(),
        actor=TESTER,
    )
    return case.reference


def everything() -> tuple[Person, str]:
    builders.post(id=2, seat="TR")
    leyla = registered()
    asked_and_heard(leyla)
    reference = asked_for_help(leyla)
    asked = StillRound.objects.create(
        reason="level",
        country="TR",
        asked_on=clock.now().date(),
        batch_id=1,
        created_at=clock.now(),
    )
    StillThere.objects.create(
        round=asked,
        party_id=leyla.party_id,
        reason="level",
        asked_on=clock.now().date(),
        asked_at=clock.now(),
    )
    console = Pages().sign_in(builders.officer("duty_officer", at=builders.post(id=2)))
    console.get(f"/console/people/{leyla.pk}/?for=help")
    return leyla, reference


@pytest.fixture
def told(pages: Pages) -> tuple[dict[str, Any], str]:
    leyla, reference = everything()
    link = link_of(leyla.party_id, "en", clock.now())
    answer = pages.get(f"/me/{link}/data/file/")
    found = json.loads(answer.content)
    return {one["name"]: one["entries"] for one in found["sections"]}, reference


def test_every_table_of_a_person_is_in_the_file(told: tuple[dict[str, Any], str]) -> None:
    sections, _reference = told
    assert set(sections) == set(holdings)
    assert [name for name, entries in sections.items() if not entries] == []


def test_the_file_says_it_in_the_persons_own_words(told: tuple[dict[str, Any], str]) -> None:
    sections, reference = told
    whole = json.dumps(sections, ensure_ascii=False)
    for word in (
        "Leyla", PHONE, "leyla@example.org", "Rəna", "bacı", "Divar uçub", "Gəlirik",
        "bizim ev yoxdur", "qonşu", reference, "Qolu sınıb",
    ):  # fmt: skip
        assert word in whole, word
    (request,) = sections["cases.requests"]
    (photo,) = request["photos"]
    kind, _, content = photo.partition(",")
    assert kind == "data:image/jpeg;base64"
    assert Image.open(io.BytesIO(b64decode(content))).size == (40, 30)
    assert sections["audit.looks"][0]["what"]


def test_the_page_counts_what_only_the_file_holds(pages: Pages) -> None:
    leyla, _reference = everything()
    page = pages.get(f"/me/{link_of(leyla.party_id, 'en', clock.now())}/data/").text
    assert "data:image/jpeg" not in page
    assert "Photos" in page
