"""Unclear answers and the work list of the unreached, as officers see them on any screen."""

from datetime import timedelta

import pytest

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.names import search_key
from safeconduct.picture.registry.models import ContactPoint, Person
from safeconduct.response.checkins.engine import drain
from safeconduct.response.checkins.models import Unclear
from safeconduct.wires.messaging.models import Delivery
from safeconduct.wires.messaging.terms import State
from tests import builders
from tests.browser.conftest import Open, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCREENS = [
    ("ru", {"viewport": {"width": 390, "height": 844}}),
    ("az", {"viewport": {"width": 1360, "height": 900}}),
    ("fa", {"viewport": {"width": 390, "height": 844}}),
]
PHONE = "+99955500001"
SAID = ("1", "təhlükəsizəm amma qardaşım yaralıdır", "من خوبم ولی برادرم گم شده", "ок")


@pytest.fixture
def paths() -> list[str]:
    """A family that shares a telephone, somebody without one, and a stranger's text."""
    builders.post(id=2, seat="TR")
    people = builders.household(phone=PHONE, names=("Leyla Əhmədova", "Рауф Алиев", "زهرا"))
    ContactPoint.objects.filter(person=people[2]).delete()
    round_ = builders.asked_by_message(people, now=clock.now() - timedelta(hours=3))
    Delivery.objects.update(state=State.HANDED, handed_at=clock.now() - timedelta(hours=2))
    for said in SAID:
        builders.raw_answer(sender=PHONE, text=said)
    builders.raw_answer(sender="+99955500099", text="Salam, mən Leylanın qardaşıyam, biz sağıq")
    drain.run_once()
    builders.stay(people[0])
    Person.objects.update(name_key=search_key("Leyla"))
    stranger = Unclear.objects.get(sender="+99955500099").pk
    shared = Unclear.objects.get(text="1").pk
    return [
        "/console/unclear/",
        f"/console/unclear/{shared}/",
        f"/console/unclear/{stranger}/",
        f"/console/unclear/{stranger}/who/{people[0].pk}/",
        f"/console/board/{round_.incident_id}/unreached/",
    ]


@pytest.mark.parametrize(("language", "screen"), SCREENS, ids=[code for code, _ in SCREENS])
def test_every_page_fits_its_screen_and_can_be_used_by_all(
    open_page: Open, paths: list[str], language: str, screen: dict[str, object]
) -> None:
    officer = builders.officer(at=builders.post())
    page = open_page(paths[0], officer=officer, language=language, **screen)
    for path in paths:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        assert violations(page) == []
    page.goto(paths[2])
    page.locator("input[name=text]").fill("Leyla")
    page.locator("form[action$='/who/'] button[type=submit]").click()
    assert page.locator("table a").first.get_attribute("href") == paths[3]
