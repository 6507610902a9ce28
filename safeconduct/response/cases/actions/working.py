"""What officers do about a request. Each change says which version it was made of."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.audit import actions as audit
from safeconduct.ground.kernel import facts
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.picture.registry.models import Person
from safeconduct.picture.rollcall.actions import (
    NoOpenCallError,
    UnknownStandingError,
    close_help,
)
from safeconduct.picture.rollcall.engine import rows
from safeconduct.response.cases import rules
from safeconduct.response.cases.actions.opening import note
from safeconduct.response.cases.actions.positions import drop_position
from safeconduct.response.cases.events import CaseClosed
from safeconduct.response.cases.models import Call, Case
from safeconduct.response.cases.terms import CLOSES_CALL, Deed, Outcome, State, Urgency


class StaleCaseError(Refusal):
    """The request has changed since the officer opened its page."""


class OwnedByAnotherError(Refusal):
    """Another officer answers for the request."""


class CaseOverError(Refusal):
    """The request is closed."""


class StateRefusedError(Refusal):
    """No such step from where the request stands."""


class NotThatPersonError(Refusal):
    """The person cannot be the one who asks."""


@transaction.atomic
def take_case(*, case_id: int, take_over: bool = False, now: datetime, actor: Actor) -> None:
    """Make the acting officer the one who answers for a request.

    :raises OwnedByAnotherError: if another does and ``take_over`` is not said.
    :raises CaseOverError: if it is closed.
    """
    case = _locked(case_id)
    if case.owner_id == actor.id:
        return
    if case.owner_id is not None and not take_over:
        raise OwnedByAnotherError(
            _("Another officer answers for this request. You can take over from them.")
        )
    before = case.owner_id or 0
    case.owner_id = actor.id
    if case.state == State.NEW:
        case.state = State.OPEN.value
    _changed(case, "owner_id", "state")
    note(case, Deed.TAKEN, now, officer_id=actor.id, **{"from": before})
    _remember("cases.taken", case, now, actor, **{"from": before})


@transaction.atomic
def give_back(*, case_id: int, now: datetime, actor: Actor) -> None:
    """Give a request back; nothing happens unless the acting officer has it."""
    case = _locked(case_id)
    if case.owner_id != actor.id:
        return
    case.owner_id = None
    _changed(case, "owner_id")
    note(case, Deed.GIVEN_BACK, now, officer_id=actor.id)
    _remember("cases.given_back", case, now, actor)


@transaction.atomic
def hand_over(*, case_id: int, version: int, to: int, now: datetime, actor: Actor) -> None:
    """Make another officer answer for a request; whether they may is the caller's to know.

    :raises StaleCaseError: if it was changed meanwhile.
    """
    case = _locked(case_id, version)
    case.owner_id = to
    if case.state == State.NEW:
        case.state = State.OPEN.value
    _changed(case, "owner_id", "state")
    note(case, Deed.HANDED_OVER, now, officer_id=actor.id, to=to)
    _remember("cases.handed_over", case, now, actor, to=to)


@transaction.atomic
def move_case(*, case_id: int, version: int, post_id: int, now: datetime, actor: Actor) -> None:
    """Pass a request to another post; there somebody takes it on anew.

    :raises StaleCaseError: if it was changed meanwhile.
    """
    case = _locked(case_id, version)
    case.post_id, case.owner_id = post_id, None
    _changed(case, "post_id", "owner_id")
    note(case, Deed.MOVED, now, officer_id=actor.id, post=post_id)
    _remember("cases.moved", case, now, actor, post=post_id)


@transaction.atomic
def set_urgency(
    *, case_id: int, version: int, urgency: Urgency, now: datetime, actor: Actor
) -> None:
    """Say how soon; from now on it is an officer's word and no rule's.

    :raises StaleCaseError: if it was changed meanwhile.
    """
    case = _locked(case_id, version)
    case.urgency, case.urgency_by = urgency.value, actor.id
    _changed(case, "urgency", "urgency_by")
    note(case, Deed.URGENCY, now, officer_id=actor.id, urgency=urgency.name.lower())
    _remember("cases.urgency_set", case, now, actor, urgency=urgency.name.lower())


@transaction.atomic
def set_state(*, case_id: int, version: int, state: State, now: datetime, actor: Actor) -> None:
    """Say where a request stands.

    :raises StaleCaseError: if it was changed meanwhile.
    :raises StateRefusedError: for closing, which asks for an outcome, and for "new".
    """
    case = _locked(case_id, version)
    if not rules.may_move(case.state, state.value):
        raise StateRefusedError(_("A request cannot be set to that."))
    case.state = state.value
    _changed(case, "state")
    note(case, Deed.STATE, now, officer_id=actor.id, state=state.value)
    _remember("cases.state_set", case, now, actor, state=state.value)


@transaction.atomic
def close_case(
    *, case_id: int, version: int, outcome: Outcome, now: datetime, actor: Actor
) -> None:
    """End a request and delete its position; where the outcome says so, end the call on the roll.

    :raises StaleCaseError: if it was changed meanwhile, by its sender for one.
    :raises CaseOverError: if it is closed.
    """
    if outcome in CLOSES_CALL:
        # The drain holds the roll before it takes a request: in one order nobody waits for ever.
        held = Call.objects.filter(case_id=case_id).values_list("incident_id", flat=True)
        rows.hold(rows.cursor(), set(held))
    case = _locked(case_id, version)
    drop_position(case, now, why="closed")
    case.state, case.outcome, case.closed_at = State.CLOSED.value, outcome.value, now
    _changed(case, "state", "outcome", "closed_at", "position", "position_until")
    note(case, Deed.CLOSED, now, officer_id=actor.id, outcome=outcome.value)
    _remember("cases.closed", case, now, actor, outcome=outcome.value)
    if outcome in CLOSES_CALL:
        _close_calls(case, outcome, now, actor)
    facts.announce(CaseClosed(case.pk))


@transaction.atomic
def join_person(*, case_id: int, version: int, person_id: int, now: datetime, actor: Actor) -> None:
    """Say that the one who asks is a person of the registry.

    What they told us on their way here stays with the request; the roll hears of it by the
    page the officer comes from.

    :raises NotThatPersonError: if there is no such person, or they have another open request
        in the same incident.
    :raises StaleCaseError: if it was changed meanwhile.
    """
    case = _locked(case_id, version)
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise NotThatPersonError(_("This person is no longer registered."))
    if _has_another(case, person_id):
        raise NotThatPersonError(
            _("This person has another open request in this incident: close one as held there.")
        )
    before = {case.person_id} if case.person_id else set()
    case.person_id, case.party_id = person.pk, person.party_id
    case.people = sorted({*case.people, person.pk} - before)
    _changed(case, "person_id", "party_id", "people")
    note(case, Deed.JOINED, now, officer_id=actor.id, person=person_id)
    _remember("cases.joined", case, now, actor, person=person_id)


def _has_another(case: Case, person_id: int) -> bool:
    others = Case.objects.filter(person_id=person_id, incident_id=case.incident_id, closed_at=None)
    return others.exclude(pk=case.pk).exists()


def _close_calls(case: Case, outcome: Outcome, now: datetime, actor: Actor) -> None:
    """The calls this request holds, in whichever incidents they are open still."""
    for call in Call.objects.filter(case=case).order_by("incident_id", "person_id"):
        try:
            with transaction.atomic():
                close_help(
                    incident_id=call.incident_id,
                    person_id=call.person_id,
                    reason=CLOSES_CALL[outcome],
                    now=now,
                    actor=actor,
                )
        except (NoOpenCallError, UnknownStandingError):
            continue


def _locked(case_id: int, version: int | None = None) -> Case:
    case = Case.objects.select_for_update().get(pk=case_id)
    _refuse_over(case)
    if version is not None and case.version != version:
        raise StaleCaseError(
            _(
                "Somebody changed this request while you had it open, or its sender wrote."
                " Look at what is new, then do it again."
            )
        )
    return case


def _refuse_over(case: Case) -> None:
    if case.closed_at is not None:
        raise CaseOverError(_("This request is closed already."))


def _changed(case: Case, *fields: str) -> None:
    case.version += 1
    case.save(update_fields=[*fields, "version"])


def _remember(kind: str, case: Case, now: datetime, actor: Actor, **detail: str | int) -> None:
    audit.record(
        kind,
        actor=actor,
        subject_kind="case",
        subject_id=case.pk,
        detail={**detail},
        now=now,
    )
