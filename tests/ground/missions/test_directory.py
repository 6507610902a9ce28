"""The directory of posts: nearest first, one page a language, the same for everybody."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from safeconduct.ground.audit.models import Entry
from safeconduct.ground.kernel import clock
from safeconduct.ground.missions.models import Closure, Post
from safeconduct.ground.missions.queries import nearest_posts, zone_of
from tests import builders
from tests.pages import Pages

pytestmark = pytest.mark.django_db


def placed(number: int, seat: str, lat: float, lon: float, **more: object) -> Post:
    made = builders.post(id=number, seat=seat, **more)
    Post.objects.filter(pk=number).update(latitude=lat, longitude=lon)
    return made


def test_the_post_that_answers_leads_then_those_there_then_the_nearest() -> None:
    placed(2, "TR", 39.9, 32.8)
    placed(3, "TR", 41.0, 29.0, district=())
    placed(4, "GE", 41.7, 44.8)
    found = nearest_posts(country="TR", lat=41.1, lon=29.1)
    assert [one.post.pk for one in found] == [2, 3, 4]
    assert found[0].answers_for
    assert found[1].distance_km == pytest.approx(14, abs=1)
    assert [one.post.pk for one in nearest_posts(country="TR")] == [2, 3]
    assert nearest_posts(lat=41.6, lon=44.7)[0].post.pk == 4


def test_a_post_abroad_that_answers_is_found_without_a_place() -> None:
    placed(2, "EG", 30.0, 31.2, district=("EG", "SD"))
    assert [one.post.pk for one in nearest_posts(country="SD")] == [2]


def test_where_no_post_answers_the_ministry_does() -> None:
    made = builders.post(id=1, seat="AZ", district=())
    Post.objects.filter(pk=made.pk).update(kind="ministry")
    placed(2, "TR", 39.9, 32.8)
    assert [one.post.pk for one in nearest_posts(country="PE")] == [1]


def test_a_closed_post_is_in_no_list() -> None:
    made = placed(2, "TR", 39.9, 32.8)
    Post.objects.filter(pk=made.pk).update(is_open=False)
    assert nearest_posts(country="TR") == []


def test_a_posts_page_speaks_the_language_of_its_address(pages: Pages) -> None:
    placed(2, "TR", 39.9, 32.8)
    Post.objects.filter(pk=2).update(hours={"0": [["09:00", "13:00"]]}, services=["passport"])
    pages.cookies["django_language"] = "ru"
    found = pages.get("/posts/en/2/")
    said = found.content.decode()
    assert 'lang="en"' in said
    assert "Passports" in said
    assert "geo:39.90000,32.80000" in said
    assert '<link rel="alternate" hreflang="az"' in said


def test_a_posts_page_tells_the_posts_own_time(pages: Pages) -> None:
    placed(2, "TR", 39.9, 32.8)
    hours = {str(day): [["09:30", "13:00"]] for day in range(7)}
    Post.objects.filter(pk=2).update(hours=hours, time_zone="Europe/Istanbul")
    with clock.stopped_at(datetime(2026, 11, 23, 5, 0, tzinfo=UTC)):
        said = pages.get("/posts/en/2/").content.decode()
        assert "opens at 09:30" in said
        assert "where it was 08:00" in said
    with clock.stopped_at(datetime(2026, 11, 23, 7, 0, tzinfo=UTC)):
        assert "until 13:00" in pages.get("/posts/en/2/").content.decode()


def test_the_directory_is_the_same_for_everybody_and_kept_by_caches(pages: Pages) -> None:
    builders.post()
    first = pages.get("/posts/en/")
    assert "public" in first["Cache-Control"]
    assert "Cookie" not in first.get("Vary", "")
    assert "Accept-Language" not in first.get("Vary", "")
    assert not first.cookies
    signed_in = Pages().sign_in(builders.officer("duty_officer")).get("/posts/en/")
    assert signed_in["ETag"] == first["ETag"]
    again = pages.get("/posts/en/", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    Post.objects.update(emergency_number="+99912000000")
    changed = pages.get("/posts/en/", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200


def test_machines_read_the_same(pages: Pages) -> None:
    placed(2, "TR", 39.9, 32.8)
    found = json.loads(pages.get("/posts/az.json").content)
    assert found["posts"][0]["duty_number"] == builders.post().emergency_number
    assert found["posts"][0]["opening"] == "unknown"


def test_the_sketch_is_a_drawing_without_script(pages: Pages) -> None:
    placed(2, "TR", 39.9, 32.8)
    found = pages.get("/posts/sketch/2.svg")
    assert found["Content-Type"].startswith("image/svg+xml")
    assert b"<circle" in found.content
    assert b"script" not in found.content


@pytest.mark.parametrize("path", ["/posts/xx/", "/posts/en/999/", "/posts/sketch/999.svg"])
def test_what_is_not_there_is_not_found(path: str, pages: Pages) -> None:
    assert pages.get(path).status_code == 404


def test_a_post_without_a_time_zone_has_its_citys() -> None:
    made = builders.post()
    city = builders.city()
    type(city).objects.filter(pk=city.pk).update(time_zone="Europe/Istanbul")
    Post.objects.filter(pk=made.pk).update(city=city)
    made.refresh_from_db()
    assert str(zone_of(made)) == "Europe/Istanbul"
    made.time_zone = "Not/Azone"
    assert str(zone_of(made)) == "UTC"


def test_a_posts_own_officer_writes_its_entry_and_no_others(pages: Pages) -> None:
    post = builders.post(id=2, seat="TR")
    other = builders.post(id=3, seat="DE")
    desk = pages.sign_in(builders.officer("editor", at=post))
    assert desk.get("/console/posts/2/").status_code == 200
    filled = {
        "emergency_number": "+999120000002",
        "time_zone": "Europe/Istanbul",
        "services": ["passport", "notary"],
        "hours_0": "9-13, 14-17",
        "address_az": "Nümunə küçəsi 1",
    }
    assert desk.post("/console/posts/2/", filled).status_code == 302
    post.refresh_from_db()
    assert post.hours == {"0": [["09:00", "13:00"], ["14:00", "17:00"]]}
    assert post.addresses == {"az": "Nümunə küçəsi 1"}
    assert Entry.objects.filter(kind="missions.described", subject_id=2).exists()
    assert desk.post(f"/console/posts/{other.pk}/", filled).status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("hours_3", "nine to five", "Write hours as"),
        ("time_zone", "Mars/Olympus", "no such time zone"),
        ("latitude", "41", "belong together"),
    ],
)
def test_a_wrong_entry_comes_back(field: str, value: str, said: str, pages: Pages) -> None:
    builders.post()
    desk = pages.sign_in(builders.officer("duty_officer"))
    found = desk.post("/console/posts/2/", {"emergency_number": "+99912000", field: value})
    assert found.status_code == 422
    assert said in found.content.decode()


def test_a_holiday_is_added_shown_and_taken_away(pages: Pages) -> None:
    builders.post()
    desk = pages.sign_in(builders.officer("duty_officer"))
    day = clock.now().date() + timedelta(days=5)
    dates = {"first_on": day, "last_on": day, "name_en": "Novruz"}
    assert desk.post("/console/posts/2/closed/", dates).status_code == 302
    assert "Novruz" in Pages().get("/posts/en/2/").content.decode()
    backwards = dates | {"last_on": day - timedelta(days=1)}
    assert desk.post("/console/posts/2/closed/", backwards).status_code == 422
    closure = Closure.objects.get()
    desk.post(f"/console/posts/closures/{closure.pk}/")
    assert not Closure.objects.exists()


def test_hours_are_written_in_the_digits_of_the_reader_and_numbers_are_not(pages: Pages) -> None:
    placed(2, "TR", 39.9, 32.8)
    hours = {str(day): [["09:30", "13:00"]] for day in range(7)}
    Post.objects.filter(pk=2).update(hours=hours, time_zone="Europe/Istanbul")
    with clock.stopped_at(datetime(2026, 11, 23, 7, 0, tzinfo=UTC)):
        persian = pages.get("/posts/fa/2/").content.decode()
    assert "۰۹:۳۰–۱۳:۰۰" in persian
    # What one dials stays as telephones show it.
    assert 'href="tel:+999120000002">+999120000002<' in persian


def test_a_closure_ahead_is_said_before_anybody_goes_there(pages: Pages) -> None:
    placed(2, "TR", 39.9, 32.8)
    day = datetime(2027, 3, 10, tzinfo=UTC)
    for first, name in ((20, "Novruz"), (29, "Far off")):
        Closure.objects.create(
            post_id=2,
            first_on=day.date().replace(day=first),
            last_on=day.date().replace(day=first + 1),
            names={"en": name},
        )
    with clock.stopped_at(day):
        page = pages.get("/posts/en/2/").content.decode()
    assert "Closed soon: 20 March 2027 – 21 March 2027, <bdi>Novruz</bdi>" in page.replace("\n", "")
    assert page.count("Novruz") == 2
    assert page.count("Far off") == 1
    with clock.stopped_at(day + timedelta(days=11)):
        assert "Closed soon: 29 March" in pages.get("/posts/en/2/").content.decode()
