"""A level text for whoever speaks by another channel: an alert, a caller, the press."""

from dataclasses import dataclass
from datetime import date

from safeconduct.ground.kernel.geometry import CellRanges
from safeconduct.ground.missions.queries import nearest_posts
from safeconduct.ground.places.models import Country
from safeconduct.readiness.advice import rules
from safeconduct.readiness.advice.engine.area import common
from safeconduct.readiness.advice.engine.wording import Rendering
from safeconduct.readiness.advice.models import LevelText
from safeconduct.readiness.advice.queries import renderings_of
from safeconduct.readiness.advice.rules import Standing
from safeconduct.readiness.advice.terms import AreaKind, EditionState


@dataclass(frozen=True, slots=True)
class Origin:
    """Which approved text something was made from, and what has become of that text since."""

    text_id: int
    edition_id: int
    country: str
    number: int
    level: int
    review_on: date | None
    standing: Standing

    @property
    def is_in_force(self) -> bool:
        return self.standing is Standing.IN_FORCE


def approved_text(text_id: int) -> LevelText | None:
    """A level text somebody approved, in force or not any more; None for a draft's."""
    rows = LevelText.objects.select_related("edition").prefetch_related("words")
    return rows.filter(pk=text_id, edition__number__isnull=False).first()


def origin_of(text: LevelText, *, today: date) -> Origin:
    edition = text.edition
    return Origin(
        text_id=text.pk,
        edition_id=edition.pk,
        country=edition.country_id,
        number=edition.number or 0,
        level=text.level,
        review_on=edition.review_on,
        standing=rules.standing_of(EditionState(edition.state), edition.review_on, today=today),
    )


def spoken(text: LevelText) -> dict[str, Rendering]:
    """Everything that is said of an approved level text, by language."""
    if text.edition.approved_at is None:
        raise ValueError(f"{text} was never approved: nobody may speak from it.")
    near = nearest_posts(country=text.edition.country_id, limit=1)
    phone = near[0].post.emergency_number if near else ""
    on = text.edition.approved_at.date()
    return {one.language: one for one in renderings_of(text, on=on, phone=phone)}


def cells_within(text: LevelText) -> CellRanges:
    """Where an area's level holds: the area as far as it lies in its country.

    A circle around a border town reaches into the neighbour's land, where other advice
    holds. None for a whole country, and all of the area where we hold no outline.
    """
    if text.kind == AreaKind.COUNTRY:
        return CellRanges([], [])
    land = Country.objects.get(pk=text.edition.country_id)
    area = (text.cells_from, text.cells_until)
    inside = common(area, (land.cells_from, land.cells_until)) if land.cells_from else area
    return CellRanges(*(inside if inside[0] else area))
