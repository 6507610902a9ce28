"""The first page: warnings, the way to register, whom to call."""

import pytest

from safeconduct.response.alerts.terms import CapScope
from tests import builders
from tests.pages import Pages

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _posts() -> None:
    ministry = builders.post(id=1, seat="AZ")
    ministry.kind = "ministry"
    ministry.save()
    builders.post(id=2, seat="TR")


def test_the_number_of_the_ministry_is_there_before_anything_is_asked(pages: Pages) -> None:
    page = pages.get("/").content.decode()
    assert "tel:+999120000001" in page
    assert "/me/register/" in page


def test_a_country_leads_to_the_post_that_answers_for_it(pages: Pages) -> None:
    page = pages.get("/", {"country": "TR"}).content.decode()
    assert "tel:+999120000002" in page
    assert "tel:+999120000001" not in page


def test_a_closed_post_is_not_called(pages: Pages) -> None:
    closed = builders.post(id=2, seat="TR")
    closed.is_open = False
    closed.save()
    assert "tel:+999120000001" in pages.get("/", {"country": "TR"}).content.decode()


def test_no_such_country_is_said_and_still_gives_a_number(pages: Pages) -> None:
    page = pages.get("/", {"country": "??"}).content.decode()
    assert "error-summary" in page or "field-wrong" in page
    assert "tel:+999120000001" in page


@pytest.mark.parametrize("scope", [CapScope.PUBLIC, CapScope.RESTRICTED])
def test_only_public_warnings_are_on_it(pages: Pages, scope: CapScope) -> None:
    made = builders.released_alert(expand=False, scope=scope)
    headline = made.texts.get(language="en").headline
    assert (headline in pages.get("/").content.decode()) == (scope == CapScope.PUBLIC)
