"""Texts that are live for one place and do not agree: found by rule, judged by an officer."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import combinations

from django.utils.translation import gettext_lazy as _

from safeconduct.ground.kernel.languages import COMPLETE, in_words
from safeconduct.readiness.advice.engine import wording
from safeconduct.readiness.advice.engine.area import overlap
from safeconduct.readiness.advice.engine.clashes import (
    Contradiction,
    against_each_other,
    against_level,
)
from safeconduct.readiness.advice.engine.witnesses import Said
from safeconduct.readiness.advice.models import Edition, LevelText
from safeconduct.readiness.advice.terms import AreaKind, Level, Words

# Two areas whose levels differ so much leave their reader in danger of obeying the wrong one.
_FAR_APART = 2


def contradictions_in(edition: Edition, said: Iterable[Said], language: str) -> list[Contradiction]:
    """Everything in an edition that disagrees with itself or with others, the dangerous first."""
    texts = list(edition.levels.all())
    heard = [one for one in said if one.country == edition.country_id]
    found = [
        *_overlaps(texts, edition.country_id, language),
        *(one for each in heard for one in against_level(texts, each)),
        *against_each_other(heard),
        *_wrong_words(texts, edition.country_id, language),
        *_old_words(texts, edition.country_id, language),
    ]
    return sorted(found, key=lambda one: not one.is_dangerous)


def _overlaps(texts: list[LevelText], country: str, language: str) -> Iterator[Contradiction]:
    areas = [text for text in texts if text.kind != AreaKind.COUNTRY]
    for one, other in combinations(areas, 2):
        if one.level != other.level and overlap(_runs(one), _runs(other)):
            yield Contradiction(
                country,
                _("Two areas overlap and have different levels: whoever is in both cannot obey."),
                f"{_named(one, language)} / {_named(other, language)}",
                is_dangerous=abs(one.level - other.level) >= _FAR_APART,
            )


def _wrong_words(texts: list[LevelText], country: str, language: str) -> Iterator[Contradiction]:
    for text in texts:
        tone = "leave" if text.level == Level.USUAL else "calm" if text.level >= 3 else ""
        for row in text.words.all() if tone else ():
            words = Words(row.headline, row.why, row.do, row.short)
            if phrases := wording.tells(words, row.language, tone):
                yield Contradiction(
                    country,
                    _("The words do not fit the level."),
                    f"{_named(text, language)} ({row.language}): “{phrases[0]}”",
                    is_dangerous=True,
                )


def _old_words(texts: list[LevelText], country: str, language: str) -> Iterator[Contradiction]:
    """A language that stayed behind when the others were written anew."""
    for text in texts:
        dates = {row.language: row.since for row in text.words.all()}
        newest = max((dates[code] for code in COMPLETE if code in dates), default=None)
        behind = sorted(code for code, since in dates.items() if newest and _older(since, newest))
        if behind:
            yield Contradiction(
                country,
                _("These languages were not written anew with the others:"),
                f"{_named(text, language)}: {', '.join(behind)}",
                is_dangerous=text.level >= Level.ESSENTIAL,
            )


def _older(since: datetime, newest: datetime) -> bool:
    return since.date() < newest.date()


def _runs(text: LevelText) -> tuple[list[int], list[int]]:
    return text.cells_from, text.cells_until


def _named(text: LevelText, language: str) -> str:
    return in_words(text.names, language) if text.kind != AreaKind.COUNTRY else str(_("Country"))
