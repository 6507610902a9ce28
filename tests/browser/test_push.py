"""Warnings on a phone, in a real browser: switched on, shown, answered, with and without signal."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, CDPSession, Page, Worker, expect

from safeconduct.ground.kernel import clock
from safeconduct.picture.registry import actions
from safeconduct.picture.registry.models import ContactPoint
from safeconduct.wires.intake.models import RawAnswer
from safeconduct.wires.intake.web.texts import texts
from safeconduct.wires.messaging.terms import Channel
from tests import builders
from tests.browser.conftest import come_true, until, violations, worker_of
from tests.doors import link, open_door
from tests.push import Browser

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
SERVICE = "http://127.0.0.1:9/push/one"
# No push service is within reach here: the browser's own part begins where its message arrives.
SUBSCRIBED = """
(() => {
  const octets = (text) => Uint8Array.from(
    atob(text.replaceAll("-", "+").replaceAll("_", "/")), (l) => l.charCodeAt(0)).buffer;
  const keys = KEYS;
  let found = null;
  PushManager.prototype.getSubscription = async () => found;
  PushManager.prototype.subscribe = async (options) => (found = {
    endpoint: "ENDPOINT", options, getKey: (name) => octets(keys[name]),
    unsubscribe: async () => { found = null; return true; },
  });
})()
"""


@pytest.fixture
def offered(settings: Any, live_server: Any) -> None:
    provided = {"push": {"kind": "webpush", "channel": "push"}}
    settings.MESSAGING = settings.MESSAGING | {"PROVIDERS": provided}
    settings.PUBLIC_URL = str(live_server)


@pytest.fixture
def phone(chromium: Chromium, live_server: Any, offered: None) -> Iterator[Callable[..., Page]]:
    contexts: list[BrowserContext] = []

    def opened(path: str, *, allowed: bool = True, language: str = "az", **how: Any) -> Page:
        context = chromium.new_context(base_url=str(live_server), locale=language, **PHONE, **how)
        contexts.append(context)
        if allowed:
            context.grant_permissions(["notifications"], origin=str(live_server))
        context.add_cookies(
            [{"name": "django_language", "value": language, "url": str(live_server)}]
        )
        page = context.new_page()
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()


def _subscribing(page: Page, browser: Browser) -> None:
    script = SUBSCRIBED.replace("KEYS", orjson.dumps(browser.keys).decode())
    page.add_init_script(script.replace("ENDPOINT", SERVICE))


class Receiver:
    """The worker of a page, and DevTools in the place of a push service."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page, self.origin = page, origin
        self.tools: CDPSession = page.context.new_cdp_session(page)
        self.number = ""
        self.tools.on("ServiceWorker.workerRegistrationUpdated", self._seen)
        self.tools.send("ServiceWorker.enable")
        page.evaluate(
            "navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready)"
        )
        come_true(page, "navigator.serviceWorker.controller")
        # DevTools tells of the worker on a way of its own, at times after the page knows it.
        until(page, lambda: self.number, "DevTools' word of the worker")
        self.worker: Worker = worker_of(page)
        until(page, lambda: self.worker.evaluate("typeof chosen === 'function'"), "its script")

    def _seen(self, event: dict[str, Any]) -> None:
        for registration in event["registrations"]:
            self.number = registration["registrationId"]

    def deliver(self, *, shows: str = "", **said: Any) -> dict[str, Any]:
        """Push a message; the notification it becomes, titled ``shows`` or as the message is."""
        message = {
            "title": "Zəlzələ: Bakı",
            "body": "Binadan çıxın. #KXRPTW",
            "asks": True,
            "code": "KXRPTW",
            "tag": "KXRPTW",
            "lang": "az",
            "dir": "ltr",
            "exercise": False,
        } | said
        # A busy browser may drop what DevTools delivers; again, it takes its own place.
        for _ in range(12):
            self._push(message)
            seen = self._look(shows or message["title"])
            if "count" in seen:
                return seen
        raise AssertionError(seen)

    def _push(self, message: dict[str, Any]) -> None:
        self.tools.send(
            "ServiceWorker.deliverPushMessage",
            {
                "origin": self.origin,
                "registrationId": self.number,
                "data": orjson.dumps(message).decode(),
            },
        )

    def shown(self, title: str) -> dict[str, Any]:
        """The one notification on the screen, once its title is this."""
        for _ in range(12):
            if "count" in (seen := self._look(title)):
                return seen
        raise AssertionError(seen)

    def _look(self, title: str) -> dict[str, Any]:
        """That notification, or after five seconds those that are there instead."""
        find = """async (title) => {
          for (let tries = 0; tries < 200; tries += 1) {
            const all = await registration.getNotifications();
            const one = all.find((n) => n.title === title);
            if (one) return { count: all.length, body: one.body, lang: one.lang, dir: one.dir,
              actions: one.actions.map((a) => [a.action, a.title]), data: one.data };
            await new Promise((resolve) => setTimeout(resolve, 25));
          }
          return { missing: (await registration.getNotifications()).map((n) => n.title) };
        }"""
        return self.worker.evaluate(find, title)

    def tap(self, action: str) -> None:
        """What a tap on a notification's button sets off; DevTools cannot tap it itself."""
        self.worker.evaluate(
            """async (action) => {
              const [one] = await registration.getNotifications();
              await chosen(action, one.data);
            }""",
            action,
        )


@pytest.mark.parametrize("language", ["az", "fa"])
def test_a_phone_is_switched_on_by_its_button_alone(
    phone: Callable[..., Page], language: str
) -> None:
    family = builders.family()
    record = f"/me/{actions.link_of(family[0].party_id, language, clock.now())}/"
    page = phone("/", language=language)
    browser = Browser()
    _subscribing(page, browser)
    page.goto(record)
    button = page.locator("form[data-when=off] button")
    expect(button).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    # Nobody is asked for leave, and no worker is there, before the tap.
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(r => r.length)") == 0
    button.click()
    expect(page.locator("#phones .message-success")).to_be_visible()
    point = ContactPoint.objects.get(channel=Channel.PUSH)
    assert point.address == browser.address(SERVICE)
    assert worker_of(page).url.endswith("/sw.js")


def test_a_browser_that_was_told_no_says_how_to_change_that(phone: Callable[..., Page]) -> None:
    family = builders.family()
    page = phone("/", allowed=False, language="en")
    page.add_init_script(
        "Object.defineProperty(Notification, 'permission', { get: () => 'denied' })"
    )
    page.goto(f"/me/{actions.link_of(family[0].party_id, 'en', clock.now())}/")
    expect(page.locator("[data-when=denied]")).to_be_visible()
    expect(page.locator("form[data-when=off]")).to_be_hidden()


def test_a_warning_that_comes_late_says_that_it_no_longer_holds(
    phone: Callable[..., Page], live_server: Any
) -> None:
    receiver = Receiver(phone("/verify/"), str(live_server))
    now = int(clock.now().timestamp())
    assert receiver.deliver(link=f"{live_server}/", until=now + 3600)["count"] == 1
    # What came in time stays beside it.
    over = f"{texts('az')['over']}: Zəlzələ: Bakı"
    assert receiver.deliver(shows=over, link=f"{live_server}/", until=now - 1)["count"] == 2


def test_a_warning_is_shown_and_answered_through_the_real_door(
    phone: Callable[..., Page], settings: Any, live_server: Any, tmp_path: Path
) -> None:
    with open_door(tmp_path, SAFECONDUCT_PUBLIC_URL=str(live_server)) as door:
        settings.ANSWER_URL = door.url
        receiver = Receiver(phone("/verify/"), str(live_server))
        shown = receiver.deliver(link=door.url + link(7))
        t = texts("az")
        assert shown["actions"] == [["safe", t["safe"]], ["help", t["needs_help"]]]
        assert (shown["body"], shown["lang"]) == ("Binadan çıxın. #KXRPTW", "az")
        receiver.tap("help")
        said = receiver.shown(t["received_help"])
        # It took the place of the warning.
        assert (said["count"], said["body"]) == (1, t["needs_help"])
        assert set(RawAnswer.objects.values_list("asked_id", "answer")) == {(7, 2)}
        kept = receiver.worker.evaluate("kept().then((all) => all.length)")
        assert kept == 0


def test_an_answer_without_signal_is_kept_and_sent_once(
    phone: Callable[..., Page], settings: Any, live_server: Any, tmp_path: Path
) -> None:
    with open_door(tmp_path, SAFECONDUCT_PUBLIC_URL=str(live_server)) as door:
        settings.ANSWER_URL = door.url
        receiver = Receiver(phone("/verify/"), str(live_server))
        receiver.deliver(link=door.url + link(8))
        door.kill()
        receiver.tap("safe")
        t = texts("az")
        assert receiver.shown(t["not_sent"])["body"] == t["safe"]
        assert receiver.worker.evaluate("kept().then((all) => all.length)") == 1
        door.start()
        # Not every browser has background sync: a visit is enough.
        receiver.page.evaluate("navigator.serviceWorker.controller.postMessage({})")
        receiver.shown(t["received"])
        receiver.worker.evaluate("sendAll()")
        said = RawAnswer.objects.values_list("asked_id", "answer", "key").distinct()
        assert [one[:2] for one in said] == [(8, 1)]


@pytest.mark.parametrize("status", [200, 403])
def test_what_another_than_the_door_says_is_not_taken_for_its_word(
    phone: Callable[..., Page], settings: Any, live_server: Any, tmp_path: Path, status: int
) -> None:
    with open_door(tmp_path, SAFECONDUCT_PUBLIC_URL=str(live_server)) as door:
        settings.ANSWER_URL = door.url
        receiver = Receiver(phone("/verify/"), str(live_server))
        receiver.deliver(link=door.url + link(9))
        # A hotel's log-in page: the line is there, the door is not.
        receiver.worker.evaluate(
            """(status) => {
              self.really = self.fetch;
              self.opened = [];
              self.fetch = async () => new Response("<main>Log in!</main>", { status });
              clients.openWindow = async (link) => opened.push(link);
            }""",
            status,
        )
        receiver.tap("help")
        t = texts("az")
        assert receiver.shown(t["not_sent"])["body"] == t["needs_help"]
        assert receiver.worker.evaluate("opened") == [door.url + link(9)]
        assert not RawAnswer.objects.exists()
        receiver.worker.evaluate("self.fetch = self.really; sendAll()")
        receiver.shown(t["received_help"])
        said = RawAnswer.objects.values_list("asked_id", "answer", "key").distinct()
        assert [one[:2] for one in said] == [(9, 2)]


def test_a_correction_takes_the_place_of_what_it_corrects_and_asks_nothing(
    phone: Callable[..., Page], settings: Any, live_server: Any
) -> None:
    settings.ANSWER_URL = "http://127.0.0.1:9"
    receiver = Receiver(phone("/verify/"), str(live_server))
    receiver.deliver(link=settings.ANSWER_URL + link(7))
    page = f"{live_server}/v/BCDFGH"
    shown = receiver.deliver(title="زلزله", lang="fa", dir="rtl", asks=False, link=page)
    assert (shown["count"], shown["actions"], shown["dir"]) == (1, [], "rtl")
    assert shown["data"]["link"] == page


def test_a_message_never_leads_out_of_the_house(
    phone: Callable[..., Page], settings: Any, live_server: Any
) -> None:
    settings.ANSWER_URL = "http://127.0.0.1:9"
    receiver = Receiver(phone("/verify/"), str(live_server))
    shown = receiver.deliver(link="http://127.0.0.1:9.evil.example/s/x")
    assert shown["data"]["link"] == str(live_server)
    assert shown["actions"] == []


def known(browser: Browser) -> dict[str, str]:
    """The subscription of a family's browser that we have been told."""
    given = {"endpoint": SERVICE, **browser.keys}
    actions.add_phone(
        party_id=builders.family()[0].party_id,
        subscription=actions.phones.Subscription.of(**given),
        language="az",
        now=clock.now(),
        actor=builders.TESTER,
    )
    return given


def test_a_renewed_subscription_is_told_to_us(phone: Callable[..., Page], live_server: Any) -> None:
    old, fresh = Browser(), Browser()
    given = known(old)
    receiver = Receiver(phone("/verify/"), str(live_server))
    new = {"endpoint": f"{SERVICE}-new", "keys": fresh.keys}
    receiver.worker.evaluate(
        """async ([mine, next]) => {
          await put("mine", mine);
          await renewed({ newSubscription: { toJSON: () => next } });
        }""",
        [given, new],
    )
    point = ContactPoint.objects.get(channel=Channel.PUSH)
    assert point.address == fresh.address(f"{SERVICE}-new")


def test_a_renewed_subscription_is_told_when_the_line_is_back(
    phone: Callable[..., Page], live_server: Any
) -> None:
    old, between, fresh = Browser(), Browser(), Browser()
    given = known(old)
    receiver = Receiver(phone("/verify/"), str(live_server))
    receiver.worker.evaluate(
        """async ([mine, next, last]) => {
          await put("mine", mine);
          const really = self.fetch;
          self.fetch = async () => { throw new TypeError("no line"); };
          await renewed({ newSubscription: { toJSON: () => next } });
          self.fetch = async () => new Response(null, { status: 204 });
          await renewed({ newSubscription: { toJSON: () => last } });
          self.fetch = really;
        }""",
        [
            given,
            {"endpoint": f"{SERVICE}-between", "keys": between.keys},
            {"endpoint": f"{SERVICE}-new", "keys": fresh.keys},
        ],
    )
    point = ContactPoint.objects.get(channel=Channel.PUSH)
    assert point.address == old.address(SERVICE)
    # The next visit to any of our pages, or the next message, is enough.
    receiver.page.evaluate("navigator.serviceWorker.controller.postMessage({})")
    until(
        receiver.page,
        lambda: receiver.worker.evaluate("get('renewal').then((left) => !left)"),
        "word of the renewal",
    )
    point.refresh_from_db()
    assert point.address == fresh.address(f"{SERVICE}-new")
