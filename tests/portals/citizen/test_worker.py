"""The worker's script: at the root, for everybody the same, and allowed to reach the door."""

import json
import re
from typing import Any

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


def test_the_worker_keeps_no_page() -> None:
    from safeconduct.portals.citizen.views import _source

    script = _source().decode()
    assert "caches" not in script
    assert '"fetch"' not in script
