"""The first page on a slow line: how much of it there is, and how often one must wait for more.

Seconds are measured by the bench (`first_page`); they follow from what is counted here.
"""

import pytest

from safeconduct.ground.places.models import Gazetteer
from tests import builders
from tests.browser.conftest import Open
from tests.browser.weighing import MOST_AT_FIRST, MOST_TO_READ, Scales, blocking, everything

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("every page"),
]
PHONE = {"viewport": {"width": 390, "height": 844}}
FIRST = ("/", "/?place=TR", "/me/register/", "/help/", "/here/")


@pytest.fixture
def abroad() -> None:
    """Türkiye with a post, approved advice and as many alerts as a bad day has."""
    builders.post(id=2, seat="TR")
    builders.city(1, "TR", "Trabzon", at=(41.0, 39.72), population=300_000)
    Gazetteer.objects.all().delete()
    builders.advised()
    for _ in range(3):
        builders.released_alert(expand=False)


@pytest.mark.usefixtures("abroad")
@pytest.mark.parametrize("language", ["az", "fa"])
def test_a_first_page_is_light_and_waits_but_once(open_page: Open, language: str) -> None:
    for path in FIRST:
        # A telephone that was never here: nothing is kept on it.
        page = open_page("about:blank", language=language, **PHONE)
        arrived = everything(page, path)
        whole = sum(arrived.values())
        assert whole <= MOST_AT_FIRST, (path, whole, arrived)
        styles = blocking(page)
        # Asked for side by side, as soon as the head is there.
        assert len(styles) <= 2, (path, styles)
        response = page.goto(path)
        assert response is not None
        assert Scales(page).to_read(response) <= MOST_TO_READ, path
