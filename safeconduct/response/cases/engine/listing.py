"""Which requests officers see, and how they narrow them."""

from dataclasses import dataclass
from typing import Final

from django.db.models import Q, QuerySet

from safeconduct.picture.incidents.queries import incidents_called, incidents_in
from safeconduct.response.cases.models import Call, Case
from safeconduct.response.cases.queries import cases_at

# More than anybody chooses from; older ones are found by a request's reference.
_MOST_INCIDENTS: Final = 100
# Digits of what no table counts to.
_LONGEST_NUMBER: Final = 19


@dataclass(frozen=True, slots=True)
class Filters:
    """What an officer narrowed the list to."""

    mine: bool = False
    unowned: bool = False
    post_id: int | None = None
    closed: bool = False
    reference: str = ""
    # 0 is no incident at all.
    incident_id: int | None = None


def listed(
    posts: frozenset[int] | None, filters: Filters | None, *, officer_id: int
) -> QuerySet[Case]:
    """Requests in their order: the most urgent first, of those the longest waiting.

    None for what was asked and cannot be had: instead of it everybody's would be read in vain.
    """
    if filters is None:
        return Case.objects.none()
    rows = cases_at(posts).filter(closed_at__isnull=not filters.closed)
    if filters.mine:
        rows = rows.filter(owner_id=officer_id)
    if filters.unowned:
        rows = rows.filter(owner_id=None)
    if filters.post_id is not None:
        rows = rows.filter(post_id=filters.post_id or None)
    if filters.reference:
        rows = rows.filter(reference=as_reference(filters.reference))
    if filters.incident_id is not None:
        rows = rows.filter(_of_incident(filters.incident_id))
    order = ["-closed_at", "-id"] if filters.closed else ["urgency", "received_at", "id"]
    return rows.order_by(*order)


def _of_incident(incident_id: int) -> Q:
    """Opened in it, or answering a call for help of it; 0 is none."""
    if not incident_id:
        return Q(incident_id=None) & ~Q(pk__in=Call.objects.values("case_id"))
    called = Call.objects.filter(incident_id=incident_id).values("case_id")
    return Q(incident_id=incident_id) | Q(pk__in=called)


def incidents_of(
    posts: frozenset[int] | None, countries: frozenset[str] | None, *, asked: str = ""
) -> list[tuple[int, str]]:
    """Incidents in these countries that requests of these posts are of, the latest first.

    Before them the one that was ``asked`` for by its number, if it is in these countries: a board
    leads here while its incident has no request yet.
    """
    theirs = cases_at(posts).order_by()
    called = Call.objects.filter(case__in=theirs).values("incident_id")
    held = Q(pk__in=theirs.values("incident_id")) | Q(pk__in=called)
    theirs_to_see = incidents_in(countries).values_list("pk", flat=True)
    found = list(theirs_to_see.filter(held)[:_MOST_INCIDENTS])
    if asked.isdecimal() and len(asked) < _LONGEST_NUMBER and int(asked) not in found:
        found = [*theirs_to_see.filter(pk=int(asked)), *found]
    names = incidents_called(found)
    return [(pk, names[pk]) for pk in found]


def as_reference(said: str) -> str:
    """A reference as somebody says it on the telephone: o for 0, l for 1, any spaces."""
    plain = "".join(said.upper().split()).replace("-", "")
    plain = plain.replace("O", "0").replace("I", "1").replace("L", "1")
    return f"{plain[:4]}-{plain[4:8]}"
