"""Two hundred things said without a line, on a phone that dies, with a line cut at every step.

The browser is killed as an empty battery kills it, and started again with what lay on its disk.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from safeconduct.picture.registry.models import Party, Person
from tests import builders
from tests.browser.conftest import _FLAGS
from tests.cuttingline import Line, cutting_line
from tests.reportsdoor import ReportsDoor, reference_of, reports_door

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
REPORTS, FAMILIES = 160, 40
_COUNTS = """async () => [(await listed("report ")).length, (await listed("receipt ")).length]"""
_KEEP = """async ([reports, families, door, register]) => {
  const keys = [];
  for (let n = 0; n < reports + families; n += 1) {
    const key = crypto.randomUUID();
    keys.push(key);
    // A family after every four reports, as they were said.
    const fields = n % 5 === 4
      ? [["place", "Georgia"], ["mail", `f${n}@family.example`], ["language", "az"],
         ["level", "reachable"], ["m0-given_name", `Ad${n}`], ["key", key]]
      : [["what", n % 2 ? "danger" : "safe"], ["words", `number ${n}`]];
    const report = n % 5 === 4
      ? { kind: "register", to: register }
      : { kind: n % 2 ? "help" : "here", to: `${door}/${n % 2 ? "help" : "here"}` };
    await keepReport({ ...report, key, fields, photos: [], at: Date.now(), summary: String(n) });
  }
  return keys;
}"""


@contextmanager
def a_life(chromium: Browser, profile: Path, origin: str) -> Iterator[tuple[Page, Any]]:
    """A phone from switching on to the battery's end; what is on its disk outlives it."""
    path = shutil.which("chromium")
    assert path
    port = profile / "DevToolsActivePort"
    port.unlink(missing_ok=True)
    for stale in profile.glob("Singleton*"):
        stale.unlink(missing_ok=True)
    how = [f"--user-data-dir={profile}", "--remote-debugging-port=0", "--headless", *_FLAGS]
    process = subprocess.Popen(
        [path, *how, "about:blank"],
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def die() -> None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=60)

    try:
        end = time.monotonic() + 180
        while not (port.exists() and port.read_text().count("\n")):
            assert time.monotonic() < end, "the browser does not start"
            time.sleep(0.05)
        number = port.read_text().split("\n")[0]
        joined = chromium.browser_type.connect_over_cdp(
            f"http://127.0.0.1:{number}", timeout=180_000
        )
        page = joined.contexts[0].new_page()
        page.goto(f"{origin}/outbox/")
        yield page, die
        with suppress(Exception):
            joined.close()
    finally:
        die()


@pytest.fixture
def door(settings: Any) -> Iterator[ReportsDoor]:
    with reports_door("") as opened:
        settings.ANSWER_URL = opened.url
        yield opened


@pytest.fixture
def line(live_server: Any, door: ReportsDoor) -> Iterator[Line]:
    builders.findable_country("GE", en="Georgia")
    with cutting_line(str(live_server)) as cut:
        door.origin = cut.url
        yield cut


def test_two_hundred_things_none_lost_none_doubled(
    chromium: Browser, door: ReportsDoor, line: Line, tmp_path: Path
) -> None:
    """Before it is sent, on the way, received but not answered, refused with 503, and dead."""
    profile = tmp_path / "phone"
    profile.mkdir()
    # No line at all while they are said.
    door.ways[:], line.ways[:] = ["refuse"] * 500, ["refuse"] * 500
    with a_life(chromium, profile, line.url) as (page, die):
        how = [REPORTS, FAMILIES, door.url, f"{line.url}/me/register/"]
        keys = page.evaluate(_KEEP, how)
        die()
    assert len(set(keys)) == REPORTS + FAMILIES
    assert (door.kept, line.posted) == ([], 0)

    door.ways[:] = ["swallow", "ok", "refuse", "ok", "half", "ok", "busy", "ok", "hotel", "ok"] * 12
    line.ways[:] = ["swallow", "ok", "refuse", "swallow", "ok", "busy", "ok", "ok"] * 6
    # Dead in the middle of sending, each time a little later.
    for arrived in (10, 60, 110):
        with a_life(chromium, profile, line.url) as (page, die):
            for _ in range(100):
                if len({one.fields["key"] for one in door.kept}) >= arrived:
                    break
                page.evaluate("sendReports()")
            page.evaluate("void sendReports()")
            die()
    with a_life(chromium, profile, line.url) as (page, _die):
        for _ in range(200):
            if page.evaluate("sendReports()") == 0:
                break
        assert page.evaluate(_COUNTS) == [0, REPORTS + FAMILIES]
        receipts = page.evaluate(
            "listed('receipt ').then((a) => a.map((b) => [b.key, b.reference]))"
        )
    said = {one.fields["key"]: one.fields["words"] for one in door.kept}
    reports = [key for number, key in enumerate(keys) if number % 5 != 4]
    assert sorted(said) == sorted(reports)
    assert sorted(said.values()) == sorted(f"number {n}" for n in range(200) if n % 5 != 4)
    # What came twice, its answer lost, came with the same moment: by its key it is one.
    assert len({(one.fields["key"], one.fields["stated_at"]) for one in door.kept}) == REPORTS
    assert all(reference == reference_of(key) for key, reference in receipts if reference)
    # Answers were lost here too, and some families were handed in more than once.
    assert line.posted > FAMILIES
    assert Party.objects.count() == Person.objects.count() == FAMILIES
    names = {f"Ad{number}" for number in range(200) if number % 5 == 4}
    assert set(Person.objects.values_list("given_name", flat=True)) == names
