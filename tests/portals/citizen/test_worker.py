"""The worker's script: at the root, for everybody the same, and allowed to reach the door."""

import json
import re
from typing import Any

import pytest
from django.contrib.staticfiles import finders

from safeconduct.ground.ui import icons
from tests import builders
from tests.pages import Pages


def test_the_worker_is_served_with_words_and_addresses(pages: Pages, settings: Any) -> None:
    settings.ANSWER_URL = "https://answers.example"
    answer = pages.get("/sw.js")
    script = answer.content.decode()
    house = json.loads(re.match(r"const HOUSE = (.*);\n", script)[1])
    assert house["answers"] == "https://answers.example"
    assert house["renewed"] == "/me/phone/renewed/"
    assert set(house["words"]) == {"az", "en", "ru", "fa", "ar"}
    assert all(all(words.values()) for words in house["words"].values())
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"


def test_the_worker_may_reach_pages_and_door_and_load_nothing(pages: Pages, settings: Any) -> None:
    settings.ANSWER_URL = "https://answers.example"
    policy = pages.get("/sw.js")["Content-Security-Policy"]
    assert "connect-src 'self' https://answers.example" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


def test_the_worker_answers_for_the_shell_alone(pages: Pages) -> None:
    script = pages.get("/sw.js").content.decode()
    house = json.loads(re.match(r"const HOUSE = (.*);\n", script)[1])
    shell = house["shell"]
    forms = {"/here/", "/help/", "/me/register/"}
    assert set(shell["pages"]) == {"/", "/outbox/", "/wipe/"} | forms
    assert shell["country"] == "/kept/LL/in/CC/"


@pytest.mark.django_db
def test_everything_the_worker_keeps_is_there_and_nobodys_own(pages: Pages) -> None:
    builders.country("TR")
    script = pages.get("/sw.js").content.decode()
    shell = json.loads(re.match(r"const HOUSE = (.*);\n", script)[1])["shell"]
    addresses = [*shell["pages"].values(), shell["country"]]
    pages.cookies["where"] = "GE"
    for address in addresses:
        answer = pages.get(address.replace("LL", "az").replace("CC", "TR"))
        assert answer.status_code == 200
        assert '<html lang="az"' in answer.content.decode()
        # The form for registering has a token: the worker keeps no cookie, and asks for another.
        if not address.endswith("/register/"):
            assert not answer.cookies
            assert "csrfmiddlewaretoken" not in answer.content.decode()
    for address in shell["assets"]:
        assert address.startswith("/look/") or finders.find(address.removeprefix("/static/"))


def test_one_script_says_each_name_once(pages: Pages) -> None:
    script = pages.get("/sw.js").content.decode()
    names = re.findall(r"^(?:async )?(?:const|let|function) (?:\{ )?(\w+)", script, re.MULTILINE)
    assert len(names) == len(set(names))


@pytest.mark.parametrize("language", ["az", "en", "fa"])
def test_the_manifest_installs_on_both_kinds_of_phones(pages: Pages, language: str) -> None:
    page = pages.get("/wipe/", headers={"accept-language": language}).content.decode()
    assert 'rel="apple-touch-icon"' in page
    answer = pages.get(f"/app/{language}.webmanifest")
    said = json.loads(answer.content)
    assert said["lang"] == language
    assert said["dir"] == ("rtl" if language == "fa" else "ltr")
    assert (said["start_url"], said["display"]) == ("/", "standalone")
    found = {(icon["sizes"], icon.get("purpose", "any")): icon["src"] for icon in said["icons"]}
    # Chromium: 192 and 512, one of them maskable for a round home screen.
    assert {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")} <= set(found)
    assert all(finders.find(address.removeprefix("/static/")) for address in found.values())


@pytest.mark.parametrize("name", list(icons.PICTURES))
def test_the_icons_are_those_the_script_draws(name: str) -> None:
    assert (icons.FOLDER / name).read_bytes() == icons.picture(name)


def test_wiping_tells_the_browser_to_forget_us(pages: Pages) -> None:
    assert "Clear-Site-Data" not in pages.get("/wipe/")
    answer = pages.post("/wipe/")
    assert answer["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert answer["Cache-Control"] == "no-store"


def test_nobody_elses_page_can_wipe_a_phone() -> None:
    strict = Pages(enforce_csrf_checks=True)
    assert strict.post("/wipe/").status_code == 403
