"""Advice for people to read: what holds now, what held before, what waits for whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.languages import COMPLETE, fallbacks, in_words
from safeconduct.ground.places.models import City
from safeconduct.ground.places.queries import country_name
from safeconduct.readiness.advice import rules
from safeconduct.readiness.advice.engine import wording
from safeconduct.readiness.advice.engine.wording import LevelName, Rendering, Surroundings
from safeconduct.readiness.advice.models import Edition, LevelText, LevelWords
from safeconduct.readiness.advice.terms import AreaKind, EditionState, SectionName, Words


@dataclass(frozen=True, slots=True)
class LevelShown:
    """A level text in the reader's language, or the next best: ``language`` says which."""

    text_id: int
    level: LevelName
    kind: str
    place: str
    cities: list[str]
    words: Words
    language: str
    since: datetime | None

    @property
    def is_country(self) -> bool:
        return self.kind == AreaKind.COUNTRY


@dataclass(frozen=True, slots=True)
class SectionShown:
    name: str
    label: str
    body: str
    language: str


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One approved edition: its number, day, and what it did to the levels."""

    number: int
    approved_at: datetime
    change: str
    levels: list[tuple[str, LevelName]]
    news: str


@dataclass(frozen=True, slots=True)
class Page:
    """What holds for a country now, in one language."""

    country: str
    name: str
    number: int
    approved_at: datetime
    review_on: date | None
    has_lapsed: bool
    is_demo: bool
    news: str
    whole: LevelShown
    areas: list[LevelShown]
    sections: list[SectionShown]

    @property
    def languages(self) -> set[str]:
        """Languages its texts are shown in; more than one where something is not translated."""
        levels = {part.language for part in (self.whole, *self.areas)}
        return levels | {part.language for part in self.sections}


@dataclass(frozen=True, slots=True)
class BriefArea:
    """An area whose level is another than the country's."""

    name: str
    level: int
    level_name: str
    headline: str


@dataclass(frozen=True, slots=True)
class Brief:
    """The advice for a country in a few lines, for a first screen.

    ``language`` is the one headline and summary are written in, which may be the next
    best; ``review_on`` has passed where ``has_lapsed``; ``url`` is a path of ours.
    """

    country: str
    country_name: str
    level: int
    level_name: str
    means: str
    headline: str
    summary: str
    steps: list[str]
    areas: list[BriefArea]
    language: str
    approved_at: datetime
    review_on: date | None
    has_lapsed: bool
    url: str


def brief_of(country_code: str, language: str, *, now: datetime | None = None) -> Brief | None:
    """The advice in force for a country; None where the ministry has none."""
    page = page_of(country_code, language, now=now or clock.now())
    if page is None:
        return None
    whole = page.whole
    return Brief(
        country=page.country,
        country_name=page.name,
        level=whole.level.level,
        level_name=whole.level.name,
        means=whole.level.means,
        headline=whole.words.headline,
        summary=whole.words.why.strip().split("\n\n")[0],
        steps=whole.words.steps,
        areas=[
            BriefArea(area.place, area.level.level, area.level.name, area.words.headline)
            for area in page.areas
        ],
        language=whole.language,
        approved_at=page.approved_at,
        review_on=page.review_on,
        has_lapsed=page.has_lapsed,
        url=reverse("public_advice:country", args=[language, page.country]),
    )


def live_edition(country_code: str) -> Edition | None:
    return _whole(Edition.objects.filter(country_id=country_code, state=EditionState.LIVE)).first()


def page_of(country_code: str, language: str, *, now: datetime) -> Page | None:
    """What the public reads about a country now; None where there is no advice."""
    edition = live_edition(country_code)
    return shown(edition, language, now=now) if edition else None


def shown(edition: Edition, language: str, *, now: datetime) -> Page | None:
    """An edition as a page, whatever its state; None while it has no level for the country."""
    names = _city_names(edition, language)
    levels = [_level_shown(text, language, names) for text in edition.levels.all()]
    whole = next((level for level in levels if level.is_country), None)
    if whole is None:
        return None
    return Page(
        country=edition.country_id,
        name=country_name(edition.country_id, language),
        number=edition.number or 0,
        approved_at=edition.approved_at or now,
        review_on=edition.review_on,
        has_lapsed=rules.has_lapsed(edition.review_on, today=now.date()),
        is_demo=edition.is_demo,
        news=in_words(edition.news, language),
        whole=whole,
        areas=sorted(
            (level for level in levels if not level.is_country),
            key=lambda level: -level.level.level,
        ),
        sections=sections_shown(edition, language),
    )


def sections_shown(edition: Edition, language: str) -> list[SectionShown]:
    """The sections that are written, in the order of the page."""
    bodies: dict[str, dict[str, str]] = {}
    for section in edition.sections.all():
        bodies.setdefault(section.name, {})[section.language] = section.body
    found = []
    for name in SectionName:
        if written := bodies.get(name):
            best = best_of(written, language)
            found.append(SectionShown(name, str(name.label), written[best], best))
    return found


def best_of(written: Iterable[str], language: str) -> str:
    """The declared next best of the languages something is written in."""
    there = sorted(written)
    return next((code for code in fallbacks(language) if code in there), there[0])


def words_of(text: LevelText) -> dict[str, Words]:
    return {row.language: as_words(row) for row in text.words.all()}


def as_words(row: LevelWords) -> Words:
    return Words(row.headline, row.why, row.do, row.short)


def place_of(text: LevelText, language: str) -> str:
    """What a level text's place is called: the country, or the area and the country."""
    country = country_name(text.edition.country_id, language)
    if text.kind == AreaKind.COUNTRY:
        return country
    return f"{in_words(text.names, language)}, {country}"


def renderings_of(text: LevelText, *, on: date, phone: str = "") -> list[Rendering]:
    """Every rendering of a level text, in each language it is written in."""
    code, found = text.edition.country_id, []
    for language, words in sorted(words_of(text).items()):
        around = Surroundings(
            place=place_of(text, language),
            level=text.level,
            on=on,
            url=settings.PUBLIC_URL + reverse("public_advice:country", args=[language, code]),
            phone=phone,
        )
        found.append(wording.rendering(words, around, language))
    # The complete ones first, as everywhere.
    return sorted(found, key=lambda one: (one.language not in COMPLETE, one.language))


def history_of(country_code: str, language: str) -> list[HistoryLine]:
    """All approved editions, the latest first; public, since advice that changed must say so."""
    rows = Edition.objects.filter(country_id=country_code, number__isnull=False)
    return [
        HistoryLine(
            number=edition.number or 0,
            approved_at=edition.approved_at or edition.created_at,
            change=edition.change,
            levels=[
                (in_words(text.names, language), wording.level_name(text.level, language))
                for text in edition.levels.all()
            ],
            news=in_words(edition.news, language),
        )
        for edition in rows.order_by("-number").prefetch_related("levels")
    ]


@dataclass(frozen=True, slots=True)
class Listed:
    """A country's advice as a line of a list."""

    country: str
    name: str
    level: LevelName
    highest: int
    headline: str
    language: str
    approved_at: datetime
    review_on: date | None
    has_lapsed: bool
    is_due_soon: bool


def listed(language: str, *, now: datetime) -> list[Listed]:
    """Every country there is advice for, by name in the reader's language (unsorted alphabets
    are for the page: names come back as they are)."""
    rows = _whole(Edition.objects.filter(state=EditionState.LIVE))
    found = [line for edition in rows if (line := _listed(edition, language, now))]
    return sorted(found, key=lambda line: line.name)


def levels_in_force() -> dict[str, int]:
    """The level in force for the whole of each country there is advice for."""
    rows = LevelText.objects.filter(edition__state=EditionState.LIVE, kind=AreaKind.COUNTRY)
    return dict(rows.values_list("edition__country_id", "level"))


def reviews_due(countries: frozenset[str] | None, *, today: date) -> tuple[int, int]:
    """How many countries' reviews (None: of all) are overdue, and how many are due soon."""
    days = [one.review_on for one in editions_in(countries, EditionState.LIVE)]
    overdue = sum(rules.has_lapsed(day, today=today) for day in days)
    return overdue, sum(rules.is_due_soon(day, today=today) for day in days)


def open_edition(country_code: str) -> Edition | None:
    """The edition somebody is writing, or that waits for approval."""
    states = [EditionState.DRAFT, EditionState.SUBMITTED]
    return Edition.objects.filter(country_id=country_code, state__in=states).first()


def editions_in(countries: frozenset[str] | None, *states: EditionState) -> QuerySet[Edition]:
    """Editions of these states for these countries (None: all), by country."""
    rows = _whole(Edition.objects.filter(state__in=states)).order_by("country_id", "id")
    return rows if countries is None else rows.filter(country_id__in=sorted(countries))


def candidate_of(edition: Edition) -> rules.Candidate:
    """An edition as the rules of approval look at it."""
    sections: dict[str, set[str]] = {}
    for name, language in edition.sections.values_list("name", "language"):
        sections.setdefault(name, set()).add(language)
    return rules.Candidate(
        state=EditionState(edition.state),
        writers=frozenset(edition.writers),
        levels=[
            rules.LevelIn(text.level, AreaKind(text.kind), text.names, words_of(text))
            for text in edition.levels.prefetch_related("words")
        ],
        sections={name: frozenset(written) for name, written in sections.items()},
        review_on=edition.review_on,
    )


def levels_by_place(edition: Edition) -> dict[str, int]:
    """Levels by the area's name as it is stored first; the whole country under the empty one."""
    return {
        in_words(text.names, "en") if text.kind != AreaKind.COUNTRY else "": text.level
        for text in edition.levels.all()
    }


def _whole(rows: QuerySet[Edition]) -> QuerySet[Edition]:
    return rows.prefetch_related("levels__words", "sections")


def _listed(edition: Edition, language: str, now: datetime) -> Listed | None:
    levels = list(edition.levels.all())
    whole = next((text for text in levels if text.kind == AreaKind.COUNTRY), None)
    if whole is None or edition.approved_at is None:
        return None
    words = words_of(whole)
    best = best_of(words, language)
    return Listed(
        country=edition.country_id,
        name=country_name(edition.country_id, language),
        level=wording.level_name(whole.level, language),
        highest=max(text.level for text in levels),
        headline=words[best].headline,
        language=best,
        approved_at=edition.approved_at,
        review_on=edition.review_on,
        has_lapsed=rules.has_lapsed(edition.review_on, today=now.date()),
        is_due_soon=rules.is_due_soon(edition.review_on, today=now.date()),
    )


def _level_shown(text: LevelText, language: str, names: dict[int, str]) -> LevelShown:
    rows = {row.language: row for row in text.words.all()}
    best = best_of(rows, language) if rows else ""
    row = rows.get(best)
    return LevelShown(
        text_id=text.pk,
        level=wording.level_name(text.level, language),
        kind=text.kind,
        place=in_words(text.names, language),
        cities=[names[city] for city in text.city_ids if city in names],
        words=as_words(row) if row else Words("", "", "", ""),
        language=best,
        since=row.since if row else None,
    )


def _city_names(edition: Edition, language: str) -> dict[int, str]:
    wanted = {city for text in edition.levels.all() for city in text.city_ids}
    if not wanted:
        return {}
    rows = City.objects.filter(pk__in=wanted).only("name", "names")
    return {city.pk: city.names.get(language) or city.name for city in rows}
