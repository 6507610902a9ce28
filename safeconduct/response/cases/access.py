"""The only ways from an address to a request: an officer's post, or the link of its sender."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import Http404

from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.kernel import tokens
from safeconduct.ground.missions.access import posts_of
from safeconduct.response.cases import queries
from safeconduct.response.cases.models import Case, Photo, Report, Unread
from safeconduct.response.cases.terms import LINK_PURPOSE, VIEW, WORK
from safeconduct.wires.intake.models import RawReport
from safeconduct.wires.intake.terms import REPORT_LINK


class RequestNotOpenError(Exception):
    """The link is forged, too old, or what it led to is gone: the reader is told the same."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What a link leads to: a request, or a report that became none or is still on its way."""

    case: Case | None
    report: Report | None = None
    key: UUID | None = None
    # No machine could file it: an officer reads it, or has.
    unread: Unread | None = None


def case_for(case_id: int, *, officer: Officer, permission: str = VIEW) -> Case:
    """A request of the officer's posts.

    :raises Http404: where there is none, or none for this officer.
    """
    found = queries.cases_at(posts_of(officer, permission)).filter(pk=case_id).first()
    if found is None:
        raise Http404
    return found


def photo_for(photo_id: int, *, officer: Officer) -> Photo:
    """A photo of such a request.

    :raises Http404: where there is none, or none for this officer.
    """
    cases = queries.cases_at(posts_of(officer, VIEW))
    found = Photo.objects.filter(pk=photo_id, case__in=cases).select_related("case").first()
    if found is None:
        raise Http404
    return found


def unread_for(unread_id: int, *, officer: Officer) -> Unread:
    """A report nobody could file. It names no country: those who see all requests read it.

    :raises Http404: where there is none, or none for this officer.
    """
    found = None
    if posts_of(officer, WORK) is None:
        found = Unread.objects.filter(pk=unread_id, settled_at=None).first()
    if found is None:
        raise Http404
    return found


def followed(token: str, *, now: datetime) -> Followed:
    """What the link of a notice or of a report leads to.

    :raises RequestNotOpenError: if it opens nothing.
    """
    try:
        link = tokens.read(token, purpose=LINK_PURPOSE)
    except tokens.LinkRefusedError:
        return _of_report(token)
    case = Case.objects.filter(pk=link.subject_id).first()
    if case is None or link.expired(now):
        raise RequestNotOpenError
    return Followed(case)


def _of_report(token: str) -> Followed:
    keys = tokens.unveiled(token, purpose=REPORT_LINK)
    report = Report.objects.filter(key__in=keys).select_related("case").first()
    if report is not None:
        return Followed(report.case, report, report.key)
    unread = Unread.objects.filter(key__in=keys).order_by("settled_at").first()
    if unread is not None:
        return Followed(None, None, unread.key, unread)
    # Kept by the door, and not yet filed: a matter of seconds.
    lying = RawReport.objects.filter(key__in=keys).values_list("key", flat=True).first()
    if lying is None:
        raise RequestNotOpenError
    return Followed(None, None, lying)
