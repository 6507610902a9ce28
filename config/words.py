"""What pages say, collected for translators and compiled for the pages, by Babel alone.

A bare machine has no ``msgfmt``; Django's own ``makemessages`` needs it. Run as
``python -m config.words update`` or ``compile``; ``new eo`` begins a language, ``left eo`` says
what it still lacks.
"""

import io
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from config import env

# Kept complete: whoever adds a sentence adds it in these.
COMPLETE: Final = ("az", "ru")
SOURCE: Final = "en"
LOCALE: Final = env.ROOT / "locale"
_ROOMS: Final = ("safeconduct", "config")
_KEYWORDS: Final = {
    "_": None,
    "_lazy": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}

type MessageId = str | tuple[str, ...]


def said() -> Catalog:
    """Every translatable sentence of code and templates, with the files that say it."""
    catalog = _empty(None)
    for path in _sources():
        where = str(path.relative_to(env.ROOT))
        for _line, message, comments, context in _sentences(path):
            catalog.add(message, None, [(where, 0)], auto_comments=comments, context=context)
    return catalog


def languages(folder: Path = LOCALE) -> list[str]:
    """Those that have a translators' file."""
    return sorted(path.parent.parent.name for path in folder.glob("*/LC_MESSAGES/django.po"))


def catalogue(language: str, folder: Path = LOCALE) -> Catalog:
    """The translators' file of a language; empty if there is none yet."""
    path = _po(language, folder)
    if not path.exists():
        return _empty(language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update() -> None:
    """Bring every language's file up to what is said now; what nobody says any more goes."""
    template = said()
    for language in languages():
        _collect(language, LOCALE, template)
    compile_all()


def collect(language: str, folder: Path = LOCALE) -> None:
    """Bring one language's file up to what is said now, or begin it."""
    _collect(language, folder, said())


def _collect(language: str, folder: Path, template: Catalog) -> None:
    kept = catalogue(language, folder)
    # Its own copy: Babel would share one message between the languages.
    collected = deepcopy(template)
    collected.creation_date = kept.creation_date
    kept.update(collected, no_fuzzy_matching=True)
    kept.obsolete.clear()
    if language == SOURCE:
        _say_as_written(kept)
    write(kept, language, folder)


def write(catalog: Catalog, language: str, folder: Path = LOCALE) -> None:
    """Put a language's translators' file down, in the one order every writer keeps."""
    path = _po(language, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=100, include_lineno=False, sort_output=True)


def compile_all() -> None:
    """Make the binary files that Django reads; they are never kept in the repository."""
    for language in languages():
        with _po(language).with_suffix(".mo").open("wb") as file:
            write_mo(file, _spoken(catalogue(language)))


def gaps(language: str, folder: Path = LOCALE, *, template: Catalog | None = None) -> list[str]:
    """Sentences that ``language`` lacks, has only as a guess, or has with wrong placeholders.

    Of all that is said now, or of ``template`` if that was collected already.
    """
    kept = catalogue(language, folder)
    found = []
    for message in template or said():
        if not message.id:
            continue
        written = kept.get(message.id, message.context)
        if written is None:
            found.append(f"not collected: {message.id!r}")
        elif written.fuzzy or not _complete(written):
            found.append(f"not translated: {message.id!r}")
        else:
            found += [f"{error}: {message.id!r}" for error in written.check(kept)]
    return found


def _empty(language: str | None) -> Catalog:
    return Catalog(
        locale=language,
        project="Safeconduct",
        version="1",
        header_comment="# What Safeconduct says to people; see config/words.py.",
        last_translator="those named in the history",
        language_team="Safeconduct",
        msgid_bugs_address="see CONTRIBUTING.md",
        charset="utf-8",
        fuzzy=False,
    )


def _sources() -> Iterator[Path]:
    for room in _ROOMS:
        for path in sorted((env.ROOT / room).rglob("*")):
            templates = "templates" in path.parts and path.suffix in {".html", ".txt"}
            if "migrations" not in path.parts and (path.suffix == ".py" or templates):
                yield path


def _sentences(path: Path) -> "Iterator[tuple[int, MessageId, list[str], str | None]]":
    text, method = path.read_text(), "python"
    if path.suffix != ".py":
        text, method = _as_script(text, str(path)), "javascript"
    yield from extract(
        method,
        io.BytesIO(text.encode()),
        keywords=_KEYWORDS,
        comment_tags=("Translators:",),
        options={"encoding": "utf-8"},
    )


def _as_script(template: str, origin: str) -> str:
    # Blanks between its calls make no valid Python; the lexer for scripts does not mind.
    from django.conf import settings  # noqa: PLC0415 -- templatize asks the settings
    from django.utils.translation.template import templatize  # noqa: PLC0415 -- as above

    if not settings.configured:
        settings.configure()
    return templatize(template, origin=origin)


def _spoken(catalog: Catalog) -> Catalog:
    """The catalogue without what is not translated yet.

    Babel writes a plural that lacks a translation as its English singular, for every
    number. Left out, Django says it in English as it is.
    """
    for message in list(catalog):
        if message.id and not _complete(message):
            catalog.delete(message.id, message.context)
    return catalog


def _say_as_written(catalog: Catalog) -> None:
    for message in catalog:
        if message.id and not _complete(message):
            message.string = message.id


def _complete(message: Message) -> bool:
    written = message.string
    if not written or isinstance(written, str):
        return bool(written)
    return all(written)


def _po(language: str, folder: Path = LOCALE) -> Path:
    return folder / language / "LC_MESSAGES/django.po"


def _begin(language: str) -> None:
    from config import new_language  # noqa: PLC0415 -- it is made of this module

    for path in new_language.begin(language):
        print(f"made  {path.relative_to(env.ROOT)}")
    _say_what_is_left(language)


def _say_what_is_left(language: str) -> None:
    from config import new_language  # noqa: PLC0415 -- as above

    for line in new_language.left(language) or ["Nothing is left."]:
        print(f"left  {line}")


if __name__ == "__main__":
    commands: dict[str, Callable[..., None]] = {
        "update": update,
        "compile": compile_all,
        "new": _begin,
        "left": _say_what_is_left,
    }
    commands[sys.argv[1]](*sys.argv[2:])
