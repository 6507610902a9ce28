"""What is said without a line: kept on the phone, sent once, whatever becomes of the line."""

import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from safeconduct.ground.kernel import clock
from safeconduct.ground.ui import icons
from safeconduct.picture.registry.actions import delete_party
from safeconduct.picture.registry.models import Person, Stay
from safeconduct.wires.intake.models import RawReport
from tests import builders
from tests.browser.conftest import OLD_PHONE, come_true, kept, until, violations, worker_of
from tests.doors import open_door
from tests.reportsdoor import ReportsDoor, reference_of, reports_door

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


@pytest.fixture
def door(settings: Any, live_server: Any) -> Iterator[ReportsDoor]:
    with reports_door(str(live_server)) as opened:
        settings.ANSWER_URL = opened.url
        builders.country("TR")
        yield opened


@pytest.fixture
def phone(chromium: Browser, live_server: Any, door: ReportsDoor) -> Iterator[Callable[..., Page]]:
    contexts = []
    complaints: list[str] = []

    def opened(path: str, *, language: str = "az", **how: Any) -> Page:
        context = chromium.new_context(base_url=str(live_server), locale=language, **PHONE, **how)
        contexts.append(context)
        address = {"name": "django_language", "value": language, "url": str(live_server)}
        context.add_cookies([address])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def _counts(page: Page, *, waiting: int, sent: int) -> None:
    """So many wait on the phone, and so many receipts lie there."""
    for kind, wanted in (("report", waiting), ("receipt", sent)):
        come_true(page, f"listed('{kind} ').then((all) => all.length === {wanted})")


def _ask(page: Page, words: str = "Su yoxdur") -> None:
    page.locator("input[value=trapped]").check()
    page.locator("[name=words]").fill(words)
    page.locator("[name=country]").select_option("TR")
    page.locator("form button[type=submit]").click()


def test_a_request_waits_on_the_phone_and_is_sent_once(
    phone: Callable[..., Page], door: ReportsDoor
) -> None:
    page = phone("/help/", language="en")
    kept(page)
    page.context.set_offline(True)
    _ask(page)
    expect(page.get_by_role("heading", name="Saved on this phone, not sent yet")).to_be_visible()
    assert door.kept == []
    page.get_by_role("link", name="Everything kept on this phone").click()
    # The page that says so needs no line either.
    expect(page.locator("[data-counts]")).to_have_text("Not sent yet: 1")
    said_at = page.locator(".item time").get_attribute("datetime")
    assert violations(page) == []

    page.context.set_offline(False)
    sent = page.locator(".item-sent")
    expect(sent).to_be_visible(timeout=15_000)
    (report,) = {json.dumps(one.fields | {"waited": ""}) for one in door.kept}
    fields = json.loads(report)
    assert (fields["what"], fields["words"], fields["country"]) == ("trapped", "Su yoxdur", "TR")
    expect(sent.locator(".reference")).to_have_text(reference_of(fields["key"]))
    assert said_at is not None
    at = page.evaluate("(text) => Date.parse(text)", said_at)
    assert int(fields["stated_at"]) == at
    follow = sent.locator(".follow").get_attribute("href")
    assert follow == f"{door.origin}/me/request/{fields['key']}/"
    sent.get_by_role("button", name="Delete from this phone").click()
    expect(page.locator(".item")).to_have_count(0)


def test_a_request_that_somebody_bars_holds_up_no_other_and_says_so(
    phone: Callable[..., Page], door: ReportsDoor
) -> None:
    page = phone("/help/", language="en")
    keep = """(to) => Promise.all([1, 2].map((n) => keepReport({ key: crypto.randomUUID(),
      kind: "help", to, fields: [["words", `number ${n}`]], photos: [], at: n, summary: "" })))"""
    page.evaluate(keep, f"{door.url}/help")
    door.ways[:] = ["proxy", "ok"]
    assert page.evaluate("sendReports()") == 1
    assert [report.fields["words"] for report in door.kept] == ["number 2"]

    door.ways[:] = ["proxy", "hotel"] * 100
    _ask(page)
    expect(page.get_by_text("This network does not let it through.")).to_be_visible()
    expect(page.get_by_text("If you cannot wait, call.")).to_be_visible()
    expect(page.get_by_text("There is no line just now.")).to_be_hidden()
    assert violations(page) == []
    door.ways.clear()
    expect(page.get_by_role("heading", name="We have received it")).to_be_visible(timeout=20_000)
    _counts(page, waiting=0, sent=3)


def test_with_a_line_the_reference_comes_at_once(
    phone: Callable[..., Page], door: ReportsDoor
) -> None:
    page = phone("/here/", language="en")
    page.locator("[name=place]").fill("Kadıköy")
    page.get_by_role("button", name="I am safe").click()
    expect(page.get_by_role("heading", name="We have received it")).to_be_visible()
    (report,) = door.kept
    assert report.path == "/here"
    assert (report.fields["what"], report.fields["place"]) == ("safe", "Kadıköy")
    expect(page.locator(".result .reference")).to_have_text(reference_of(report.fields["key"]))
    assert violations(page) == []


@pytest.mark.parametrize(("said", "what"), [("I am safe", "safe"), ("I need help", "help")])
def test_a_phone_of_before_2022_says_what_was_tapped(
    phone: Callable[..., Page], door: ReportsDoor, said: str, what: str
) -> None:
    page = phone("/here/", language="en")
    page.context.add_init_script(OLD_PHONE)
    page.reload()
    page.get_by_role("button", name=said).click()
    expect(page.get_by_role("heading", name="We have received it")).to_be_visible()
    assert door.kept[0].fields["what"] == what


def test_the_real_door_takes_what_the_phone_says(
    phone: Callable[..., Page], settings: Any, live_server: Any, tmp_path: Path
) -> None:
    with open_door(tmp_path, SAFECONDUCT_PUBLIC_URL=str(live_server)) as real:
        settings.ANSWER_URL = real.url
        page = phone("/help/", language="en")
        page.locator("[name=photo]").set_input_files(icons.FOLDER / "icon-512.png")
        expect(page.locator(".photos img")).to_have_count(1)
        _ask(page)
        expect(page.get_by_role("heading", name="We have received it")).to_be_visible()
        (kept,) = {row.key: row for row in RawReport.objects.all()}.values()
        assert kept.photos
        said = reference_of(str(kept.key))
        expect(page.locator(".result .reference")).to_have_text(said)
        follow = page.locator(".result .follow").get_attribute("href")
        assert follow
        assert follow.startswith(f"{live_server}/me/request/")


def test_without_script_the_same_form_reaches_the_same_door(
    phone: Callable[..., Page], door: ReportsDoor
) -> None:
    page = phone("/help/", java_script_enabled=False)
    minted = page.locator("[name=key]").get_attribute("value")
    _ask(page)
    assert minted is not None
    expect(page.locator("h1")).to_have_text(reference_of(minted))
    assert door.kept[0].fields["what"] == "trapped"


def test_photos_are_made_small_and_say_nothing_of_the_phone(
    phone: Callable[..., Page], door: ReportsDoor, tmp_path: Path
) -> None:
    page = phone("/help/", language="en")
    # A large picture in which the browser's own coder finds little to save.
    drawn = page.evaluate(
        """async () => {
          const canvas = new OffscreenCanvas(2000, 1500);
          const pen = canvas.getContext("2d");
          for (let n = 0; n < 30000; n += 1) {
            pen.fillStyle = `rgb(${n % 256} ${n * 7 % 256} ${n * 31 % 256})`;
            pen.fillRect(Math.random() * 2000, Math.random() * 1500, 9, 9);
          }
          const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 1 });
          const reader = new FileReader();
          await new Promise((done) => { reader.onload = done; reader.readAsDataURL(blob); });
          return reader.result.split(",")[1];
        }"""
    )
    noise = b64decode(drawn)
    marked = noise[:2] + b"\xff\xe1\x00\x14Exif\0\0Baku 40.4,49" + noise[2:]
    assert len(marked) > 1_000_000
    large = tmp_path / "large.jpg"
    large.write_bytes(marked)
    page.locator("[name=photo]").set_input_files([large, icons.FOLDER / "icon-512.png"])
    expect(page.locator(".photos img")).to_have_count(2)
    page.get_by_role("button", name="Remove picture 2").click()
    expect(page.locator(".photos img")).to_have_count(1)
    _ask(page)
    expect(page.get_by_role("heading", name="We have received it")).to_be_visible()
    (photo,) = door.kept[0].photos
    assert len(photo) <= 500_000
    assert photo.startswith(b"\xff\xd8")
    assert b"Exif" not in photo
    assert b"Baku" not in photo


def test_the_exact_position_is_asked_for_on_a_tap_and_taken_out_with_another(
    phone: Callable[..., Page], door: ReportsDoor
) -> None:
    where = {"latitude": 41.00824, "longitude": 28.97836, "accuracy": 17}
    page = phone("/help/", language="en", geolocation=where, permissions=["geolocation"])
    add = page.get_by_role("button", name="Add my exact position")
    assert page.locator("[name=lat]").input_value() == ""
    add.click()
    expect(page.locator("[data-position] [role=status]")).to_have_text(
        "Added, exact to about 17 metres."
    )
    page.get_by_role("button", name="Take it out again").click()
    assert page.locator("[name=lat]").input_value() == ""
    add.click()
    expect(page.locator("[name=lat]")).to_have_value("41.00824")
    _ask(page)
    expect(page.get_by_role("heading", name="We have received it")).to_be_visible()
    assert door.kept[0].fields["lon"] == "28.97836"
    page.goto("/outbox/")
    expect(page.locator(".item .timer")).to_contain_text("00:00:")


def test_two_hundred_reports_none_lost_none_doubled(
    phone: Callable[..., Page], door: ReportsDoor
) -> None:
    """Cut while keeping, before sending, in the middle of it, and before the answer comes."""
    page = phone("/outbox/", language="en")
    page.evaluate(
        "navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready)"
    )
    keep = """async ([from, until, to]) => {
      const keys = [];
      for (let n = from; n < until; n += 1) {
        const key = crypto.randomUUID();
        await keepReport({ key, kind: "help", to, at: Date.now(), photos: [],
          fields: [["what", "danger"], ["words", `number ${n}`]], summary: String(n) });
        keys.push(key);
      }
      return keys;
    }"""
    keys: list[str] = []
    for start in range(0, 200, 50):
        page.context.set_offline(start % 100 == 0)
        keys += page.evaluate(keep, [start, start + 50, f"{door.url}/help"])
        # Sending begins and the page dies under it.
        page.evaluate("void sendReports()")
        page.context.set_offline(False)
        page.reload()
    line = ["swallow", "ok", "refuse", "ok", "half", "ok", "busy", "ok", "hotel", "swallow", "ok"]
    door.ways[:] = line * 30
    for turn in range(400):
        if turn % 25 == 10:
            page.context.set_offline(True)
            page.evaluate("sendReports()")
            page.context.set_offline(False)
        if turn % 25 == 20:
            # Page and worker at once, and the page gone in the middle.
            worker_of(page).evaluate("void sendReports()")
            page.evaluate("void sendReports()")
            page.reload()
        if page.evaluate("sendReports()") == 0:
            break
    _counts(page, waiting=0, sent=200)
    arrived = {report.fields["key"]: report.fields["words"] for report in door.kept}
    assert set(arrived) == set(keys)
    assert [arrived[key] for key in keys] == [f"number {n}" for n in range(200)]
    # Some came twice, their answer lost; by its key each is one report, and says the same.
    said = {(report.fields["key"], report.fields["stated_at"]) for report in door.kept}
    assert len(said) == 200
    receipts = page.evaluate(
        "listed('receipt ').then((all) => all.map((one) => [one.key, one.reference]))"
    )
    assert all(reference == reference_of(key) for key, reference in receipts)


def test_a_report_deleted_before_there_is_a_line_is_never_sent(
    phone: Callable[..., Page], door: ReportsDoor
) -> None:
    page = phone("/help/", language="en")
    kept(page)
    page.context.set_offline(True)
    _ask(page)
    page.get_by_role("link", name="Everything kept on this phone").click()
    page.get_by_role("button", name="Delete from this phone").click()
    expect(page.locator("[data-counts]")).to_have_text("Nothing waits to be sent.")
    page.context.set_offline(False)
    page.evaluate("sendReports()")
    assert door.kept == []


def test_three_times_escape_leaves_and_back_does_not_return(
    phone: Callable[..., Page], settings: Any, live_server: Any
) -> None:
    settings.EXIT_URL = f"{live_server}/verify/"
    page = phone("/", language="en")
    page.goto("/help/")
    for _ in range(3):
        page.keyboard.press("Escape")
    page.wait_for_url("**/verify/")
    page.go_back()
    assert not page.url.endswith("/help/")


def _registering_without_a_line(phone: Callable[..., Page]) -> Page:
    """Leyla's form, filled in where there is no network."""
    builders.findable_country("GE", en="Georgia")
    page = phone("/?place=GE", language="en")
    kept(page)
    page.context.set_offline(True)
    page.goto("/me/register/")
    page.locator("[name=place]").fill("Georgia")
    page.locator("[name=mail]").fill("leyla@family.example")
    page.locator("[name=m0-given_name]").fill("Leyla")
    return page


def test_a_family_is_registered_without_a_line(
    phone: Callable[..., Page], live_server: Any
) -> None:
    page = _registering_without_a_line(phone)
    page.locator("[name=m0-family_name]").fill("Quliyeva")
    page.get_by_role("button", name="Add a family member").click()
    page.locator("[name=m1-given_name]").fill("Elvin")
    page.get_by_role("button", name="Register").click()
    page.wait_for_url("**/outbox/")
    expect(page.locator(".item-waiting h2")).to_have_text("Register")
    assert not Person.objects.exists()

    page.context.set_offline(False)
    expect(page.locator(".item-sent")).to_be_visible(timeout=15_000)
    names = Person.objects.order_by("pk").values_list("given_name", flat=True)
    assert list(names) == ["Leyla", "Elvin"]
    follow = page.locator(".item-sent .follow").get_attribute("href")
    assert follow
    assert follow.startswith(f"{live_server}/me/")


def _tell_of_two_places(page: Page, soon: date) -> None:
    page.locator("[name=place]").fill("Georgia")
    page.locator("[name=until]").fill(str(soon))
    page.get_by_role("button", name="Add another place").click()
    expect(page.get_by_role("group", name="Place 2")).to_be_visible()
    page.locator("[name=l1-place]").fill("Kazakhstan")
    page.locator("[name=mail]").fill("leyla@family.example")
    page.locator("[name=m0-given_name]").fill("Leyla")
    page.get_by_role("button", name="Register").click()
    page.wait_for_url("**/outbox/")


def test_a_trip_of_two_places_is_told_without_a_line_and_its_lost_answer_doubles_nobody(
    phone: Callable[..., Page],
) -> None:
    """The server has registered them, and the line breaks before it can say so."""
    for code, name in (("GE", "Georgia"), ("KZ", "Kazakhstan")):
        builders.findable_country(code, en=name)
    page = phone("/?place=GE", language="en")
    kept(page)
    page.context.set_offline(True)
    page.goto("/me/register/")
    soon = clock.now().date() + timedelta(days=3)
    _tell_of_two_places(page, soon)
    # Typed once more by somebody who does not trust it: what waits is not said twice.
    page.goto("/me/register/")
    expect(page.get_by_text("waits on this phone")).to_be_visible()
    _tell_of_two_places(page, soon)
    _counts(page, waiting=1, sent=0)

    lost = []

    def lose(route: Any) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch(max_redirects=0).status)
            route.abort()
        else:
            route.continue_()

    page.context.route("**/me/register/", lose)
    page.goto("/outbox/")
    page.context.set_offline(False)
    page.evaluate("sendReports()")
    expect(page.locator(".item-sent")).to_be_visible(timeout=15_000)
    assert lost == [302]
    leyla = Person.objects.get()
    stays = Stay.objects.order_by("stay_from").values_list("country", "stay_until")
    assert list(stays) == [("GE", soon + timedelta(days=1)), ("KZ", None)]
    follow = page.locator(".item-sent .follow").get_attribute("href")
    assert follow
    page.goto(follow)
    expect(page.locator("[name=m0-given_name]")).to_have_value(leyla.given_name)


def test_a_form_that_comes_after_its_record_was_deleted_is_not_shown_as_sent(
    phone: Callable[..., Page],
) -> None:
    """It arrived, its answer was lost, and its owner deleted the record before it came again."""
    page = _registering_without_a_line(phone)
    page.get_by_role("button", name="Register").click()
    page.wait_for_url("**/outbox/")

    lost, deleted = [], False

    def lose(route: Any) -> None:
        if route.request.method == "POST" and not deleted:
            lost.append(route.fetch(max_redirects=0).status)
            route.abort()
        else:
            route.continue_()

    page.context.route("**/me/register/", lose)
    page.context.set_offline(False)
    until(page, lambda: bool(lost), "registered, its answer lost")
    party = Person.objects.get().party_id
    delete_party(party_id=party, now=clock.now(), actor=builders.TESTER)
    deleted = True
    expect(page.locator(".item-refused")).to_be_visible(timeout=15_000)
    _counts(page, waiting=0, sent=1)
    expect(page.locator(".item [data-line=sent]")).to_be_hidden()
    page.locator(".item-refused .follow").click()
    expect(page.get_by_text("we did not register you again")).to_be_visible()
    assert not Person.objects.exists()


def test_what_was_wrong_without_a_line_is_corrected_with_one(phone: Callable[..., Page]) -> None:
    page = phone("/me/register/", language="en")
    kept(page)
    page.context.set_offline(True)
    page.goto("/me/register/")
    page.locator("[name=m0-given_name]").fill("Leyla")
    page.get_by_role("button", name="Add a family member").click()
    page.locator("[name=m1-given_name]").fill("Elvin")
    page.get_by_role("button", name="Register").click()
    page.wait_for_url("**/outbox/")
    page.context.set_offline(False)
    expect(page.locator(".item-refused")).to_be_visible(timeout=15_000)
    page.locator(".item-refused .follow").click()
    expect(page.locator(".error-summary")).to_be_visible()
    expect(page.locator("[name=m1-given_name]")).to_have_value("Elvin")
    _counts(page, waiting=0, sent=0)


def test_a_form_with_something_wrong_comes_back_with_what_was_typed(
    phone: Callable[..., Page],
) -> None:
    page = phone("/me/register/", language="en")
    page.locator("[name=m0-given_name]").fill("Leyla")
    page.get_by_role("button", name="Register").click()
    expect(page.locator(".error-summary")).to_be_visible()
    expect(page.locator("[name=m0-given_name]")).to_have_value("Leyla")
    _counts(page, waiting=0, sent=0)
