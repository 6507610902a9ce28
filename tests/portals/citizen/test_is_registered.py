"""Nobody learns from us whether somebody is registered: same words, same work, for everybody."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from safeconduct.picture.registry.models import OneTimeCode, Person
from safeconduct.wires.intake.engine.sms import inbound_secret
from safeconduct.wires.messaging.models import Delivery
from tests import builders
from tests.pages import Pages
from tests.wires.intake.visitor import Memory, Visitor, door

pytestmark = pytest.mark.django_db
KNOWN, UNKNOWN = "+905321234567", "+905329999999"
KNOWN_MAIL, UNKNOWN_MAIL = "leyla@example.org", "nobody@example.org"
CODE = "/me/code/"
# What differs between two pages of the same words: keys that are made for each.
_MADE = re.compile(r'(name="(?:key|csrfmiddlewaretoken|m\d+-id)" value=")[^"]+|[0-9a-f-]{36}')
_WHICH = re.compile(r"(?<=\")s\d+_x\d+|\$\d+|'[^']*'|\b\d+\b|ARRAY\[[^]]*\]|\([^()]*\)")


@pytest.fixture(autouse=True)
def leyla() -> Person:
    made = builders.family(phone=KNOWN, mail=KNOWN_MAIL)[0]
    OneTimeCode.objects.all().delete()
    return made


def work_of(ask: Callable[[], Any]) -> tuple[tuple[int, str, dict[str, str]], list[str]]:
    """What is answered, and the questions it cost, without the values in them."""
    with CaptureQueriesContext(connection) as asked:
        response = ask()
    told = _MADE.sub(r"\1", response.content.decode())
    headers = {name: value for name, value in response.items() if name != "Content-Length"}
    return (response.status_code, told, headers), [_shape(each["sql"]) for each in asked]


def _shape(statement: str) -> str:
    while (shorter := _WHICH.sub("?", statement)) != statement:
        statement = shorter
    return statement


@pytest.mark.parametrize(("known", "unknown"), [(KNOWN, UNKNOWN), (KNOWN_MAIL, UNKNOWN_MAIL)])
def test_asking_for_a_code_is_the_same_page_and_the_same_work(
    pages: Pages, known: str, unknown: str
) -> None:
    pages.get(CODE)
    for _again in range(2):
        # The second time each of them has asked a moment ago.
        one, two = (
            work_of(lambda address=address: pages.post(CODE, {"address": address}))
            for address in (known, unknown)
        )
        (status, told, headers), work = one
        # A form that is refused shows again what was typed, as it was typed.
        assert (status, told.replace(known, unknown), headers) == two[0]
        assert work == two[1]


def test_wrong_digits_say_the_same_until_the_last_try(pages: Pages) -> None:
    for address in (KNOWN, UNKNOWN):
        pages.post(CODE, {"address": address})
    keys = OneTimeCode.objects.order_by("pk").values_list("key", flat=True)
    for _try in range(7):
        one, two, made_up = (
            work_of(lambda key=key: pages.post(CODE, {"key": str(key), "digits": "000000"}))
            for key in (*keys, uuid4())
        )
        assert one == two
        assert made_up[0][0] == one[0][0]


def test_registering_somebody_who_is_there_is_the_same_as_a_new_one(pages: Pages) -> None:
    form = {
        "m0-given_name": "Leyla",
        "m0-family_name": "Əliyeva",
        "place": "Adana",
        "language": "az",
        "until": "",
        "mail": "",
    }
    pages.post("/me/register/", form | {"phone": "+905320000000"})
    before = Person.objects.count()
    (known, work), (unknown, other) = (
        work_of(lambda phone=phone: pages.post("/me/register/", form | {"phone": phone}))
        for phone in (KNOWN, UNKNOWN)
    )
    assert Person.objects.count() == before + 2
    assert known[:2] == unknown[:2] == (302, "")
    same = re.compile(r"/me/[0-9A-Za-z]{22}/")
    assert same.sub("", known[2].pop("Location")) == same.sub("", unknown[2].pop("Location"))
    assert known[2] == unknown[2]
    assert work == other


def test_a_report_with_a_known_number_is_answered_like_any_other(tmp_path: Path) -> None:
    phone = Visitor(door(Memory(), tmp_path))
    key = uuid4()
    told = [
        phone.ask(
            "POST",
            "/here",
            f"key={key}&what=safe&name=Leyla&phone=%2B{number[1:]}&country=TR".encode(),
            kind="application/x-www-form-urlencoded",
        )
        for number in (KNOWN, UNKNOWN)
    ]
    assert told[0].status == told[1].status == 200
    time = re.compile(r"\d\d:\d\d")
    assert time.sub("", told[0].text) == time.sub("", told[1].text)


def test_a_text_from_a_known_number_is_taken_like_any_other(tmp_path: Path) -> None:
    gateway = Visitor(door(Memory(), tmp_path))
    with CaptureQueriesContext(connection) as asked:
        told = [
            gateway.get(f"/in/kannel?secret={inbound_secret()}&from=%2B{number[1:]}&text=1")
            for number in (KNOWN, UNKNOWN)
        ]
    assert (told[0].status, told[0].text) == (told[1].status, told[1].text)
    assert not asked.captured_queries
    assert not Delivery.objects.exists()


def test_families_are_told_how_to_ask_and_nothing_of_anybody(pages: Pages) -> None:
    page = pages.get("/families/").text
    assert 'type="search"' not in page
    assert 'method="post"' not in page
    assert pages.post("/families/", {"name": "Leyla"}).status_code == 405
