"""A language more: what one file each can begin with, and what then is left for a person to do.

``python -m config.words new eo`` begins, ``python -m config.words left eo`` says what is left;
``docs/developers/languages.md`` walks through it.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from babel import Locale, UnknownLocaleError

from config import env, words

# Where the code names the languages it knows: the file, and what says so there.
_NAMED: Final = (
    ("config/settings/base.py", r"^LANGUAGES = \[.*?^\]", "what readers may choose"),
    ("safeconduct/ground/kernel/languages.py", r"^CODES.*?\)$", "the numbers that links carry"),
    ("safeconduct/wires/intake/web/texts.py", r"^WRITTEN.*?\)$", "where answer pages are written"),
    ("safeconduct/response/checkins/engine/lexicon.py", r"^LANGUAGES.*?\)$", "words understood"),
    ("safeconduct/response/checkins/engine/replying.py", r"^LANGUAGES.*?\)$", "replies by SMS"),
    ("safeconduct/response/cases/actions/talking.py", r"^LANGUAGES.*?\)$", "word of an answer"),
    ("safeconduct/wires/messaging/terms.py", r"^EXERCISE_MARKS.*?^\}", "the mark of an exercise"),
)
# Has what people read who never sign in, and little more.
_FOR_CITIZENS: Final = "fa"
FIRST: Final = "First: people read this who never sign in."
_BASE: Final = "en"


class LanguageRefusedError(ValueError):
    """No such language is known to CLDR, so nobody could say how it counts."""


def begin(language: str, root: Path = env.ROOT) -> list[Path]:
    """Make every file a language needs, in English where a person has to write; the new ones.

    Files that are there already stay as they are.

    :raises LanguageRefusedError: for a code that CLDR does not know.
    """
    try:
        Locale.parse(language)
    except (UnknownLocaleError, ValueError) as unknown:
        raise LanguageRefusedError(f"CLDR knows no language {language!r}.") from unknown
    made = []
    for example in _texts(root):
        path = example.with_name(f"{language}.toml")
        if not path.exists():
            path.write_bytes(example.read_bytes())
            made.append(path)
    if not _po(root, language).exists():
        words.collect(language, root / "locale")
        _say_what_comes_first(language, root)
        made.append(_po(root, language))
    return made


def left(language: str, root: Path = env.ROOT) -> list[str]:
    """What still has to be done by hand before the language is complete, a line each."""
    return [*_unnamed(language, root), *_unwritten(language, root), *_untranslated(language, root)]


def _unnamed(language: str, root: Path) -> Iterator[str]:
    for name, pattern, purpose in _NAMED:
        told = re.search(pattern, (root / name).read_text(), flags=re.MULTILINE | re.DOTALL)
        if told is None or f'"{language}"' not in told[0]:
            yield f'{name}: add "{language}", {purpose}'


def _unwritten(language: str, root: Path) -> Iterator[str]:
    for example in _texts(root):
        path = example.with_name(f"{language}.toml")
        where = path.relative_to(root)
        if not path.exists():
            yield f"{where}: missing"
        elif path.read_bytes() == example.read_bytes():
            yield f"{where}: still English"
    for path in sorted((root / "safeconduct").rglob("*.toml")):
        if lacking := sum(1 for _ in _lacking(tomllib.loads(path.read_text()), language)):
            yield f"{path.relative_to(root)}: {lacking} texts by language lack it"


def _lacking(table: object, language: str) -> Iterator[object]:
    """The texts kept by language, English and Russian at least, that have none in this one."""
    if isinstance(table, list):
        for entry in table:
            yield from _lacking(entry, language)
    elif isinstance(table, dict):
        if {_BASE, "ru"} <= table.keys() and language not in table:
            yield table
        for value in table.values():
            yield from _lacking(value, language)


def _untranslated(language: str, root: Path) -> Iterator[str]:
    path = _po(root, language)
    gaps = words.gaps(language, root / "locale") if path.exists() else ["the whole file"]
    if gaps:
        left = [one for one in words.catalogue(language, root / "locale") if not one.string]
        first = sum(FIRST in one.user_comments for one in left)
        yield (
            f"{path.relative_to(root)}: {len(gaps)} sentences are not translated yet; "
            f"{first} of them are marked to come first"
        )


def _say_what_comes_first(language: str, root: Path) -> None:
    written = words.catalogue(_FOR_CITIZENS, root / "locale")
    begun = words.catalogue(language, root / "locale")
    for message in begun:
        known = written.get(message.id, message.context) if message.id else None
        if known is not None and known.string:
            message.user_comments = [FIRST]
    words.write(begun, language, root / "locale")


def _texts(root: Path) -> list[Path]:
    """The English one of each folder that keeps a file a language."""
    found = (root / "safeconduct").rglob(f"{_BASE}.toml")
    return sorted(path for path in found if path.with_name("ru.toml").exists())


def _po(root: Path, language: str) -> Path:
    return root / "locale" / language / "LC_MESSAGES/django.po"
