"""Which incidents there are, and what has happened in one."""

from collections.abc import Collection

from django.db.models import F, Q, QuerySet
from django.utils.translation import get_language

from safeconduct.ground.kernel.languages import in_words
from safeconduct.picture.incidents.models import Incident, LogEntry


def incidents_in(countries: frozenset[str] | None) -> QuerySet[Incident]:
    """Open ones first, then the latest; those of these countries, or all for None."""
    running_first = F("closed_at").desc(nulls_first=True)
    rows = Incident.objects.order_by(running_first, "-opened_at", "-id")
    return rows if countries is None else rows.filter(countries__overlap=sorted(countries))


def open_incidents(countries: frozenset[str] | None, *, exercise: bool) -> QuerySet[Incident]:
    return incidents_in(countries).filter(closed_at=None, exercise=exercise)


def open_incident_of_signal(signal_id: int, *, exercise: bool) -> Incident | None:
    """The incident that was opened for a signal and still runs."""
    rows = Incident.objects.filter(signal_id=signal_id, closed_at=None, exercise=exercise)
    return rows.order_by("id").first()


def incidents_called(ids: Collection[int] | None = None) -> dict[int, str]:
    """What incidents are called in the reader's language: all of them, or these."""
    rows = Incident.objects.order_by("pk")
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    language = get_language() or "en"
    return {one.pk: in_words(one.names, language) or one.name for one in rows}


def log_of(incident_id: int, *, before: int | None = None, limit: int = 50) -> list[LogEntry]:
    """Lines of the log, the latest first; those older than line ``before`` where it is given."""
    rows = LogEntry.objects.filter(incident_id=incident_id)
    if mark := rows.filter(pk=before).first() if before else None:
        rows = rows.filter(Q(at__lt=mark.at) | Q(at=mark.at, pk__lt=mark.pk))
    return list(rows.order_by("-at", "-id")[:limit])
