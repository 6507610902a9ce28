"""A stolen link can do one thing only: what it was made for, at no other address of ours."""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from safeconduct.ground.accounts.terms import INVITATION
from safeconduct.ground.kernel import clock, tokens
from safeconduct.ground.kernel.tokens import Link
from safeconduct.picture.registry.terms import LINK_PURPOSE, STILL_PURPOSE
from safeconduct.response.calls.terms import WARDEN_LINK
from safeconduct.response.cases.terms import LINK_PURPOSE as REQUEST
from safeconduct.wires.intake.terms import ANSWER_LINK, EXERCISE_LINK, MEMBER_LINK, REPORT_LINK
from tests import builders
from tests.meta.addresses import Rule, parts_of, rules
from tests.pages import Pages
from tests.wires.intake.visitor import Memory, Visitor, door

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]

# What each link is for, by the first part of the names of the pages it opens.
_ONE_THING = {
    LINK_PURPOSE: {"registration", "trust", "inbox"},
    STILL_PURPOSE: {"registration:still"},
    REQUEST: {"requests"},
    REPORT_LINK: {"requests"},
    WARDEN_LINK: {"wardens"},
    INVITATION: {"account_invited"},
    # These open the door for answers and none of our pages.
    ANSWER_LINK: set(),
    EXERCISE_LINK: set(),
    MEMBER_LINK: set(),
}
_BEHIND_LINKS = [rule for rule in rules() if rule.who == "link"]
# By which names in the code a purpose is given to whatever makes or reads a link.
_GIVEN = re.compile(r"\b(?:mint|minter|read|veiled|unveiled)\([^()]*purpose=([\w.\"]+)")
_KNOWN = {"LINK_PURPOSE", "terms.LINK_PURPOSE", "terms.INVITATION", "REPORT_LINK", "WARDEN_LINK"}
_KNOWN |= {"MEMBER_LINK", "purpose", "_RECORD_LINK"}


def opens(purpose: str, rule: Rule) -> bool:
    owned = _ONE_THING[purpose]
    if rule.name == "registration:still":
        return "registration:still" in owned
    return rule.name in owned or rule.name.partition(":")[0] in owned


def minted(purpose: str, subject_id: int) -> str:
    """A link of a purpose for a number: the strongest one a thief could have stolen."""
    if purpose == REPORT_LINK:
        return tokens.veiled(uuid4(), purpose=REPORT_LINK)
    until = clock.now().date() + timedelta(days=30)
    return tokens.mint(Link(subject_id, until, "az", 2), purpose=purpose)


def path_of(rule: Rule, token: str) -> str:
    from django.urls import reverse

    parts: dict[str, Any] = {"token": token}
    if "number" in parts_of(rule.name):
        parts["number"] = 1
    return reverse(rule.name, kwargs=parts)


def number_in(token: str) -> int:
    """Whose own link it is, so that links of other purposes can be made for the same number."""
    for purpose in _ONE_THING:
        try:
            return tokens.read(token, purpose=purpose).subject_id
        except tokens.LinkRefusedError:
            continue
    raise AssertionError("the link is of no purpose in the table")


def answered(pages: Pages, rule: Rule, token: str) -> tuple[int, str, str]:
    """Status, body and where it leads, with all that names the token itself taken out."""
    ask = pages.post if rule.method == "POST" else pages.get
    response = ask(path_of(rule, token))
    body = response.content.decode().replace(token, "TOKEN")
    body = re.sub(r'(name="csrfmiddlewaretoken" value=")[^"]+', r"\1", body)
    return response.status_code, body, response.get("Location", "").replace(token, "TOKEN")


def test_every_purpose_in_the_code_is_in_the_table() -> None:
    given = set()
    for path in (ROOT / "safeconduct").rglob("*.py"):
        given |= set(_GIVEN.findall(path.read_text()))
    # A batch's is one of those, whichever its question has.
    of_others = {"LINK_PURPOSE", "batch.link_purpose"}
    assert given - _KNOWN <= of_others, "a new kind of link: what is its one thing?"


def test_every_page_behind_a_link_belongs_to_one_kind_of_link() -> None:
    for rule in _BEHIND_LINKS:
        owners = {purpose for purpose in _ONE_THING if opens(purpose, rule)} - {REPORT_LINK}
        assert len(owners) == 1, rule.name


@pytest.mark.parametrize("rule", _BEHIND_LINKS, ids=lambda rule: rule.name)
def test_a_page_opens_by_its_own_kind_of_link_and_by_no_other(rule: Rule, pages: Pages) -> None:
    family = {LINK_PURPOSE: "record_link", STILL_PURPOSE: "still_link", REQUEST: "request_link"}
    family |= {WARDEN_LINK: "warden_link", INVITATION: "invitation_link"}
    (owner,) = {purpose for purpose in family if opens(purpose, rule)}
    own = str(getattr(builders, family[owner])()["token"])
    subject = number_in(own)
    stranger = answered(pages, rule, "0" * len(own))
    assert stranger[0] >= 400 or rule.method == "POST"
    for purpose in _ONE_THING:
        if not opens(purpose, rule):
            told = answered(pages, rule, minted(purpose, subject))
            assert told == stranger, f"{purpose} opens {rule.name}, or says more than a made-up one"
    if rule.opened:
        assert answered(pages, rule, own)[0] == 200


# Both answer, a question in earnest and one of an exercise.
_ANSWERS = {ANSWER_LINK, EXERCISE_LINK}


@pytest.mark.parametrize("purpose", [p for p in _ONE_THING if p not in _ANSWERS])
def test_the_door_takes_answers_by_answer_links_alone(purpose: str, tmp_path: Path) -> None:
    ledger = Memory()
    phone = Visitor(door(ledger, tmp_path))
    key = str(uuid4())
    assert phone.answer(key=key, answer="1", scope="me").status == 200
    assert len(ledger.lines) == 1
    made_up = "/s/" + "0" * 22
    phone.path = f"/s/{minted(purpose, 7)}"
    assert phone.get().status == phone.get(made_up).status >= 400
    assert phone.answer(key=key, answer="1", scope="me").status >= 400
    assert len(ledger.lines) == 1


@pytest.mark.parametrize("purpose", [p for p in _ONE_THING if p not in {LINK_PURPOSE, REPORT_LINK}])
def test_a_report_is_joined_to_a_record_by_the_records_link_alone(purpose: str) -> None:
    from safeconduct.picture.registry.actions import Report, take_in_report

    leyla = builders.family()[0]
    until = date(2037, 1, 1)
    stolen = tokens.mint(Link(leyla.party_id, until, "az", 0), purpose=purpose)
    own = tokens.mint(Link(leyla.party_id, until, "az", 0), purpose=LINK_PURPOSE)

    def joined(record: str) -> bool:
        now = clock.now()
        report = Report(
            key=uuid4(), stated_at=now, language="az", country="TR", name="A", record=record
        )
        taken = take_in_report(report=report, now=now, actor=builders.TESTER)
        return taken.party_id == leyla.party_id

    assert joined(own)
    assert not joined(stolen)
