"""Advice as everybody reads it, and as officers write it."""

import gzip
import json
from datetime import datetime, timedelta

import pytest
from lxml import etree

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.readiness.advice.actions import submit_edition
from safeconduct.readiness.advice.models import Edition
from safeconduct.response.alerts.terms import AreaKind
from tests import builders
from tests.pages import Pages

pytestmark = pytest.mark.django_db
ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.mark.parametrize(
    "path",
    [
        "/advice/az/",
        "/advice/az.atom",
        "/advice/az.json",
        "/advice/az/TR/",
        "/advice/az/TR.atom",
        "/advice/az/TR.json",
        "/advice/az/TR.svg",
    ],
)
def test_what_everybody_reads_is_kept_by_every_cache(path: str, pages: Pages) -> None:
    builders.live_edition()
    pages.cookies["django_language"] = "ru"
    first = pages.get(path)
    assert first.status_code == 200
    assert first["Cache-Control"].startswith("public")
    assert not set(first.get("Vary", "").split(", ")) & {"Cookie", "Accept-Language"}
    assert not first.cookies
    assert first["Content-Language"] == "az"
    again = pages.get(path, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    officer = Pages().sign_in(builders.officer("duty_officer")).get(path)
    assert officer["ETag"] == first["ETag"]
    since = pages.get(path, headers={"If-Modified-Since": first["Last-Modified"]})
    assert since.status_code == 304


def test_a_new_edition_is_read_at_once(pages: Pages) -> None:
    builders.live_edition(level=1)
    before = pages.get("/advice/en/TR/")
    builders.live_edition(level=4)
    after = pages.get("/advice/en/TR/", headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert "Do not travel" in after.content.decode()


def test_each_language_has_its_address_and_knows_the_others(pages: Pages) -> None:
    builders.live_edition()
    page = pages.get("/advice/fa/TR/").content.decode()
    assert 'dir="rtl"' in page
    assert 'hreflang="az" href="http://127.0.0.1:8000/advice/az/TR/"' in page
    # Not written in Persian: shown in the next best and marked so.
    assert 'lang="az"' in page
    assert pages.get("/advice/xx/").status_code == 404
    assert pages.get("/advice/en/XX/").status_code == 404


def test_the_language_less_address_leads_on(pages: Pages) -> None:
    found = pages.get("/advice/", headers={"Accept-Language": "ru"})
    assert found["Location"] == "/advice/ru/"
    assert "private" in found["Cache-Control"]


def test_overdue_advice_says_so(pages: Pages) -> None:
    long_ago = clock.now() - timedelta(days=300)
    builders.live_edition(now=long_ago, review_on=long_ago.date() + timedelta(days=90))
    assert "To be reviewed since" in pages.get("/advice/en/TR/").content.decode()
    desk = Pages().sign_in(builders.officer("editor"))
    assert "review of 1 country is overdue" in desk.get("/console/advice/").content.decode()


def test_advice_that_lapses_soon_is_said_to_officers_and_not_to_the_public(pages: Pages) -> None:
    today = clock.now().date()
    builders.live_edition("TR", review_on=today + timedelta(days=30))
    builders.live_edition("DE", review_on=today + timedelta(days=31))
    desk = Pages().sign_in(builders.officer("editor"))
    listed = desk.get("/console/advice/").content.decode()
    assert "review of 1 country is due within 30 days" in listed
    assert listed.count("due soon") == 1
    assert listed.index("countries/TR/") < listed.index("countries/DE/")
    assert "1 country whose advice must be read again" in desk.get("/console/").content.decode()
    page = pages.get("/advice/en/TR/").content.decode()
    assert "To be reviewed by" in page
    assert "To be reviewed since" not in page


def test_the_public_list_and_machines_know_what_has_lapsed(pages: Pages) -> None:
    long_ago = clock.now() - timedelta(days=300)
    builders.live_edition(now=long_ago, review_on=long_ago.date() + timedelta(days=90))
    assert "review overdue" in pages.get("/advice/en/").content.decode()
    assert pages.get("/advice/en.json").json()["countries"][0]["review_overdue"]
    assert pages.get("/advice/en/TR.json").json()["advice"]["review_overdue"]


def test_what_waits_for_an_officer_stands_on_the_first_page() -> None:
    made = builders.edition("TR", level=1)
    submit_edition(
        edition_id=made.pk, version=made.version, now=clock.now(), actor=Actor.officer(901)
    )
    builders.live_edition("DE", level=1)
    builders.released_alert(
        expand=False, severity="Extreme", area_kind=AreaKind.COUNTRY, country_id="DE"
    )
    home = Pages().sign_in(builders.officer("releaser")).get("/console/").content.decode()
    assert "1 edition of advice waits to be approved" in home
    assert "1 contradiction between live texts" in home
    assert "must be read again" not in home


@pytest.mark.parametrize("path", ["/advice/en.atom", "/advice/ru/TR.atom"])
def test_feeds_hold_all_that_atom_demands(path: str, pages: Pages) -> None:
    """RFC 4287, 4.1.1 and 4.1.2; ids and links absolute, dates with their zone."""
    builders.live_edition(level=1)
    builders.live_edition(level=3)
    feed = etree.fromstring(pages.get(path).content)

    def every(where: str) -> list[str]:
        found = feed.xpath(where, namespaces=ATOM)
        assert found, where
        return list(found)

    for one in ("a:id", "a:title", "a:updated", "a:author/a:name", "a:link[@rel='self']"):
        assert len(every(f"/a:feed/{one}")) == 1
    entries = every("/a:feed/a:entry")
    ids = every("/a:feed/a:entry/a:id/text()")
    assert len(set(ids)) == len(entries)
    for part in ("a:title", "a:updated", "a:link[@rel='alternate']", "a:summary"):
        assert len(every(f"/a:feed/a:entry/{part}")) == len(entries)
    for moment in every("//a:updated/text()"):
        assert datetime.fromisoformat(moment).tzinfo is not None
    assert all(url.startswith("http") for url in [*ids, *every("//a:link/@href")])
    assert every("/a:feed/@xml:lang") == [path[8:10]]


def test_a_country_without_advice_still_says_whom_to_call(pages: Pages) -> None:
    builders.country("AZ")
    page = pages.get("/advice/en/AZ/").content.decode()
    assert "no advice for this country" in page
    assert 'href="tel:112"' in page


def test_machines_read_the_same(pages: Pages) -> None:
    builders.live_edition(level=3)
    found = json.loads(pages.get("/advice/en/TR.json").content)
    assert found["advice"]["country"]["level"] == 3
    assert found["advice"]["country"]["do"] == ["Carry your papers", "Know whom to call"]
    listed = json.loads(pages.get("/advice/en.json").content)
    assert [one["country"] for one in listed["countries"]] == ["TR"]
    feed = etree.fromstring(pages.get("/advice/en/TR.atom").content)
    (title,) = feed.xpath("//a:entry/a:title/text()", namespaces=ATOM)
    assert "level 3 of 4" in title
    assert (
        len(
            etree.fromstring(pages.get("/advice/en.atom").content).xpath(
                "//a:entry", namespaces=ATOM
            )
        )
        == 1
    )


def test_a_page_fits_a_slow_line(pages: Pages) -> None:
    from safeconduct.readiness.advice.actions.demo import seed_demo

    builders.country("TR")
    seed_demo(author=Actor.officer(1), approver=Actor.officer(2), now=clock.now())
    page = pages.get("/advice/ru/TR/").content
    assert len(gzip.compress(page)) < 7_000


def test_advice_is_written_submitted_and_approved_by_two(pages: Pages) -> None:
    builders.country("TR")
    builders.city()
    writer = pages.sign_in(builders.officer("duty_officer"))
    begun = writer.post("/console/advice/countries/TR/begin/")
    made = Edition.objects.get()
    assert begun["Location"] == f"/console/advice/editions/{made.pk}/"
    at = begun["Location"]
    assert "Say which level holds" in writer.get(at).content.decode()
    texts = {
        f"{code}-{name}": value
        for code in ("az", "en", "ru")
        for name, value in (
            ("headline", "Head"),
            ("why", "Why"),
            ("do", "One\nTwo"),
            ("short", "Short"),
            ("name", "Border"),
        )
    }
    assert writer.get(f"{at}level/").status_code == 200
    assert writer.post(f"{at}level/", {"version": 1, "level": 2} | texts).status_code == 302
    area = {"version": 2, "level": 4, "kind": "cities", "cities": "Adana", "radius_km": 20}
    assert writer.post(f"{at}area/", area | texts).status_code == 302
    body = {"version": 3, "az": "Qanun", "en": "Law\n\n- one\n- two", "ru": "Закон"}
    assert writer.post(f"{at}laws/", body).status_code == 302
    day = clock.now().date() + timedelta(days=60)
    assert writer.post(f"{at}review/", {"version": 4, "review_on": day}).status_code == 302
    assert writer.post(f"{at}submit/", {"version": 5}).status_code == 302
    waiting = writer.get(at).content.decode()
    assert "You wrote in this edition" in waiting
    second = Pages().sign_in(builders.officer("releaser"))
    read = second.get(at).content.decode()
    assert "MFA: TR: level 2 of 4. Short." in read
    assert "What a caller says" in read
    second.post(f"{at}approve/", {"version": 5})
    made.refresh_from_db()
    assert made.state == "live"
    page = Pages().get("/advice/en/TR/").content.decode()
    assert "<li>one</li>" in page
    assert "Border" in page
    assert second.get("/console/advice/countries/TR/").status_code == 200


def test_a_wrong_area_comes_back_with_what_is_wrong(pages: Pages) -> None:
    made = builders.edition()
    desk = pages.sign_in(builders.officer("duty_officer"))
    at = f"/console/advice/editions/{made.pk}/area/"
    wrong = desk.post(
        at, {"version": made.version, "level": 3, "kind": "cities", "cities": "Nowhere"}
    )
    assert wrong.status_code == 422
    assert "We know no such city" in wrong.content.decode()
    line = {"version": made.version, "level": 3, "kind": "outline", "corners": "1, 2\n3"}
    assert "one corner a line" in desk.post(at, line).content.decode()


def test_a_draft_is_thrown_away_and_the_live_one_stays(pages: Pages) -> None:
    builders.live_edition()
    draft = builders.edition()
    desk = pages.sign_in(builders.officer("duty_officer"))
    desk.post(f"/console/advice/editions/{draft.pk}/discard/")
    assert list(Edition.objects.values_list("state", flat=True)) == ["live"]


def test_contradictions_are_listed_and_shown_before_approval(pages: Pages) -> None:
    from safeconduct.readiness.advice.terms import Words

    wrong = builders.advice_words(en=Words("Leave the country", "Why", "Go", "Go"))
    made = builders.live_edition(level=1, words=wrong)
    desk = pages.sign_in(builders.officer("duty_officer"))
    assert "1 contradiction between" in desk.get("/console/advice/").content.decode()
    assert "dangerous" in desk.get("/console/advice/contradictions/").content.decode()
    assert "dangerous" in desk.get(f"/console/advice/editions/{made.pk}/").content.decode()
