"""Warnings switched on where somebody has just told us something, by the browser itself."""

from typing import Any
from uuid import UUID

import pytest

from safeconduct.ground.kernel import clock, tokens
from safeconduct.picture.registry.models import ContactPoint, Party, Person, Stay
from safeconduct.picture.registry.terms import Level
from safeconduct.response.cases import queries
from safeconduct.response.cases.engine import drain
from safeconduct.response.cases.models import Case
from safeconduct.wires.intake.terms import REPORT_LINK, Kind
from safeconduct.wires.messaging.terms import Channel
from tests import builders
from tests.pages import Pages
from tests.push import Browser
from tests.response.cases.reports import report

pytestmark = pytest.mark.django_db
SERVICE = "http://127.0.0.1:9/push/one"


@pytest.fixture(autouse=True)
def _offered(settings: Any) -> None:
    provided = {"push": {"kind": "webpush", "channel": "push"}}
    settings.MESSAGING = settings.MESSAGING | {"PROVIDERS": provided}
    builders.post(id=2, seat="TR")


def _hand_in(pages: Pages, browser: Browser, **said: str) -> Any:
    return pages.post("/warn/", {"endpoint": SERVICE, **browser.keys, **said})


def _phones() -> list[int]:
    return list(
        ContactPoint.objects.filter(channel=Channel.PUSH)
        .order_by("person_id")
        .values_list("person_id", flat=True)
    )


def _link_of_report(key: UUID) -> str:
    return tokens.veiled(key, purpose=REPORT_LINK)


def test_a_phone_and_a_country_are_enough_and_no_name(pages: Pages) -> None:
    browser = Browser()
    answer = _hand_in(pages, browser, country="TR")
    assert answer.status_code == 201
    (person,) = Person.objects.all()
    assert (person.given_name, person.family_name, person.reach) == ("", "", Channel.PUSH)
    assert Party.objects.get().level == Level.INFORMATION
    assert Stay.objects.get().stay_until is not None
    assert pages.get(answer.json()["record"]).status_code == 200
    # The same browser again is the same, and learns nothing of whose it is.
    assert _hand_in(pages, browser, country="TR").json() == {"record": ""}
    assert Person.objects.count() == 1


def test_a_country_nobody_knows_is_refused(pages: Pages) -> None:
    assert _hand_in(pages, Browser(), country="XX").status_code == 422
    assert pages.post("/warn/", {"country": "TR"}).status_code == 422
    elsewhere = {"endpoint": "https://evil.example/push", **Browser().keys, "country": "TR"}
    assert pages.post("/warn/", elsewhere).status_code == 422
    assert not Person.objects.exists()


def test_who_opens_their_record_is_warned_by_it(pages: Pages) -> None:
    family = builders.family("Leyla", "Elvin")
    token = str(builders.link_of(family[0].party_id, "az", clock.now()))
    assert _hand_in(pages, Browser(), record=token).json() == {"record": ""}
    assert _phones() == [one.pk for one in family]
    assert _hand_in(pages, Browser(), record="x" * 22).status_code == 422


def test_who_just_said_i_am_here_is_warned_as_soon_as_it_is_filed(pages: Pages) -> None:
    key = report(Kind.HERE, what="safe", people=2)
    asked = {"request": _link_of_report(key)}
    assert _hand_in(pages, Browser(), **asked).status_code == 409
    drain.run_once()
    assert _hand_in(pages, Browser(), **asked).status_code == 201
    assert len(_phones()) == 2
    assert not Case.objects.exists()


def test_the_answer_to_a_request_then_comes_to_that_phone(pages: Pages) -> None:
    key = report()
    drain.run_once()
    assert _hand_in(pages, Browser(), request=_link_of_report(key)).status_code == 201
    assert _phones() == [Case.objects.get().person_id]


def test_the_link_of_a_request_adds_no_phone_to_a_record(pages: Pages) -> None:
    case = builders.help_request()
    token = queries.address_of(case, on=clock.now().date()).split("/")[-2]
    assert _hand_in(pages, Browser(), request=token).status_code == 422
    assert _hand_in(pages, Browser(), request=token, country="TR").status_code == 201
    assert case.person_id not in _phones()


def test_nothing_is_offered_where_no_push_is_sent(pages: Pages, settings: Any) -> None:
    assert "data-offer" in pages.get("/help/").content.decode()
    settings.MESSAGING = settings.MESSAGING | {"PROVIDERS": {}}
    for path in ("/help/", "/here/", "/outbox/"):
        assert "data-offer" not in pages.get(path).content.decode()
    assert pages.get("/warn/").status_code == 200
    assert _hand_in(pages, Browser(), country="TR").status_code == 404
