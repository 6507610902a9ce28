"""Advice for the demonstration, by the same actions officers use; never in a real installation."""

import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.kernel.languages import COMPLETE
from safeconduct.ground.places.models import City, Country
from safeconduct.readiness.advice import rules
from safeconduct.readiness.advice.actions.approvals import approve_edition, submit_edition
from safeconduct.readiness.advice.actions.drafts import (
    set_review,
    start_edition,
    write_level,
    write_section,
)
from safeconduct.readiness.advice.models import Edition
from safeconduct.readiness.advice.terms import Area, AreaKind, SectionName, Words

_FILE: Final = Path(__file__).resolve().parent.parent / "data/demo.toml"
# Days ago: what holds, and what nobody has read again in time.
_RECENT, _LONG_AGO, _SHORT_REVIEW = 21, 300, 180


class DemoRefusedError(Refusal):
    """Made-up advice was asked for where people might travel by it."""


def seed_demo(*, author: Actor, approver: Actor, now: datetime) -> int:
    """Put the demonstration's advice in force; how many countries were without and have it now.

    :raises DemoRefusedError: unless this installation runs in demo or test mode.
    """
    if settings.MODE not in {"demo", "test"}:
        raise DemoRefusedError(_("Made-up advice belongs to the demonstration only."))
    told = tomllib.loads(_FILE.read_text("utf-8"))
    known = set(Country.objects.values_list("code", flat=True))
    done = set(Edition.objects.values_list("country_id", flat=True))
    wanted = [code for code in told["country"] if code in known - done]
    for code in wanted:
        _seed(code, told, author=author, approver=approver, now=now)
    return len(wanted)


def _seed(
    code: str, told: Mapping[str, Any], *, author: Actor, approver: Actor, now: datetime
) -> None:
    country = told["country"][code]
    is_late = country.get("lapsed", False)
    at = now - timedelta(days=_LONG_AGO if is_late else _RECENT)
    edition = start_edition(country=code, now=at, actor=author)
    Edition.objects.filter(pk=edition.pk).update(is_demo=True)
    writing = _Writing(edition.pk, at, author)
    for place, area in _places(code, country):
        said = {language: _words(place[language], told, place, language) for language in COMPLETE}
        writing.level(place["level"], area, said)
    for name, bodies in _sections(country, told).items():
        writing.section(name, bodies)
    levels = [place["level"] for place, _area in _places(code, country)]
    usual = rules.usual_review(levels, today=at.date())
    late = at.date() + timedelta(days=_SHORT_REVIEW)
    writing.review(late if is_late else usual)
    submit_edition(edition_id=edition.pk, version=writing.version, now=at, actor=author)
    approve_edition(edition_id=edition.pk, version=writing.version, now=at, actor=approver)


class _Writing:
    """An edition being written by one officer, step by step."""

    def __init__(self, edition_id: int, at: datetime, author: Actor) -> None:
        self.version = 1
        self._always: dict[str, Any] = {"edition_id": edition_id, "now": at, "actor": author}

    def level(self, level: int, area: Area, words: dict[str, Words]) -> None:
        write_level(
            version=self._next(), text_id=None, level=level, area=area, words=words, **self._always
        )

    def section(self, name: SectionName, bodies: dict[str, str]) -> None:
        write_section(version=self._next(), name=name, bodies=bodies, **self._always)

    def review(self, review_on: Any) -> None:  # noqa: ANN401 -- a date
        set_review(version=self._next(), review_on=review_on, news={}, **self._always)

    def _next(self) -> int:
        self.version += 1
        return self.version - 1


def _places(code: str, country: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], Area]]:
    found = [(country, Area())]
    for area in country.get("area", []):
        rows = City.objects.filter(country_id=code, name__in=area["cities"])
        # Several places may bear the name: the largest is meant.
        largest = {name: pk for pk, name in rows.order_by("population").values_list("pk", "name")}
        cities = sorted(largest.values())
        if cities:
            km = float(area["km"])
            found.append((area, Area(AreaKind.CITIES, area["names"], cities, km)))
    return found


def _words(
    said: Mapping[str, str], told: Mapping[str, Any], place: Mapping[str, Any], language: str
) -> Words:
    do = told["do"][str(place["level"])][language]
    return Words(said["headline"], said["why"], do.strip(), said["short"])


def _sections(
    country: Mapping[str, Any], told: Mapping[str, Any]
) -> dict[SectionName, dict[str, str]]:
    found = {SectionName(name): dict(said) for name, said in told["section"].items()}
    hazards = [told["hazard"][name] for name in country["hazards"]]
    found[SectionName.HAZARDS] = {
        language: "\n".join(f"- {hazard[language]}" for hazard in hazards) for language in COMPLETE
    }
    return found
