"""Warnings on a phone: switched on by its owner, shared by the party, renewed by the browser."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from safeconduct.ground.audit.models import Entry
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.registry import actions, terms
from safeconduct.picture.registry.actions import PhoneRefusedError
from safeconduct.picture.registry.models import ContactPoint, Person
from safeconduct.picture.registry.rules import Leg
from safeconduct.wires.messaging.engine.push import Subscription
from safeconduct.wires.messaging.terms import Channel
from tests import builders
from tests.pages import Pages
from tests.push import Browser

pytestmark = pytest.mark.django_db
SERVICE = "http://127.0.0.1:9/push/"
ME = Actor.citizen(None)


@pytest.fixture(autouse=True)
def _offered(settings: Any) -> None:
    provided = {"push": {"kind": "webpush", "channel": "push"}}
    settings.MESSAGING = settings.MESSAGING | {"PROVIDERS": provided}


@pytest.fixture
def family() -> list[Person]:
    return builders.family("Leyla", "Tural")


def _record(party_id: int) -> str:
    return f"/me/{actions.link_of(party_id, 'az', clock.now())}/"


def _given(browser: Browser, name: str = "one") -> dict[str, str]:
    return {"endpoint": SERVICE + name, **browser.keys}


def _points() -> list[tuple[int, str]]:
    points = ContactPoint.objects.filter(channel=Channel.PUSH).order_by("person_id", "pk")
    return list(points.values_list("person_id", "address"))


def _add(party_id: int, browser: Browser, name: str = "one") -> str:
    subscription = Subscription.of(**_given(browser, name))
    actions.add_phone(
        party_id=party_id, subscription=subscription, language="az", now=clock.now(), actor=ME
    )
    return subscription.address


def test_the_page_offers_it_and_takes_what_the_browser_gives(
    pages: Pages, family: list[Person]
) -> None:
    record, browser = _record(family[0].party_id), Browser()
    page = pages.get(record).content.decode()
    assert 'data-known=""' in page
    answer = pages.post(f"{record}phone/", _given(browser))
    assert answer["Location"] == f"{record}?phone=on#phones"
    address = browser.address(f"{SERVICE}one")
    assert _points() == [(person.pk, address) for person in family]
    point = ContactPoint.objects.filter(channel=Channel.PUSH).first()
    assert point.verified_at is not None
    assert [person.reach for person in Person.objects.order_by("pk")] == [5, 5]
    page = pages.get(record).content.decode()
    assert SERVICE not in page
    assert len(re.search(r'data-known="(\w+)"', page)[1]) == 16
    assert Entry.objects.filter(kind="registry.phone_added").count() == 1


def test_nothing_is_offered_where_no_push_can_be_sent(
    pages: Pages, family: list[Person], settings: Any
) -> None:
    settings.MESSAGING = settings.MESSAGING | {"VAPID_KEYS": []}
    assert "phones-heading" not in pages.get(_record(family[0].party_id)).content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "https://10.0.0.1/x"},
        {"endpoint": "https://fcm.googleapis.com/x"},
        {"endpoint": ""},
        {"p256dh": "AAAA"},
        {"auth": ""},
        {"endpoint": "http://127.0.0.1/" + "x" * 700},
    ],
)
def test_only_a_push_service_that_may_be_called_is_taken(
    pages: Pages, family: list[Person], wrong: dict[str, str]
) -> None:
    record = _record(family[0].party_id)
    answer = pages.post(f"{record}phone/", _given(Browser()) | wrong)
    assert "phone=refused" in answer["Location"]
    assert not _points()


def test_a_phone_is_removed_alone_or_with_all_others(pages: Pages, family: list[Person]) -> None:
    party = family[0].party_id
    _add(party, Browser(), "one")
    left = _add(party, Browser(), "two")
    record = _record(party)
    pages.post(f"{record}phones/off/", {"endpoint": f"{SERVICE}one"})
    assert {address for _, address in _points()} == {left}
    pages.post(f"{record}phones/off/")
    assert not _points()
    assert {person.reach for person in Person.objects.all()} == {1}


def test_saving_the_form_keeps_phones_and_gives_them_to_who_joins(
    pages: Pages, family: list[Person]
) -> None:
    party = family[0].party_id
    address = _add(party, Browser())
    stay = family[0].stays.get()
    draft = actions.PartyDraft(
        members=[
            *(actions.Member(one.given_name, one.family_name, id=one.pk) for one in family),
            actions.Member("Nərmin", "Əliyeva"),
        ],
        phone="",
        mail="leyla@example.invalid",
        language="az",
        legs=[Leg("TR", stay.city_id, stay.cell, stay.stay_from)],
    )
    actions.change_party(party_id=party, draft=draft, now=clock.now(), actor=ME)
    assert [found for _, found in _points()] == [address] * 3
    assert {person.reach for person in Person.objects.all()} == {Channel.EMAIL | Channel.PUSH}


def test_a_phone_that_is_given_again_works_again(family: list[Person]) -> None:
    party, browser = family[0].party_id, Browser()
    _add(party, browser)
    failed = clock.now() - timedelta(minutes=1)
    ContactPoint.objects.filter(channel=Channel.PUSH).update(last_failed_at=failed)
    _add(party, browser)
    assert len(_points()) == 2
    assert {person.reach for person in Person.objects.all()} == {5}


def test_a_party_has_so_many_phones_and_no_more(family: list[Person]) -> None:
    for number in range(terms.MOST_PHONES):
        _add(family[0].party_id, Browser(), str(number))
    with pytest.raises(PhoneRefusedError):
        _add(family[0].party_id, Browser(), "one more")


def test_a_browser_renews_its_subscription_by_knowing_the_old_one(
    pages: Pages, family: list[Person]
) -> None:
    browser = Browser()
    _add(family[0].party_id, browser)
    stranger, fresh = Browser(), Browser()

    def renewed(old: Browser) -> int:
        said = {"old": _given(old), "fresh": _given(fresh, "two")}
        answer = pages.post("/me/phone/renewed/", said, content_type="application/json")
        return int(answer.status_code)

    # Who knows the endpoint alone, or nothing, is told the same and changes nothing.
    assert renewed(stranger) == 204
    assert {address for _, address in _points()} == {browser.address(f"{SERVICE}one")}
    assert renewed(browser) == 204
    assert {address for _, address in _points()} == {fresh.address(f"{SERVICE}two")}


def _renewing(**old: object) -> str:
    given = _given(Browser())
    return json.dumps({"old": given | old, "fresh": given})


@pytest.mark.parametrize(
    "said",
    [
        *("", "[]", "{}", '"old"', '{"old": 1, "fresh": {}}', "x" * 9000),
        *(_renewing(**{part: 7}) for part in ("endpoint", "p256dh", "auth")),
        _renewing(endpoint=["http://127.0.0.1:9/push/"]),
        _renewing(endpoint=None),
    ],
)
def test_nonsense_renews_nothing(pages: Pages, said: str) -> None:
    answer = pages.generic("POST", "/me/phone/renewed/", said, content_type="application/json")
    assert answer.status_code == 204


def test_an_officer_sees_that_there_is_a_phone_but_not_its_address(
    pages: Pages, family: list[Person]
) -> None:
    _add(family[0].party_id, Browser())
    incident = builders.incident()
    builders.asked(family, of=incident)
    pages.sign_in(builders.officer("duty_officer"))
    board = f"/console/board/{incident.pk}/people/{family[0].pk}/"
    for path in (f"/console/people/{family[0].pk}/", board):
        page = pages.get(path)
        assert page.status_code == 200, path
        assert "Warnings in a browser" in page.content.decode(), path
        assert SERVICE not in page.content.decode(), path
