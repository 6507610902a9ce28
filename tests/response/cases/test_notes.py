"""What officers note of people is theirs to read, unless it is kept back for somebody's sake."""

import json

import pytest
from django.db import connection
from django.utils.translation import override

from safeconduct.ground.kernel import clock
from safeconduct.ground.missions.actions import appoint
from safeconduct.ground.missions.terms import ROLES
from safeconduct.ground.privacy.holdings import Holder, holdings
from safeconduct.response.cases import actions
from safeconduct.response.cases.models import Case, Message
from safeconduct.response.cases.terms import Direction, KeptBack
from tests import builders
from tests.builders import TESTER
from tests.pages import Pages

pytestmark = pytest.mark.django_db


def note(case: Case, words: str, **more):
    return actions.write_note(case_id=case.pk, words=words, now=clock.now(), actor=TESTER, **more)


def read(case: Case) -> list[dict[str, object]]:
    """The notes as the person reads them on the page of their data and in the file."""
    assert case.party_id
    holder = Holder(case.party_id, tuple(case.people))
    with override("en"):
        entries = holdings["cases.notes"].read(holder)
        return [{fact.key: fact.value for fact in entry} for entry in entries]


def test_the_person_reads_a_note_with_the_office_and_the_time_and_no_name():
    case = builders.help_request()
    written = note(case, "Qolu sınıb", office=("duty_officer", 2))
    (entry,) = read(case)
    assert entry["words"] == "Qolu sınıb"
    assert entry["at"] == written.at
    assert entry["reference"] == case.reference
    assert str(entry["who"]).startswith(f"{ROLES['duty_officer'].label}, ")


@pytest.mark.parametrize("why", ["other", "danger"])
def test_of_a_note_kept_back_the_person_reads_that_there_is_one_and_not_why(why):
    """Whoever holds the telephone may be the danger: both reasons read alike."""
    case = builders.help_request()
    note(case, "Əri döyür", kept_back=why, office=("duty_officer", 2))
    (entry,) = read(case)
    assert "Əri döyür" not in json.dumps(entry, default=str, ensure_ascii=False)
    assert str(entry["words"]).startswith("Not shown for somebody's sake.")
    assert entry["who"]


def test_a_note_written_before_officers_knew_that_it_is_read_says_so():
    case = builders.help_request()
    written = note(case, "köhnə")
    Message.objects.filter(pk=written.pk).update(kept_back=KeptBack.EARLIER)
    (entry,) = read(case)
    assert str(entry["words"]).startswith("Written before people could read notes")
    assert entry["who"] == "Officer"


def test_notes_of_a_request_its_record_may_not_read_are_on_its_own_page_alone(pages: Pages):
    link = builders.request_link()["token"]
    case = Case.objects.get()
    actions.set_wishes(case_id=case.pk, wishes={"share": "no"}, now=clock.now(), actor=TESTER)
    note(case, "Qolu sınıb", office=("duty_officer", 2))
    note(case, "Bacısı deyir", kept_back="other", office=("duty_officer", 2))
    assert read(case) == []
    page = pages.get(f"/me/request/{link}/").text
    assert "Qolu sınıb" in page
    assert "Bacısı deyir" not in page


def test_an_officer_is_told_that_it_is_read_and_chooses(pages: Pages):
    case = builders.help_request()
    officer = builders.officer("duty_officer", at=builders.post(id=2))
    console = pages.sign_in(officer)
    page = console.get(f"/console/cases/{case.pk}/").text
    assert "The person can read this note, with your office and the time" in page
    # Nothing is chosen for them.
    choice = page[page.index("May the person read it?") : page.index("Write the note")]
    assert choice.count('type="radio"') == 3
    assert "checked" not in choice
    said = {"words": "Ərindən qorxur", "kept_back": "danger"}
    console.post(f"/console/cases/{case.pk}/note/", said)
    console.post(f"/console/cases/{case.pk}/note/", {"words": "Su istədi", "kept_back": "yes"})
    found = Message.objects.filter(direction=Direction.NOTE).order_by("pk")
    assert [(one.kept_back, one.role, one.post_id) for one in found] == [
        ("danger", "duty_officer", 2),
        ("", "duty_officer", 2),
    ]
    page = console.get(f"/console/cases/{case.pk}/").text
    assert page.count("The person can read this note.") == 1
    assert page.count("Kept back: somebody could come to harm") == 1


@pytest.mark.parametrize(("post_id", "told"), [(2, 2), (3, None)])
def test_a_note_is_signed_by_the_office_that_answers_for_the_request(pages: Pages, post_id, told):
    """Of post 2 and of the ministry: who notes something at post 3 does so for the ministry."""
    officer = builders.officer("duty_officer", at=builders.post(id=2))
    builders.post(id=3, seat="DE")
    appoint(officer_id=officer.pk, role="releaser", post_id=None, now=clock.now(), actor=TESTER)
    case = builders.help_request(post_id=post_id)
    said = {"words": "Su istədi", "kept_back": "yes"}
    pages.sign_in(officer).post(f"/console/cases/{case.pk}/note/", said)
    written = case.messages.get(direction=Direction.NOTE)
    role = "releaser" if told is None else "duty_officer"
    assert (written.role, written.post_id) == (role, told)


def test_whether_a_person_may_read_it_is_never_left_open(pages: Pages):
    case = builders.help_request()
    console = pages.sign_in(builders.officer("duty_officer", at=builders.post(id=2)))
    answer = console.post(f"/console/cases/{case.pk}/note/", {"words": "x"})
    assert answer.status_code == 422
    assert "Choose one. Your note is still here." in answer.text
    assert "x</textarea>" in answer.text
    assert not Message.objects.filter(direction=Direction.NOTE).exists()


def test_a_shredded_note_is_told_no_more():
    from safeconduct.response.cases.actions.keeping import forget_words

    case = builders.help_request()
    note(case, "Qolu sınıb")
    forget_words([case.pk], clock.now())
    assert read(case) == []


_WITHOUT = """
INSERT INTO cases_message (case_id, direction, at, officer_id, words)
SELECT case_id, direction, at, officer_id, words FROM cases_message WHERE id = %s
"""


def test_a_note_of_the_release_before_is_kept_back():
    """Its pages still run while tables are changed, and again after a way back."""
    case = builders.help_request()
    written = note(case, "Əri döyür")
    with connection.cursor() as cursor:
        cursor.execute(_WITHOUT, [written.pk])
    written.delete()
    (entry,) = read(case)
    assert str(entry["words"]).startswith("Written before people could read notes")
    assert case.messages.get(direction=Direction.NOTE).kept_back == KeptBack.EARLIER


@pytest.mark.parametrize(
    ("address", "hint"),
    [("incident", "belongs to their request"), ("call", "The person can read what you write.")],
)
def test_other_forms_with_words_about_people_say_who_reads_them(address, hint):
    from safeconduct.picture.incidents.web.forms import NoteForm
    from safeconduct.response.calls.web.forms import OutcomeForm

    field = {
        "incident": NoteForm.base_fields["text"],
        "call": OutcomeForm.base_fields["told_by"],
    }[address]
    assert hint in str(field.help_text)
