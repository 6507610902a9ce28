"""The words of what the registry writes to people by itself, from a file the ministry owns."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from safeconduct.wires.messaging.actions import TextDraft
from safeconduct.wires.messaging.terms import CODE_PLACE, Channel

_FILE: Final = Path(__file__).parent.parent / "data/messages.toml"


def code_texts() -> list[TextDraft]:
    """The one-time code by SMS and mail."""
    return _texts(_written()["code"])


def still_there_texts(reason: str) -> list[TextDraft]:
    """The question whether somebody is still there, by SMS, mail and push."""
    words = _written()["still"][reason]
    # On a screen the link is the message itself: what is tapped.
    tap = _written()["tap"]
    pushed = [
        TextDraft(language, Channel.PUSH, tap[language], one["subject"])
        for language, one in words.items()
    ]
    return [*_texts(words), *pushed]


def _texts(words: dict[str, dict[str, str]]) -> list[TextDraft]:
    page = f"{settings.PUBLIC_URL}/v/{CODE_PLACE}"
    drafts = []
    for language, one in words.items():
        check = _written()["check"][language].format(code=CODE_PLACE, page=page)
        mail = f"{one['mail'].strip()}\n\n{check}"
        drafts += [
            TextDraft(language, Channel.SMS, f"{one['sms']} #{CODE_PLACE}"),
            TextDraft(language, Channel.EMAIL, mail, one["subject"]),
        ]
    return drafts


@cache
def _written() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text("utf-8"))
