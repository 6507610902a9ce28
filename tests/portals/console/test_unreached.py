"""The work list of those nobody reached, as officers see it."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from safeconduct.ground.audit.models import Entry, Look
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.incidents.models import Incident
from safeconduct.picture.registry.actions import name_emergency_contact
from safeconduct.picture.registry.models import ContactPoint, Person
from safeconduct.picture.registry.withdrawing import note_removed, ways_of
from safeconduct.picture.rollcall.actions import log_attempt
from safeconduct.picture.rollcall.models import Standing
from safeconduct.picture.rollcall.terms import How, Outcome
from safeconduct.portals.console.board.exports import take_rows
from safeconduct.response.checkins.engine import drain
from safeconduct.response.checkins.models import Round
from safeconduct.wires.messaging.models import Delivery
from safeconduct.wires.messaging.terms import State
from tests import builders

pytestmark = pytest.mark.django_db
PHONE = "+99955500001"
UNPROVEN = "Handed over, but nothing proves that it arrived"
NO_CONTACT = "We have no telephone number and no address"


@pytest.fixture
def family() -> Round:
    """Two who share a telephone nobody was proved to read, and the third without one."""
    people = builders.household(3, phone=PHONE)
    ContactPoint.objects.filter(person=people[2]).delete()
    round_ = builders.asked_by_message(people, now=clock.now() - timedelta(hours=3))
    Delivery.objects.update(state=State.HANDED, handed_at=clock.now() - timedelta(hours=2))
    return round_


def listed(pages, round_: Round, **narrowed: str) -> str:
    return pages.get(
        reverse("board:unreached", args=[round_.incident_id]), narrowed
    ).content.decode()


def test_each_has_a_reason_and_a_next_step(pages, family) -> None:
    pages.sign_in(builders.officer(at=builders.post()))
    page = listed(pages, family)
    assert page.count("nothing proves that it arrived") == 2
    assert page.count("no telephone number and no address") == 1
    assert page.count("Telephone them") == 2
    # The third has no number, but somebody to be asked.
    assert page.count("Ask those they are with") == 1


def test_only_what_went_to_them_was_tried(pages, family) -> None:
    pages.sign_in(builders.officer(at=builders.post()))
    page = listed(pages, family)
    assert page.count("SMS: handed over, no proof of delivery") == 3
    assert page.count("by the message to the phone they share") == 1
    # Without a contact of their own it is what there is to tell them by.
    assert page.count("by the message to somebody they are with") == 1


def test_what_went_to_a_number_somebody_gave_up_since_was_theirs(pages, family) -> None:
    second = Standing.objects.order_by("person_id")[1]
    point = ContactPoint.objects.filter(person=second.person_id)
    note_removed(ways_of(point))
    point.update(address="+99955500002")
    pages.sign_in(builders.officer(at=builders.post()))
    page = listed(pages, family)
    assert page.count("by the message to the phone they share") == 1
    Delivery.objects.update(state=State.DELIVERED)
    assert f"/{second.person_id}/" not in listed(pages, family)


def test_a_message_to_the_phone_they_share_reached_them_all(pages, family) -> None:
    first, second, third = Standing.objects.order_by("person_id")
    Person.objects.filter(pk=first.person_id).update(given_name="Leyla")
    Delivery.objects.update(state=State.DELIVERED)
    pages.sign_in(builders.officer(at=builders.post()))
    page = listed(pages, family)
    assert f"/{second.person_id}/" not in page
    assert f"/{third.person_id}/" not in page
    apart = reverse("board:through", args=[family.incident_id])
    assert f'href="{apart}"' in page
    told = pages.get(apart).content.decode()
    assert "They do not count as reached" in told
    assert f"/{second.person_id}/" not in told
    assert f"/{third.person_id}/" in told
    assert told.count("by the message to somebody they are with") == 1
    assert told.count("Ask those they are with") == 1
    at = [family.incident_id, second.person_id]
    silent = pages.get(reverse("board:silent", args=[family.incident_id])).content.decode()
    assert silent.count("by the message to the phone they share") == 1
    own = pages.get(reverse("board:person", args=at)).content.decode()
    assert "by the message to Leyla&#x27;s phone" in own
    # Whom the officer does not answer for is not named.
    Standing.objects.filter(pk=first.pk).update(country="DE")
    own = pages.get(reverse("board:person", args=at)).content.decode()
    assert "Leyla" not in own
    assert "by the message to the phone they share" in own


def test_a_logged_call_moves_the_next_step_on(pages, family) -> None:
    people = Standing.objects.order_by("person_id").values_list("person_id", flat=True)
    log_attempt(
        incident_id=family.incident_id,
        person_id=people[0],
        how=How.CALL,
        outcome=Outcome.NO_REPLY,
        now=clock.now(),
        actor=builders.TESTER,
    )
    pages.sign_in(builders.officer(at=builders.post()))
    page = listed(pages, family)
    assert page.count("Telephone them") == 1
    assert page.count("Ask those they are with") == 2


def kin_of(round_: Round) -> int:
    """The first on the roll, whose party named somebody to call."""
    first = Standing.objects.filter(incident_id=round_.incident_id).order_by("person_id")[0]
    name_emergency_contact(
        party_id=first.party_id,
        name="Aunt",
        relation="",
        phone="+99955500009",
        now=clock.now(),
        actor=Actor.citizen(first.person_id),
    )
    return first.person_id


def test_numbers_are_on_the_persons_own_page_which_is_written_down(pages, family) -> None:
    person_id = kin_of(family)
    pages.sign_in(builders.officer(at=builders.post()))
    page = listed(pages, family)
    assert "tel:" not in page
    assert "Aunt" not in page
    assert not Look.objects.filter(what="registry.kin").exists()
    assert PHONE not in page
    own = pages.get(reverse("board:person", args=[family.incident_id, person_id]))
    assert f'href="tel:{PHONE}"' in own.content.decode()
    assert 'href="tel:+99955500009"' in own.content.decode()
    assert Entry.objects.filter(kind="console.person_seen", subject_id=person_id).count() == 1
    assert Look.objects.filter(what="registry.kin").count() == 1


def test_an_exercise_shows_no_number(pages, family) -> None:
    person_id = kin_of(family)
    Incident.objects.update(exercise=True)
    pages.sign_in(builders.officer(at=builders.post()))
    own = pages.get(reverse("board:person", args=[family.incident_id, person_id])).content.decode()
    assert "Aunt" in own
    assert "+999555" not in own + listed(pages, family)


def test_nobody_in_another_posts_country_is_named_to_be_asked(pages, family) -> None:
    alone = Standing.objects.order_by("-person_id")[0]
    others = Standing.objects.exclude(person_id=alone.person_id)
    others.update(country="DE")
    Person.objects.exclude(pk=alone.person_id).update(given_name="Elsewhere")
    pages.sign_in(builders.officer(at=builders.post()))
    assert "Elsewhere" not in listed(pages, family)
    own = pages.get(reverse("board:person", args=[family.incident_id, alone.person_id]))
    assert "Elsewhere" not in own.content.decode()


def test_filters_narrow_it_and_an_empty_list_does_not_claim_that_all_were_reached(
    pages, family
) -> None:
    pages.sign_in(builders.officer(at=builders.post()))
    mine = listed(pages, family, care="mine")
    assert "Every message arrived" not in mine
    assert "Nobody on this list is like that." in mine
    assert 'href="?"' in mine
    pages.post(
        reverse("board:claim", args=[family.incident_id, Standing.objects.first().person_id])
    )
    assert "Nobody on this list is like that." not in listed(pages, family, care="mine")
    Delivery.objects.update(state=State.DELIVERED)
    ContactPoint.objects.create(
        person_id=Standing.objects.order_by("-person_id")[0].person_id, channel=1, address=PHONE
    )
    assert "Every message arrived" in listed(pages, family)
    assert "Every message arrived" in listed(pages, family, care="")
    apart = pages.get(reverse("board:through", args=[family.incident_id])).content.decode()
    assert "Nobody here was told through a relative alone." in apart


@pytest.mark.parametrize(
    ("which", "claim"),
    [
        ("silent", "Everybody here has been heard from."),
        ("help", "Nobody is waiting for help."),
        ("conflict", "All witnesses agree."),
    ],
)
def test_a_narrowed_list_that_is_empty_claims_nothing_of_everybody(
    pages, family, which: str, claim: str
) -> None:
    pages.sign_in(builders.officer(at=builders.post()))
    there = reverse(f"board:{which}", args=[family.incident_id])
    page = pages.get(there, {"care": "mine"}).content.decode()
    assert claim not in page
    assert "Nobody on this list is like that." in page
    assert (claim in pages.get(there).content.decode()) == (which != "silent")


def test_an_unknown_mark_is_no_page(pages, family) -> None:
    pages.sign_in(builders.officer(at=builders.post()))
    there = reverse("board:unreached", args=[family.incident_id])
    assert pages.get(f"{there}?after=nonsense").status_code == 404


def test_the_list_costs_the_same_for_ten_and_for_twenty(pages) -> None:
    pages.sign_in(builders.officer(at=builders.post()))
    costs = []
    for size in (10, 20):
        people = [person for _ in range(size // 2) for person in builders.household(2)]
        round_ = builders.asked_by_message(people, now=clock.now() - timedelta(hours=3))
        listed(pages, round_)
        with CaptureQueriesContext(connection) as asked:
            listed(pages, round_)
        costs.append(len(asked))
    assert costs[0] == costs[1]


def test_the_board_says_that_a_text_reads_like_a_call_for_help(pages) -> None:
    person = builders.household(phone=PHONE)
    round_ = builders.asked_by_message(person, now=clock.now() - timedelta(hours=3))
    pages.sign_in(builders.officer(at=builders.post()))
    board = reverse("board:page", args=[round_.incident_id])
    assert "unclear answer" not in pages.get(board).content.decode()
    builders.raw_answer(sender=PHONE, text="safe but my brother is hurt")
    drain.run_once()
    page = pages.get(board).content.decode()
    assert "1 unclear answer waits to be read." in page
    assert "1 of them reads like a call for help." in page


@pytest.mark.parametrize("which", ["unreached", "through"])
def test_a_page_can_be_saved_with_why_and_what_to_do(pages, family, which: str) -> None:
    if which == "through":
        Delivery.objects.update(state=State.DELIVERED)
    person = Standing.objects.order_by("person_id")[0 if which == "unreached" else 2]
    Person.objects.filter(pk=person.person_id).update(given_name="=1+1", family_name="")
    officer = builders.officer(at=builders.post())
    pages.sign_in(officer)
    here = reverse(f"board:{which}", args=[family.incident_id])
    assert f'action="{here}file/' in pages.get(here).content.decode()
    answer = pages.post(f"{here}file/")
    heading, *lines = answer.content.decode().splitlines()
    assert answer["Content-Type"].startswith("text/csv")
    assert answer["Cache-Control"] == "no-store"
    assert f'filename="{which}-{family.incident_id}.csv"' in answer["Content-Disposition"]
    assert heading.endswith(",may be passed on,why not reached,what to do next")
    row = {
        "unreached": f'{PHONE},TR,ask first,"{UNPROVEN}",Telephone them',
        "through": f",TR,ask first,{NO_CONTACT},Ask those they are with",
    }[which]
    assert f"{person.person_id},'=1+1,{row}" in lines
    entry = Entry.objects.get(kind="console.list_exported")
    assert (entry.actor_id, entry.detail) == (officer.pk, {"count": len(lines), "list": which})
    assert Look.objects.filter(what="board.file", person_id=person.person_id).exists()


def test_the_hours_fifty_hold_for_this_list_too(pages, family) -> None:
    officer = builders.officer(at=builders.post())
    taken = take_rows(
        list(range(49)),
        family.incident_id,
        "help",
        now=clock.now(),
        actor=Actor.officer(officer.pk),
    )
    assert len(taken) == 49
    pages.sign_in(officer)
    there = reverse("board:unreached_file", args=[family.incident_id])
    assert len(pages.post(there).content.decode().splitlines()) == 2
    assert "the most one person takes alone" in pages.post(there, follow=True).content.decode()


def test_a_file_of_an_exercise_says_so_in_every_row_and_holds_no_number(pages, family) -> None:
    Incident.objects.update(exercise=True)
    pages.sign_in(builders.officer(at=builders.post()))
    answer = pages.post(reverse("board:unreached_file", args=[family.incident_id]))
    heading, *lines = answer.content.decode().splitlines()
    assert "exercise-unreached" in answer["Content-Disposition"]
    assert heading.startswith("exercise,")
    assert all(line.startswith("EXERCISE,") for line in lines)
    assert PHONE not in answer.content.decode()


def test_both_lists_are_counted_of_those_not_heard_from(pages, family) -> None:
    pages.sign_in(builders.officer(at=builders.post()))
    words = text_of(listed(pages, family))
    assert "3 of 3 not heard from" in words
    assert "Told through a relative (0)" in words
    Delivery.objects.update(state=State.DELIVERED)
    words = text_of(listed(pages, family))
    assert "0 of 3 not heard from" in words
    assert "Told through a relative (1)" in words
    apart = pages.get(reverse("board:through", args=[family.incident_id])).content.decode()
    assert "1 of 3 not heard from" in text_of(apart)


def test_a_count_that_would_take_long_says_of_how_many_it_is(pages, family, monkeypatch) -> None:
    # The function of its name hides the module from a dotted path.
    module = import_module("safeconduct.picture.rollcall.queries.unreached")
    monkeypatch.setattr(module, "LOOKED_AT", 2)
    monkeypatch.setattr(module, "COUNTED_FOR_SECONDS", 0)
    pages.sign_in(builders.officer(at=builders.post()))
    assert "2 of the first 2 not heard from" in text_of(listed(pages, family))


def test_where_nobody_was_asked_no_list_says_that_all_is_well(pages) -> None:
    incident = builders.incident()
    pages.sign_in(builders.officer(at=builders.post()))
    for name in ("unreached", "through", "silent"):
        page = pages.get(reverse(f"board:{name}", args=[incident.pk])).content.decode()
        assert "Nobody has been asked here yet." in page, name
        assert "Every message arrived" not in page, name
        assert "Everybody here has been heard from" not in page, name
    board = pages.get(reverse("board:page", args=[incident.pk])).content.decode()
    assert board.count("nobody has been asked yet") == 2
    assert "since round 0" not in board


def text_of(page: str) -> str:
    """What is read of a page, on one line."""
    return " ".join(strip_tags(page).split())
