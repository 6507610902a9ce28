"""The languages of the interface are complete: every message, with every part it fills in."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from safeconduct.ground.kernel.languages import COMPLETE

_LOCALE = Path(__file__).resolve().parents[2] / "locale"
_TEMPLATE = _LOCALE / "django.pot"
_PART = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")


def _catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def _parts(text: str) -> set[str]:
    return {left or right for left, right in _PART.findall(text)}


def _is_whole(wanted: Message, given: Message | None) -> bool:
    if given is None or given.fuzzy:
        return False
    said = given.string if isinstance(given.string, tuple) else (given.string,)
    asked = wanted.id if isinstance(wanted.id, tuple) else (wanted.id,)
    parts = set().union(*map(_parts, asked))
    # "one day" may leave its number out, the general form may not.
    return all(said) and all(_parts(form) <= parts for form in said) and _parts(said[-1]) == parts


@pytest.mark.parametrize("language", [code for code in COMPLETE if code != "en"])
def test_every_message_is_translated_with_its_parts(language: str) -> None:
    assert _TEMPLATE.exists(), "make words writes it"
    translated = _catalogue(_LOCALE / language / "LC_MESSAGES" / "django.po")
    missing = [
        message.id
        for message in _catalogue(_TEMPLATE)
        if message.id
        and not _is_whole(message, translated.get(message.id, context=message.context))
    ]
    assert not missing
