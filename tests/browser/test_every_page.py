"""Every page anybody can open, tried as those open it who do not see, point or hold a big screen.

The permission matrix is the list: a page that no line names fails `tests/meta`, and a page that
this module cannot open fails here, so that no new page is forgotten. A page is opened at 320 CSS
pixels, which is what 400 % of zoom leave of a usual screen (WCAG 2.2, 1.4.10).
"""

from collections.abc import Callable, Iterator
from functools import cache

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from playwright.sync_api import Page

from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.kernel import clock
from safeconduct.ground.missions.actions import appoint
from safeconduct.ground.missions.terms import ROLES
from tests import builders
from tests.browser.conftest import Open, is_cut, violations, with_axe
from tests.browser.weighing import MOST_TO_READ, Scales
from tests.meta.addresses import Rule, address, parts_of, rules

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("every page"),
]
NARROW = {"viewport": {"width": 320, "height": 640}}
# Opened in their turn, so that each way of writing meets many pages.
LANGUAGES = ("az", "fa", "ru", "ar")
# Where an address answers with a page, to those it lets in.
PAGES = [
    rule
    for rule in rules()
    if rule.method == "GET" and rule.page and not (rule.data or rule.fragment)
]
# Out of one is only led away from: the form that asks it is on every console page.
LEADS_AWAY = {"account_logout"}
type Make = Callable[[str], object]


@pytest.fixture
def make() -> Make:
    """What an address names, made once however many addresses name it."""
    builders.post(id=2, seat="TR")
    return cache(lambda name: getattr(builders, name)())


@pytest.fixture
def everybody() -> Officer:
    """An officer in every role there is."""
    found = builders.officer("administrator")
    RecoveryCodes.activate(found)
    for role in sorted(set(ROLES) - {"administrator"}):
        appoint(
            officer_id=found.pk, role=role, post_id=None, now=clock.now(), actor=builders.TESTER
        )
    return found


def _paths(who: Callable[[Rule], bool], make: Make) -> Iterator[tuple[str, str]]:
    for rule in filter(who, PAGES):
        builder = rule.opened or rule.object
        if rule.name not in LEADS_AWAY and (builder or not parts_of(rule.name)):
            yield rule.name, address(rule, make(builder) if builder else None)


def _lacks(page: Page, *, own: bool) -> list[str]:
    """What every page of a national has: each language, sizes of text, and, theirs, the way out."""
    wanted = {f".languages a[hreflang={code}]": "cannot be read in " + code for code in LANGUAGES}
    if page.locator("body.citizen").count():
        wanted["[href*='text=large']"] = "has no larger text"
        wanted |= {"[data-exit]": "cannot be left at once"} if own else {}
    return [said for where, said in wanted.items() if not page.locator(where).count()]


def _walk(
    page: Page, paths: Iterator[tuple[str, str]], *, light: bool = False, own: bool = False
) -> None:
    """Open each page in the next language and say of all together what is wrong."""
    found = []
    scales = Scales(page)
    for turn, (name, path) in enumerate(paths):
        language = LANGUAGES[turn % len(LANGUAGES)]
        response = page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
        assert response is not None, f"{name} leads nowhere"
        wrong = [f"answers {response.status}"] if response.status >= 400 else violations(page)
        if light and (weight := scales.to_read(response)) > MOST_TO_READ:
            wrong = [*wrong, f"{weight} octets must arrive before it can be read"]
        if light:
            wrong = wrong + _lacks(page, own=own)
        found += [f"{name} ({language}): {one}" for one in wrong + is_cut(page)]
    assert not found, "\n".join(found)


def test_the_pages_of_everybody(open_page: Open, make: Make) -> None:
    page = with_axe(open_page("/", **NARROW))
    _walk(page, _paths(lambda rule: rule.who == "public", make), light=True)


def test_the_pages_behind_a_link(open_page: Open, make: Make) -> None:
    page = with_axe(open_page("/", **NARROW))
    _walk(page, _paths(lambda rule: rule.who == "link", make), light=True, own=True)


def test_the_pages_of_officers(open_page: Open, make: Make, everybody: Officer) -> None:
    page = with_axe(open_page("/console/", officer=everybody, **NARROW))
    paths = _paths(lambda rule: rule.is_permission or rule.who == "signed_in", make)
    _walk(page, paths)


def test_every_page_behind_a_link_names_the_builder_of_one_that_opens() -> None:
    silent = [rule.name for rule in PAGES if rule.who == "link" and not rule.opened]
    assert not silent, 'add `opened = "…"` to their lines: a builder of tests/builders.py'
