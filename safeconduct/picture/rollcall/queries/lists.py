"""Whom to look for first: lists with a total order, paged by the last row seen."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.kernel.errors import Refusal
from safeconduct.picture.rollcall.models import Standing

PAGE: Final = 50
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class PageLostError(Refusal):
    """The mark of a page is not one of ours."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What an officer narrowed a list to; ``countries`` is what they may see at all."""

    countries: frozenset[str] | None
    country: str = ""
    post_id: int | None = None
    cell: int | None = None
    # Tenths of MMI.
    intensity_from: int | None = None
    reachable: bool | None = None
    conflict: bool = False
    unclaimed: bool = False
    claimed_by: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in order; ``after`` marks where the next page begins, empty on the last."""

    rows: list[Standing]
    after: str


def needs_help(incident_id: int, filters: Filters, *, after: str = "", limit: int = PAGE) -> Page:
    """Open calls for help, the longest waiting first."""
    found = _narrowed(incident_id, filters).filter(help_open=True)
    if after:
        called, person_id = _marks(after, 2)
        called_at = _EPOCH + timedelta(microseconds=called)
        found = found.filter(
            Q(called_at__gt=called_at) | Q(called_at=called_at, person_id__gt=person_id)
        )
    rows = list(found.order_by("called_at", "person_id")[: limit + 1])
    return _page(rows, limit, lambda row: (_microseconds(row.called_at), row.person_id))


def not_heard_from(
    incident_id: int,
    filters: Filters,
    *,
    since_round: int | None = None,
    after: str = "",
    limit: int = PAGE,
) -> Page:
    """People silent since their own last question, or since a round that is named.

    The strongest shaking comes first, then the most vulnerable, then the oldest
    record.
    """
    ordered = longest_silent(incident_id, filters, since_round=since_round, after=after)
    return _page(list(ordered[: limit + 1]), limit, silent_mark)


def longest_silent(
    incident_id: int, filters: Filters, *, since_round: int | None = None, after: str = ""
) -> QuerySet[Standing]:
    """The same people in their order, from the mark of a page on.

    :raises PageLostError: if the mark is none of ours.
    """
    found = _narrowed(incident_id, filters).filter(
        asked_round__gte=max(since_round or 1, 1),
        heard_round__lt=F("asked_round") if since_round is None else since_round,
    )
    if after:
        found = found.filter(_beyond(*_marks(after, 4)))
    return found.order_by(
        F("intensity").desc(), F("vulnerability").desc(), "record_at", "person_id"
    )


def silent_mark(row: Standing) -> tuple[int, ...]:
    """The place of somebody in that order."""
    return (row.intensity, row.vulnerability, _microseconds(row.record_at), row.person_id)


def in_conflict(incident_id: int, filters: Filters, *, after: str = "", limit: int = PAGE) -> Page:
    """People of whom witnesses disagree, or whose "safe" stands beside an open call."""
    found = _narrowed(incident_id, filters).filter(conflict=True)
    if after:
        (person_id,) = _marks(after, 1)
        found = found.filter(person_id__gt=person_id)
    rows = list(found.order_by("person_id")[: limit + 1])
    return _page(rows, limit, lambda row: (row.person_id,))


def _narrowed(incident_id: int, filters: Filters) -> QuerySet[Standing]:
    countries = None if filters.countries is None else sorted(filters.countries)
    narrowing = {
        "country": filters.country or None,
        "country__in": countries,
        "post_id": filters.post_id,
        "cell": filters.cell,
        "intensity__gte": filters.intensity_from,
        "reachable": filters.reachable,
        "conflict": filters.conflict or None,
        "claimed_by": filters.claimed_by,
        "claimed_by__isnull": filters.unclaimed or None,
    }
    wanted = {name: value for name, value in narrowing.items() if value is not None}
    return Standing.objects.filter(incident_id=incident_id, **wanted)


def _beyond(intensity: int, vulnerability: int, record: int, person_id: int) -> Q:
    record_at = _EPOCH + timedelta(microseconds=record)
    later = Q(record_at__gt=record_at) | Q(record_at=record_at, person_id__gt=person_id)
    within = Q(vulnerability__lt=vulnerability) | (Q(vulnerability=vulnerability) & later)
    # The first condition is what lets the index begin where the last page ended.
    return Q(intensity__lte=intensity) & (Q(intensity__lt=intensity) | within)


def _page(rows: list[Standing], limit: int, mark: Callable[[Standing], tuple[int, ...]]) -> Page:
    more = len(rows) > limit
    rows = rows[:limit]
    return Page(rows, written(mark(rows[-1])) if more else "")


def written(mark: tuple[int, ...]) -> str:
    """A mark as it stands in an address."""
    return ".".join(map(str, mark))


def _marks(after: str, count: int) -> list[int]:
    try:
        marks = [int(mark) for mark in after.split(".")]
        if len(marks) == count and all(abs(mark) < 1 << 62 for mark in marks):
            return marks
    except ValueError:
        pass
    raise PageLostError(_("This page of the list is gone. Open the list again."))


def _microseconds(instant: datetime | None) -> int:
    return ((instant or _EPOCH) - _EPOCH) // timedelta(microseconds=1)
