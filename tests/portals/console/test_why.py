"""One page says why somebody got this and not that, and what comes next."""

from datetime import timedelta
from typing import Any

import pytest

from safeconduct.ground.audit.models import Entry
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.names import search_key
from safeconduct.picture.registry.models import ContactPoint, Person, Stay
from safeconduct.picture.rollcall.models import Standing
from safeconduct.portals.console.why import people
from safeconduct.response.alerts.models import Alert
from safeconduct.response.calls.models import Call
from safeconduct.response.checkins.engine import drain
from safeconduct.response.checkins.models import Asked
from safeconduct.response.ladder.engine import climbing
from safeconduct.response.ladder.models import Climb
from safeconduct.response.ladder.terms import Step, stored
from safeconduct.wires.messaging.models import Delivery, SenderIdentity
from safeconduct.wires.messaging.terms import Channel, State
from tests import builders
from tests.pages import Pages

pytestmark = pytest.mark.django_db
STEPS = (Step(Channel.SMS, 0), Step(Channel.EMAIL, 600), Step(Channel.CALL, 1800))


def released(steps: tuple[Step, ...] = STEPS, **content: Any) -> Alert:
    alert = builders.released_alert(severity="Severe", **content)
    Climb.objects.filter(batch_id=alert.release.batch_id).update(steps=stored(steps))
    return alert


def look(alert: Alert, *, minutes: float) -> None:
    climb = Climb.objects.get(batch_id=alert.release.batch_id)
    climbing.look(climb_id=climb.pk, now=climb.began_at + timedelta(minutes=minutes))


def read(pages: Pages, alert: Alert, person: Person) -> str:
    if "_auth_user_id" not in pages.session:
        pages.sign_in(builders.officer("duty_officer"))
    page = pages.get(f"/console/why/{alert.pk}/{person.pk}/")
    assert page.status_code == 200
    assert page["Cache-Control"] == "private, no-store"
    return " ".join(page.content.decode().split())


def test_the_next_step_and_its_time_are_named(pages: Pages) -> None:
    person = builders.resident(phone="+999501", mail="a@b.invalid")
    alert = released()
    Delivery.objects.update(state=State.HANDED, handed_at=clock.now(), provider="kannel")
    page = read(pages, alert, person)
    due = alert.release.released_at + timedelta(minutes=10)
    assert f"{due:%Y-%m-%d %H:%M:%S}" in page
    assert "kannel" in page
    assert "nothing has been sent by it yet" in page
    assert Entry.objects.filter(kind="console.story_seen").count() == 1


def test_a_failure_brings_the_next_step_forward_and_the_page_says_so(pages: Pages) -> None:
    person = builders.resident(phone="+999501", mail="a@b.invalid")
    alert = released()
    Delivery.objects.update(state=State.INVALID_ADDRESS, failure="unknown subscriber")
    page = read(pages, alert, person)
    assert "unknown subscriber" in page
    assert "nothing before it can still arrive" in page


def test_an_answer_is_why_nothing_more_comes(pages: Pages) -> None:
    person = builders.resident(phone="+999501", mail="a@b.invalid")
    alert = released()
    builders.raw_answer(Asked.objects.get(person_id=person.pk).id)
    drain.run_once()
    look(alert, minutes=11)
    page = read(pages, alert, person)
    assert "or somebody for them, was heard from" in page
    assert "not needed any more" in page
    assert "said by the person" in page


def test_what_was_not_used_says_why(pages: Pages) -> None:
    person = builders.resident(phone="+999501", mail="a@b.invalid")
    now = clock.now()
    for address, dates in (
        ("+999502", {"last_failed_at": now}),
        ("+999503", {"stopped_at": now}),
        ("+999504", {}),
    ):
        ContactPoint.objects.create(person=person, channel=1, address=address, **dates)
    alert = released((Step(Channel.SMS, 0), Step(Channel.CALL, 60)))
    Climb.objects.update(despite_stop=False)
    page = read(pages, alert, person)
    assert "it failed when it was last tried" in page
    assert "STOP was written from it" in page
    assert "another one of the same kind was" in page
    assert "this alert has no such step" in page
    assert "made up" in page


def test_a_shared_telephone_names_whom_the_message_went_to(pages: Pages) -> None:
    people = builders.household(2, phone="+999502")
    for person in people:
        builders.stay(person)
    alert = released()
    page = read(pages, alert, people[1])
    assert f"sent to <bdi>{people[0].given_name}" in page
    assert "of the same party" in page


def test_whom_a_message_went_to_is_not_named_to_a_post_elsewhere(pages: Pages) -> None:
    people = builders.household(2, phone="+999502")
    for person in people:
        builders.stay(person)
    alert = released()
    Person.objects.filter(pk=people[0].pk).update(given_name="Elsewhere")
    builders.country("DE")
    Stay.objects.filter(person=people[0]).update(country_id="DE")
    pages.sign_in(builders.officer("duty_officer", at=builders.post()))
    page = read(pages, alert, people[1])
    assert "Elsewhere" not in page
    assert "of the same party" in page


def test_calls_and_repeats_stand_beside_their_step(pages: Pages) -> None:
    person = builders.resident(phone="+999501")
    alert = released()
    look(alert, minutes=31)
    called = Delivery.objects.get(channel=Channel.CALL)
    Delivery.objects.filter(channel=Channel.CALL).update(maybe_twice=True)
    Call.objects.create(
        batch_id=called.batch_id,
        delivery_id=called.id,
        person_id=person.pk,
        officer_id=builders.officer("caller").pk,
        taken_at=clock.now(),
        ended_at=clock.now(),
        outcome="no_answer",
    )
    page = read(pages, alert, person)
    assert "perhaps twice" in page
    assert "No answer" in page


def test_where_reports_prove_nothing_the_page_says_so(pages: Pages) -> None:
    person = builders.resident(phone="+999501")
    SenderIdentity.objects.create(provider="k", country="TR", sender="M", receipts_true=False)
    alert = released(asks=False)
    Delivery.objects.update(state=State.DELIVERED, handed_at=clock.now(), settled_at=clock.now())
    page = read(pages, alert, person)
    assert "not provable" in page
    assert "Telephone call by an officer, <time" in page


def test_every_step_taken_needs_somebody_to_look(pages: Pages) -> None:
    person = builders.resident()
    alert = released()
    page = read(pages, alert, person)
    assert "no contact point of theirs works" in page
    assert "Somebody has to look for them" in page
    Climb.objects.update(ended_at=clock.now(), ending="stopped")
    assert "the alert was stopped" in read(pages, alert, person)


def test_a_draft_has_no_story(pages: Pages) -> None:
    person = builders.resident(phone="+999501")
    pages.sign_in(builders.officer("duty_officer"))
    assert pages.get(f"/console/why/{builders.alert().pk}/{person.pk}/").status_code == 404


def test_the_board_leads_to_it(pages: Pages) -> None:
    person = builders.resident(phone="+999501")
    alert = released()
    pages.sign_in(builders.officer("duty_officer"))
    link = f'href="/console/why/{alert.pk}/{person.pk}/"'
    board = f"/console/board/{alert.incident_id}"
    assert link in pages.get(f"{board}/silent/").content.decode()
    assert link in pages.get(f"{board}/people/{person.pk}/").content.decode()


def people_page(pages: Pages, alert: Alert, **said: Any) -> str:
    if "_auth_user_id" not in pages.session:
        pages.sign_in(builders.officer("duty_officer"))
    address = f"/console/why/{alert.pk}/"
    page = pages.post(address, said) if said else pages.get(address)
    assert page.status_code == 200
    assert page["Cache-Control"] == "private, no-store"
    return " ".join(page.text.split())


@pytest.mark.parametrize("asks", [True, False])
def test_the_alert_leads_to_its_people_and_they_to_their_stories(pages: Pages, asks: bool) -> None:
    person = builders.resident(phone="+999501", mail="a@b.invalid")
    alert = released(asks=asks)
    builders.resident(phone="+999502")
    pages.sign_in(builders.officer("duty_officer"))
    assert f'href="/console/why/{alert.pk}/"' in pages.get(f"/console/alerts/{alert.pk}/").text
    page = people_page(pages, alert)
    # Whoever came later was not written to.
    assert page.count(f"/console/why/{alert.pk}/") == 2
    assert f'href="/console/why/{alert.pk}/{person.pk}/"' in page
    assert "+999501" not in page


def test_people_of_an_alert_are_found_by_name_within_it(pages: Pages) -> None:
    told = builders.resident(phone="+999501")
    alert = released()
    later = builders.resident(phone="+999502")
    Person.objects.update(name_key=search_key("Leyla Quliyeva"))
    page = people_page(pages, alert, name="Leyla Quliyeva")
    assert f"/console/why/{alert.pk}/{told.pk}/" in page
    assert f"/console/why/{alert.pk}/{later.pk}/" not in page
    assert "nobody of that name" in people_page(pages, alert, name="Nobody Atall")


def test_the_people_of_an_alert_come_in_pages_and_only_where_the_officer_answers(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = [builders.resident(phone=f"+99950{number}") for number in range(3)]
    there = builders.resident(phone="+999509")
    alert = released()
    Standing.objects.filter(person_id=there.pk).update(country="DE")
    monkeypatch.setattr(people, "PAGE", 2)
    pages.sign_in(builders.officer("duty_officer", at=builders.post(id=2, seat="TR")))
    first = people_page(pages, alert)
    mark = first.partition("?after=")[2].partition('"')[0]
    second = pages.get(f"/console/why/{alert.pk}/?after={mark}")
    both = first + second.text
    assert all(f"/{alert.pk}/{person.pk}/" in both for person in here)
    assert f"/{alert.pk}/{there.pk}/" not in both
    assert 'rel="next"' not in second.text
    assert pages.get(f"/console/why/{alert.pk}/?after=x").status_code == 404


def test_an_exercise_shows_no_number_here_either(pages: Pages) -> None:
    person = builders.resident(phone="+999501777", mail="a@b.invalid")
    alert = released(exercise=True)
    page = read(pages, alert, person)
    assert "+999501777" not in page
    assert "a@b.invalid" not in page
    assert "In an exercise no number is shown." in page
