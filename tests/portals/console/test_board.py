"""The board: numbers, lists, the panel, and who sees what of them."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from safeconduct.ground.audit.models import Entry
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.geometry import cell_at
from safeconduct.ground.missions.models import Post
from safeconduct.picture.incidents.models import Incident
from safeconduct.picture.registry.models import Person
from safeconduct.picture.rollcall.actions import record_sighting
from safeconduct.picture.rollcall.models import Pulse, Standing, Tally
from safeconduct.picture.rollcall.queries import numbers
from safeconduct.picture.rollcall.terms import Presence, Safety
from safeconduct.portals.console.board.exports import take_rows
from safeconduct.response.checkins.engine import drain
from safeconduct.wires.intake.models import Pulse as DoorPulse
from safeconduct.wires.intake.models import RawReport
from safeconduct.wires.intake.terms import Answer
from tests import builders
from tests.pages import Pages

pytestmark = pytest.mark.django_db
ANTAKYA = cell_at(36.20, 36.16)


@pytest.fixture
def here() -> Incident:
    builders.post(id=2, seat="TR")
    return builders.incident()


@pytest.fixture
def duty(pages: Pages) -> Pages:
    return pages.sign_in(builders.officer("duty_officer"))


@pytest.fixture(autouse=True)
def _alive() -> None:
    """A drain and a door that have just reported."""
    for name in ("drain", "reports"):
        Pulse.objects.update_or_create(name=name, defaults={"seen_at": clock.now()})
    DoorPulse.objects.update_or_create(
        door="00000000-0000-0000-0000-000000000001", defaults={"seen_at": clock.now()}
    )


def _asked(here: Incident, people: int = 6, **where: object) -> list[Person]:
    made = [builders.household(names=(f"Name{number}",))[0] for number in range(people)]
    builders.asked(made, of=here, cell=ANTAKYA, **where)
    return made


def _said(here: Incident, person: Person, safety: Safety, presence: Presence | None = None) -> None:
    record_sighting(
        incident_id=here.pk,
        person_id=person.pk,
        presence=presence,
        safety=safety,
        told_by="the brother",
        stated_at=clock.now(),
        now=clock.now(),
        actor=Actor.officer(1),
    )


def test_the_board_says_each_number_with_what_it_is_of(here: Incident, duty: Pages) -> None:
    people = _asked(here)
    _said(here, people[0], Safety.NEEDS_HELP)
    _said(here, people[1], Safety.SAFE)
    page = duty.get(f"/console/board/{here.pk}/").content.decode()
    assert "of 6 asked, since round 1" in page
    assert f"/console/board/{here.pk}/people/{people[0].pk}/" in page
    assert "<polygon" in page
    assert "No answer waits to be counted." in page
    assert "Do not rely" not in page


def test_an_empty_incident_has_a_board(here: Incident, duty: Pages) -> None:
    page = duty.get(f"/console/board/{here.pk}/").content.decode()
    assert "Nobody has called for help." in page
    assert duty.get("/console/board/").status_code == 200


def test_the_live_part_is_sent_again_only_when_something_changed(
    here: Incident, duty: Pages
) -> None:
    people = _asked(here)
    url = f"/console/board/{here.pk}/live/"
    first = duty.get(url, headers={"HX-Request": "true"})
    assert first.status_code == 200
    same = duty.get(url, headers={"If-None-Match": first["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    _said(here, people[0], Safety.SAFE)
    changed = duty.get(url, headers={"If-None-Match": first["ETag"], "HX-Request": "true"})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


def test_looking_again_within_a_moment_asks_only_who_is_asking(
    here: Incident, duty: Pages, settings: Any
) -> None:
    settings.BOARD = settings.BOARD | {"HOLD_SECONDS": 60.0}
    _asked(here)
    url = f"/console/board/{here.pk}/live/"
    tag = duty.get(url, headers={"HX-Request": "true"})["ETag"]
    with CaptureQueriesContext(connection) as queried:
        assert duty.get(url, headers={"If-None-Match": tag}).status_code == 304
    assert len(queried) <= 4


@pytest.mark.parametrize("silent", ["drain", "door", "journal", "reports", "report", "backlog"])
def test_the_board_turns_grey_when_something_lags(here: Incident, duty: Pages, silent: str) -> None:
    tag = duty.get(f"/console/board/{here.pk}/live/", headers={"HX-Request": "true"})["ETag"]
    long_ago = clock.now() - timedelta(minutes=1)
    if silent == "drain":
        Pulse.objects.update(seen_at=long_ago)
    elif silent == "door":
        DoorPulse.objects.update(seen_at=long_ago)
    elif silent == "journal":
        DoorPulse.objects.update(journalled_bytes=400)
    elif silent == "reports":
        Pulse.objects.filter(name="reports").update(seen_at=long_ago - timedelta(seconds=5))
    elif silent == "report":
        RawReport.objects.create(
            key=uuid4(), kind=2, sealed=b"x", received_at=long_ago - timedelta(seconds=5)
        )
    else:
        builders.raw_answer(1, Answer.SAFE, received_at=long_ago)
    url = f"/console/board/{here.pk}/live/"
    changed = duty.get(url, headers={"If-None-Match": tag, "HX-Request": "true"})
    assert "live-stale" in changed.content.decode()
    assert "Do not rely on these numbers" in changed.content.decode()


def test_nobody_reads_of_other_countries_from_the_curve(here: Incident, pages: Pages) -> None:
    (asked,) = builders.asked(builders.household(), of=here)
    builders.raw_answer(asked.id, Answer.SAFE)
    drain.run_once()
    everywhere = Pages().sign_in(builders.officer("duty_officer", email="all@mfa.example"))
    assert "curve-safe" in everywhere.get(f"/console/board/{here.pk}/").content.decode()
    assert "all countries together" in everywhere.get(f"/console/board/{here.pk}/").content.decode()
    german = builders.post(id=3, seat="DE")
    Incident.objects.filter(pk=here.pk).update(countries=["DE", "TR"])
    some = pages.sign_in(builders.officer("duty_officer", at=Post.objects.get(pk=2)))
    page = some.get(f"/console/board/{here.pk}/").content.decode()
    assert "curve-safe" in page
    assert "people of your countries" in page
    others = Pages().sign_in(builders.officer("duty_officer", at=german, email="de@mfa.example"))
    assert "curve-safe" not in others.get(f"/console/board/{here.pk}/").content.decode()


def test_of_one_post_nothing_is_said_that_is_known_of_countries_only(
    here: Incident, duty: Pages
) -> None:
    _asked(here)
    assert "Handed over" in duty.get(f"/console/board/{here.pk}/").content.decode()
    assert "Handed over" not in duty.get(f"/console/board/{here.pk}/?post=2").content.decode()


def test_the_journal_of_a_door_that_is_no_more_is_no_complaint(here: Incident, duty: Pages) -> None:
    DoorPulse.objects.create(
        door="00000000-0000-0000-0000-000000000002",
        seen_at=clock.now() - timedelta(hours=1),
        journalled_bytes=400,
    )
    assert "Do not rely" not in duty.get(f"/console/board/{here.pk}/").content.decode()


def test_waiting_answers_are_shown_with_their_age(here: Incident, duty: Pages) -> None:
    now = clock.now()
    builders.raw_answer(1, Answer.SAFE, received_at=now - timedelta(seconds=3))
    with clock.stopped_at(now):
        page = duty.get(f"/console/board/{here.pk}/").content.decode()
    assert "1 answer waits to be counted, for 3 s" in page


def test_an_officer_sees_people_of_the_own_district_only(pages: Pages) -> None:
    turkish, german = builders.post(id=2, seat="TR"), builders.post(id=3, seat="DE")
    both = builders.incident(countries=("TR", "DE"))
    (ours,) = builders.household(names=("Ours",))
    (theirs,) = builders.household(names=("Theirs",))
    builders.asked([ours], of=both, country_code="TR")
    builders.asked([theirs], of=both, country_code="DE")
    pages.sign_in(builders.officer("duty_officer", at=german))
    for which in ("help", "silent", "conflict"):
        assert "Ours" not in pages.get(f"/console/board/{both.pk}/{which}/").content.decode()
    assert "Theirs" in pages.get(f"/console/board/{both.pk}/silent/").content.decode()
    assert "of 1 asked" in pages.get(f"/console/board/{both.pk}/").content.decode()
    for action in ("", "claim/", "release/", "sighting/", "attempt/", "close/"):
        path = f"/console/board/{both.pk}/people/{ours.pk}/{action}"
        answer = pages.post(path) if action else pages.get(path)
        assert answer.status_code == 404
    assert turkish


def test_lists_are_paged_in_one_order_and_lose_nobody(here: Incident, duty: Pages) -> None:
    people = _asked(here, people=60, intensity=70)
    url, seen = f"/console/board/{here.pk}/silent/", []
    after: str | None = ""
    while after is not None:
        shown = duty.get(url, {"after": after}).context["shown"]
        seen += [row.standing.person_id for row in shown.rows]
        after = shown.after or None
    assert sorted(seen) == sorted(person.pk for person in people)
    assert duty.get(url, {"after": "nonsense"}).status_code == 404


def test_lists_cost_the_same_for_more_people(here: Incident, duty: Pages) -> None:
    counts = []
    for _ in range(3):
        _asked(here, people=10)
        with CaptureQueriesContext(connection) as queried:
            duty.get(f"/console/board/{here.pk}/silent/")
        counts.append(len(queried))
    # The first one also learns the names of countries, which are kept.
    assert counts[1] == counts[2]


def test_with_several_rounds_each_row_says_since_which(here: Incident, duty: Pages) -> None:
    (first,) = _asked(here, people=1)
    page = duty.get(f"/console/board/{here.pk}/silent/").content.decode()
    assert "since round 1" in page
    (second,) = _asked(here, people=1)
    page = duty.get(f"/console/board/{here.pk}/silent/").content.decode()
    assert "since their own last question" in page
    assert "TR, round 1" in page
    assert "TR, round 2" in page
    board = duty.get(f"/console/board/{here.pk}/").content.decode()
    assert "of 2 asked, since their own last question" in board
    assert "of 1 asked, to a provider" in board
    assert {first.pk, second.pk} == set(Standing.objects.values_list("person_id", flat=True))


def test_lists_are_narrowed(here: Incident, duty: Pages) -> None:
    near = _asked(here, people=1, intensity=80)[0]
    far = _asked(here, people=1, intensity=40, on=here.rounds.get())[0]
    url = f"/console/board/{here.pk}/silent/"

    def found(**narrowed: str) -> set[int]:
        rows = duty.get(url, narrowed).context["shown"].rows
        return {row.standing.person_id for row in rows}

    assert far.pk in found()
    assert found(intensity="70") == {near.pk}
    assert found(care="mine") == set()
    duty.post(f"/console/board/{here.pk}/people/{far.pk}/claim/")
    assert found(care="mine") == {far.pk}
    assert far.pk not in found(care="nobody")
    assert found(country="DE", intensity="x") == found()
    assert duty.get(url, {"post": "x"}).status_code == 404


def test_the_file_holds_a_page_and_is_written_down(here: Incident, duty: Pages) -> None:
    _asked(here, people=55)
    (formula,) = builders.household(names=("=1+1",), phone="+999120000001")
    builders.asked([formula], of=here, intensity=100)
    answer = duty.post(f"/console/board/{here.pk}/silent/file/")
    lines = answer.content.decode().splitlines()
    assert answer["Content-Type"].startswith("text/csv")
    assert len(lines) <= 51
    assert f"{formula.pk},'=1+1,+999120000001,TR,ask first" in lines
    entry = Entry.objects.get(kind="console.list_exported")
    assert entry.detail["count"] == len(lines) - 1


def test_nobody_carries_a_list_away_page_by_page(here: Incident, pages: Pages) -> None:
    _asked(here, people=55)
    path = f"/console/board/{here.pk}/silent/"
    officer = builders.officer("duty_officer")
    pages.sign_in(officer)
    assert len(pages.post(f"{path}file/").content.decode().splitlines()) == 51
    refused = pages.post(f"{path}file/", follow=True)
    assert "the most one person takes alone" in refused.content.decode()
    another = Pages().sign_in(builders.officer("duty_officer", email="two@mfa.example"))
    assert another.post(f"{path}file/")["Content-Type"].startswith("text/csv")
    with clock.stopped_at(clock.now() + timedelta(minutes=61)):
        assert pages.post(f"{path}file/")["Content-Type"].startswith("text/csv")


def test_what_is_left_of_the_hour_is_handed_out(here: Incident, pages: Pages) -> None:
    officer = builders.officer("duty_officer")
    actor = builders.Actor.officer(officer.pk)
    now = clock.now()
    assert len(take_rows(list(range(30)), here.pk, "help", now=now, actor=actor)) == 30
    assert take_rows(list(range(30)), here.pk, "silent", now=now, actor=actor) == list(range(20))
    assert take_rows(list(range(30)), here.pk, "silent", now=now, actor=actor) == []
    assert Entry.objects.filter(kind="console.list_exported").count() == 2


def test_heard_from_and_not_heard_from_are_everybody_asked(here: Incident, duty: Pages) -> None:
    people = _asked(here, people=3)
    _said(here, people[0], Safety.SAFE)
    builders.asked(people, of=here)
    found = numbers(here.pk, None)
    assert (found.asked, found.not_heard_from, found.heard) == (3, 3, 0)
    assert found.answered == found.heard_before == 1
    page = duty.get(f"/console/board/{here.pk}/").content.decode()
    assert "1 more answered an earlier round only" in page
    assert "of 1 heard from in any round" in page


def test_who_deleted_their_record_stays_without_a_name_and_the_page_says_why(
    here: Incident, duty: Pages
) -> None:
    person, _ = _asked(here, people=2)
    _said(here, person, Safety.NEEDS_HELP)
    Person.objects.filter(pk=person.pk).delete()
    assert "Deleted their record" in duty.get(f"/console/board/{here.pk}/help/").content.decode()
    panel = duty.get(f"/console/board/{here.pk}/people/{person.pk}/").content.decode()
    assert "until their call for help is closed" in panel


def test_the_panel_shows_what_is_known_and_who_looked(here: Incident, duty: Pages) -> None:
    mother, child = builders.household(names=("Leyla", "Murad"), phone="+999120000002")
    builders.asked([mother, child], of=here)
    builders.stay(mother)
    _said(here, child, Safety.SAFE)
    page = duty.get(f"/console/board/{here.pk}/people/{child.pk}/").content.decode()
    assert "the brother" in page
    assert "+999120000002" in page
    assert "Leyla" in page
    entry = Entry.objects.get(kind="console.person_seen")
    assert entry.subject_id == child.pk


def test_an_officer_records_what_was_told(here: Incident, duty: Pages) -> None:
    (person,) = _asked(here, people=1)
    base = f"/console/board/{here.pk}/people/{person.pk}/"
    said = {
        "safety": "2",
        "presence": "",
        "told_by": "her sister",
        "stated_at": clock.now().strftime("%Y-%m-%dT%H:%M"),
    }
    assert duty.post(f"{base}sighting/", said).status_code == 302
    standing = Standing.objects.get(person_id=person.pk)
    assert standing.help_open
    page = duty.get(base).content.decode()
    assert "her sister" in page
    assert "Close the call" in page
    duty.post(f"{base}close/", {"reason": "helped"})
    standing.refresh_from_db()
    assert not standing.help_open


def test_a_sighting_without_content_or_from_the_future_is_refused_in_words(
    here: Incident, duty: Pages
) -> None:
    (person,) = _asked(here, people=1)
    path = f"/console/board/{here.pk}/people/{person.pk}/sighting/"
    now = clock.now()
    empty = {"told_by": "x", "stated_at": now.strftime("%Y-%m-%dT%H:%M")}
    page = duty.post(path, empty)
    assert page.status_code == 422
    assert "Say how they are" in page.content.decode()
    tomorrow = (now + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    said = {"told_by": "the brother", "safety": "1", "stated_at": tomorrow}
    page = duty.post(path, said)
    assert page.status_code == 422
    assert "check the time" in page.content.decode()
    # What was typed while somebody spoke is still there.
    assert 'value="the brother"' in page.content.decode()


def test_officers_take_people_on_hand_them_over_and_log_attempts(here: Incident) -> None:
    (person,) = _asked(here, people=1)
    base = f"/console/board/{here.pk}/people/{person.pk}/"
    first = Pages().sign_in(builders.officer("duty_officer", email="first@mfa.example"))
    second = Pages().sign_in(builders.officer("duty_officer", email="second@mfa.example"))
    first.post(f"{base}claim/")
    page = second.post(f"{base}claim/", follow=True).content.decode()
    assert "Another officer looks after this person" in page
    second.post(f"{base}claim/", {"take_over": "yes"})
    second.post(f"{base}attempt/", {"how": "call", "outcome": "no_reply"})
    assert second.post(f"{base}attempt/", {"how": "pigeon"}).status_code == 422
    page = second.get(base).content.decode()
    assert "Nobody answered" in page
    second.post(f"{base}release/")
    assert Standing.objects.get(person_id=person.pk).claimed_by is None


def test_cells_are_geojson_closed_and_never_of_few(here: Incident, duty: Pages) -> None:
    import gzip
    import json

    _asked(here, people=6)
    (alone,) = builders.household()
    builders.asked([alone], of=here, cell=cell_at(39.9, 32.9))
    answer = duty.get(f"/console/board/{here.pk}/cells/")
    found = json.loads(gzip.decompress(answer.content))
    (feature,) = found["features"]
    ring = feature["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1]
    assert feature["properties"]["people"] == 6
    again = duty.get(f"/console/board/{here.pk}/cells/", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304


def test_who_wrote_without_being_asked_is_in_what_calls_for_help_are_of(
    here: Incident, duty: Pages
) -> None:
    people = _asked(here, people=2)
    _said(here, people[0], Safety.SAFE)
    said = {"presence": Presence.CONFIRMED, "safety": Safety.NEEDS_HELP, "people": 1}
    nobody_asked = {"asked_round": 0, "heard_round": 0, "reachable": True, "cell": 0}
    Tally.objects.create(incident_id=here.pk, country="TR", post_id=2, **said, **nobody_asked)
    found = numbers(here.pk, None)
    assert (found.asked, found.answered, found.unasked, found.known) == (2, 1, 1, 2)
    page = duty.get(f"/console/board/{here.pk}/").text
    assert "1 more whom we had not asked" in page
    assert "of 2 heard from" in page


def test_what_refreshes_itself_keeps_its_links(here: Incident, duty: Pages) -> None:
    (person,) = _asked(here, people=1)
    _said(here, person, Safety.NEEDS_HELP)
    case = builders.help_request()
    case.calls.create(incident_id=here.pk, person_id=person.pk, through=clock.now())
    url = f"/console/board/{here.pk}/live/"
    link = f'href="/console/cases/{case.pk}/"'
    assert link in duty.get(url, headers={"HX-Request": "true"}).text


def test_a_person_leads_to_their_record_but_not_in_an_exercise(here: Incident, duty: Pages) -> None:
    (person,) = _asked(here, people=1)
    path = f"/console/board/{here.pk}/people/{person.pk}/"
    link = f'href="/console/people/{person.pk}/?for=crisis"'
    assert link in duty.get(path).text
    Incident.objects.filter(pk=here.pk).update(exercise=True)
    assert link not in duty.get(path).text


def test_a_request_of_many_takes_one_line_of_the_board(here: Incident, duty: Pages) -> None:
    people = _asked(here, people=3)
    case = builders.help_request()
    for person in people:
        _said(here, person, Safety.NEEDS_HELP)
    for person in people[:2]:
        case.calls.create(incident_id=here.pk, person_id=person.pk, through=clock.now())
    page = duty.get(f"/console/board/{here.pk}/").text
    assert page.count(f'href="/console/cases/{case.pk}/"') == 1
    assert "1 more in the same request" in page
    assert page.count('id="call-') == 2
