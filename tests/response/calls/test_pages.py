"""The caller's pages: the list without names, the sheet, the buttons."""

import pytest

from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.kernel import clock
from safeconduct.response.calls.models import Call
from safeconduct.response.cases.actions import close_case
from safeconduct.response.cases.terms import Outcome
from safeconduct.wires.messaging.models import Batch
from tests import builders
from tests.pages import Pages
from tests.response.calls.test_calls import alert_with_calls

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller(pages: Pages) -> Officer:
    officer = builders.officer("caller")
    pages.sign_in(officer)
    return officer


def test_the_list_says_what_waits_and_names_nobody(pages: Pages, caller: Officer) -> None:
    person = builders.resident(phone="+999501777")
    alert_with_calls(severity="Severe")
    page = pages.get("/console/calls/").content.decode()
    assert "Urgent" in page
    assert "Next call" in page
    assert "+999501777" not in page
    assert person.given_name not in page
    assert "Nobody is to be called now" in pages.get("/console/calls/?language=ru").content.decode()


def test_the_sheet_holds_name_number_script_and_family(pages: Pages, caller: Officer) -> None:
    for person in builders.household(2, phone="+999501777"):
        builders.stay(person)
    alert_with_calls()
    taken = pages.post("/console/calls/next/", {"language": ""})
    assert "999" not in taken["Location"]
    page = pages.get(taken["Location"])
    text = page.content.decode()
    assert 'href="tel:+999501777"' in text
    assert "Təhlükəsizlikdəsiniz?" in text
    assert "Are you safe?" in text
    assert text.count("Not heard from") == 2
    assert page["Cache-Control"] == "private, no-store"


def test_who_said_that_a_call_is_dangerous_is_not_called(pages: Pages, caller: Officer) -> None:
    person = builders.resident(phone="+999501777")
    asked = {"person_id": person.pk, "party_id": person.party_id, "people": [person.pk]}
    wishes = {"no_call": "yes", "reach_when": "after nine"}
    request = builders.help_request(details=wishes, **asked)
    alert_with_calls()
    sheet = pages.post("/console/calls/next/")["Location"]
    text = pages.get(sheet).content.decode()
    assert "Do not call" in text
    assert "after nine" in text
    assert "+999501777" not in text
    close_case(
        case_id=request.pk,
        version=request.version,
        outcome=Outcome.REFERRED,
        now=clock.now(),
        actor=builders.TESTER,
    )
    assert "+999501777" in pages.get(sheet).content.decode()


def test_a_button_ends_the_call_and_undo_brings_it_back(pages: Pages, caller: Officer) -> None:
    builders.resident(phone="+999501777")
    alert_with_calls()
    sheet = pages.post("/console/calls/next/")["Location"]
    pressed = pages.post(f"{sheet}end/", {"outcome": "no_answer", "again": "60"})
    assert pressed["Location"] == "/console/calls/"
    assert pages.get(sheet).status_code == 302
    shown = pages.get("/console/calls/").content.decode()
    assert "Undo" in shown
    assert pages.post(f"{sheet}undo/")["Location"] == sheet
    call = Call.objects.get()
    assert (call.ended_at, call.outcome) == (None, "")


def test_a_form_without_a_button_or_a_time_is_sent_back(pages: Pages, caller: Officer) -> None:
    builders.resident(phone="+999501777")
    alert_with_calls()
    sheet = pages.post("/console/calls/next/")["Location"]
    assert pages.post(f"{sheet}end/", {"outcome": "told"}).status_code == 422
    without = pages.post(f"{sheet}end/", {"outcome": "no_answer", "again": "at"})
    assert "Say at which time" in without.content.decode()
    timed = {"outcome": "no_answer", "again": "at", "again_at": "2030-01-01T10:00"}
    assert pages.post(f"{sheet}end/", timed).status_code == 302


def test_a_call_is_absent_for_everybody_else(pages: Pages, caller: Officer) -> None:
    builders.resident(phone="+999501777")
    alert_with_calls()
    sheet = pages.post("/console/calls/next/")["Location"]
    other = Pages().sign_in(builders.officer("duty_officer"))
    assert other.get(sheet).status_code == 404
    assert other.post(f"{sheet}end/", {"outcome": "safe"}).status_code == 404


def test_a_call_given_back_is_on_the_list_at_once(pages: Pages, caller: Officer) -> None:
    builders.resident(phone="+999501777")
    alert_with_calls()
    sheet = pages.post("/console/calls/next/")["Location"]
    pages.post(f"{sheet}give-back/")
    assert pages.post("/console/calls/next/")["Location"] not in {sheet, "/console/calls/"}


def test_in_an_exercise_no_number_is_shown(pages: Pages, caller: Officer) -> None:
    builders.resident(phone="+999501777")
    alert_with_calls()
    Batch.objects.update(exercise=True)
    sheet = pages.post("/console/calls/next/")["Location"]
    page = pages.get(sheet).content.decode()
    assert "+999501777" not in page
    assert "nobody is called" in page


def test_an_empty_list_says_so(pages: Pages, caller: Officer) -> None:
    assert "Nobody is to be called now" in pages.get("/console/calls/").content.decode()
    assert pages.post("/console/calls/next/")["Location"] == "/console/calls/"


def test_a_neutral_alert_is_read_out_without_saying_whose_it_is(
    pages: Pages, caller: Officer
) -> None:
    builders.resident(phone="+999501777")
    alert_with_calls(neutral_sms=True)
    page = pages.get(pages.post("/console/calls/next/")["Location"]).content.decode()
    assert "Am I speaking with" in page
    assert "from the Ministry" not in page


@pytest.mark.parametrize("over", ["stopped_at", "not_after"])
def test_words_that_no_longer_hold_are_not_read_out(
    pages: Pages, caller: Officer, over: str
) -> None:
    builders.resident(phone="+999501777")
    alert_with_calls()
    sheet = pages.post("/console/calls/next/")["Location"]
    Batch.objects.update(**{over: clock.now()})
    page = pages.get(sheet).content.decode()
    assert "+999501777" not in page
    assert "Are you safe?" not in page
    assert "no longer hold" in page
