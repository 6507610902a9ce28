"""Where somebody is, exactly: held while the request is open, and no longer than they let us."""

from datetime import datetime

from django.db import transaction

from safeconduct.ground.audit import actions as audit
from safeconduct.ground.kernel.actor import Actor
from safeconduct.response.cases.actions.opening import note
from safeconduct.response.cases.models import Case
from safeconduct.response.cases.terms import POSITION_KEPT, Deed


def drop_position(case: Case, now: datetime, *, why: str) -> bool:
    """Forget a request's position; the caller saves it. False if there was none."""
    if case.position is None:
        return False
    case.position, case.position_until = None, None
    note(case, Deed.POSITION_ENDED, now, why=why)
    return True


@transaction.atomic
def stop_position(*, case_id: int, now: datetime, actor: Actor) -> None:
    """Delete a position at its owner's wish, also of a request that is closed."""
    case = Case.objects.select_for_update().get(pk=case_id)
    if drop_position(case, now, why="person"):
        case.save(update_fields=["position", "position_until"])
        audit.record(
            "cases.position_stopped",
            actor=actor,
            subject_kind="case",
            subject_id=case.pk,
            detail={"why": "person"},
            now=now,
        )


@transaction.atomic
def keep_position_longer(*, case_id: int, now: datetime, actor: Actor) -> None:  # noqa: ARG001 -- its owner's; nothing is learned
    """Start the clock anew, as its owner asked; nothing happens once the position is gone."""
    ends = now + POSITION_KEPT
    held = Case.objects.filter(pk=case_id, closed_at=None, position__isnull=False)
    held.update(position_until=ends)


@transaction.atomic
def end_positions(*, now: datetime, actor: Actor) -> int:
    """Delete the positions whose time is over; how many."""
    over = Case.objects.select_for_update(skip_locked=True).filter(position_until__lte=now)
    gone = 0
    for case in over:
        gone += drop_position(case, now, why="time")
        case.save(update_fields=["position", "position_until"])
    if gone:
        audit.record(
            "cases.positions_ended",
            actor=actor,
            subject_kind="case",
            detail={"count": gone},
            now=now,
        )
    return gone
