"""Reports nobody could file, and what is forgotten when."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.audit import actions as audit
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.privacy.forgotten import forget_subjects
from safeconduct.response.cases.actions.opening import Draft, note, open_or_add
from safeconduct.response.cases.models import Case, Message, NoticeBatch, Photo, Report, Unread
from safeconduct.response.cases.terms import KEPT, UNREAD_KEPT, Deed, Settled, Way
from safeconduct.wires.intake.engine.reported import reference_of
from safeconduct.wires.intake.models import HelpWords

# Words of a text whose call came to nothing wait for nobody after a week.
_WORDS_KEPT: Final = timedelta(days=7)


class SettledAlreadyError(Refusal):
    """Another officer has settled the report."""


@transaction.atomic
def open_unread(*, unread_id: int, words: str, now: datetime, actor: Actor) -> Case:
    """Open a request with what can be read of a report that could not be filed.

    :raises SettledAlreadyError: if somebody was quicker.
    """
    unread = _unsettled(unread_id)
    draft = Draft(
        way=Way.APP,
        reference=reference_of(unread.key),
        stated_at=unread.received_at,
        received_at=unread.received_at,
        language="en",
        words=words,
    )
    report = Report.objects.filter(key=unread.key).select_related("case").first()
    case = open_or_add(draft, known=report.case if report else None, now=now)
    if report is None:
        moment = unread.received_at
        Report.objects.create(key=unread.key, case=case, stated_at=moment, received_at=moment)
    _settle(unread, Settled.OPENED, now, actor)
    return case


@transaction.atomic
def dismiss_unread(*, unread_id: int, now: datetime, actor: Actor) -> None:
    """Put a report away that says nothing we can act on.

    :raises SettledAlreadyError: if somebody was quicker.
    """
    _settle(_unsettled(unread_id), Settled.DISMISSED, now, actor)


@transaction.atomic
def note_call_closed(*, incident_id: int, person_id: int, now: datetime) -> None:
    """Say on a request that its call was closed on the board: it stays open itself."""
    found = Case.objects.filter(
        calls__incident_id=incident_id, calls__person_id=person_id, closed_at=None
    )
    for case in found:
        note(case, Deed.CALL_CLOSED, now)


@transaction.atomic
def forget_old_cases(now: datetime) -> int:
    """Shred what was said in requests closed 90 days ago; how many. Dates and outcome stay."""
    over = Q(settled_at__lt=now - KEPT) | Q(received_at__lt=now - UNREAD_KEPT)
    Unread.objects.filter(over).delete()
    HelpWords.objects.filter(received_at__lt=now - _WORDS_KEPT).delete()
    NoticeBatch.objects.filter(day__lt=(now - KEPT).date()).delete()
    Report.objects.filter(case=None, received_at__lt=now - KEPT).delete()
    closed = Case.objects.filter(closed_at__lt=now - KEPT, forgotten_at=None)
    ids = list(closed.order_by("pk").values_list("pk", flat=True)[:5000])
    forget_words(ids, now)
    return len(ids)


@transaction.atomic
def forget_people(*, person_ids: Sequence[int], now: datetime) -> None:
    """Forget the requests of people who left the registry; of an open one only whose it is.

    Whoever calls for help is not lost by deleting their record: the request keeps what it
    says itself until an officer ends it.
    """
    of_theirs = Case.objects.filter(people__overlap=list(person_ids))
    closed = of_theirs.filter(closed_at__isnull=False, forgotten_at=None)
    forget_words(list(closed.values_list("pk", flat=True)), now)
    gone = set(person_ids)
    for case in of_theirs.select_for_update():
        case.people = [person for person in case.people if person not in gone]
        if case.person_id in gone:
            case.person_id, case.party_id = None, None
        case.save(update_fields=["people", "person_id", "party_id"])


def open_for(person_ids: Sequence[int]) -> set[int]:
    """Those of these people who have an open request."""
    wanted = set(person_ids)
    found = Case.objects.filter(closed_at=None, people__overlap=list(wanted))
    return {person for people in found.values_list("people", flat=True) for person in people} & (
        wanted
    )


def forget_words(ids: Sequence[int], now: datetime) -> None:
    """Shred what was said in these requests, positions and photos too."""
    forget_subjects("case", ids)
    Message.objects.filter(case_id__in=ids).delete()
    Photo.objects.filter(case_id__in=ids).delete()
    Case.objects.filter(pk__in=ids).update(
        details=None, position=None, position_until=None, forgotten_at=now
    )


def _unsettled(unread_id: int) -> Unread:
    unread = Unread.objects.select_for_update().get(pk=unread_id)
    if unread.settled_at is not None:
        raise SettledAlreadyError(_("Somebody has settled this report already."))
    return unread


def _settle(unread: Unread, outcome: Settled, now: datetime, actor: Actor) -> None:
    unread.settled_at, unread.settled_by, unread.outcome = now, actor.id, outcome.value
    # What was sealed by the door alone is shredded by nobody's key: it goes.
    unread.sealed, unread.photos = None, None
    unread.save()
    audit.record(
        "cases.report_settled",
        actor=actor,
        subject_kind="report",
        subject_id=unread.pk,
        detail={"outcome": outcome.value},
        now=now,
    )
