"""Letting an edition go, and its approval by somebody who wrote no word of it."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.kernel.facts import announce
from safeconduct.readiness.advice import rules, terms
from safeconduct.readiness.advice.events import EditionApproved, LevelChanged
from safeconduct.readiness.advice.models import Edition
from safeconduct.readiness.advice.queries import candidate_of, levels_by_place
from safeconduct.readiness.advice.rules import Obstacle
from safeconduct.readiness.advice.terms import Change, EditionState

SAID: Final = {
    Obstacle.WRONG_STATE: _("This edition cannot go on from the state it is in."),
    Obstacle.OWN_WORDS: _("You wrote in this edition. Somebody else must approve it."),
    Obstacle.NO_COUNTRY_LEVEL: _("Say which level holds for the whole country."),
    Obstacle.NO_AREA_NAME: _("An area has no name in Azerbaijani, English and Russian."),
    Obstacle.NO_WORDS: _("A level has no words in Azerbaijani, English and Russian yet."),
    Obstacle.SECTION_LACKS_LANGUAGE: _(
        "A section is not written in Azerbaijani, English and Russian yet."
    ),
    Obstacle.NO_REVIEW: _("Say by when this advice must be read again."),
    Obstacle.REVIEW_PASSED: _("The day of the next review has passed. Choose a later one."),
    Obstacle.REVIEW_TOO_LATE: _(
        "The next review is too far off: a year for levels 1 and 2, half a year above."
    ),
}


class ApprovalRefusedError(Refusal):
    """The edition cannot be let go, taken back or approved, by this person, now."""


@transaction.atomic
def submit_edition(*, edition_id: int, version: int, now: datetime, actor: Actor) -> Edition:
    """Let a draft go, for a second person to approve. A second click changes nothing.

    :raises ApprovalRefusedError: if something is missing, or somebody saved it meanwhile.
    """
    edition = Edition.objects.select_for_update().get(pk=edition_id)
    if edition.state == EditionState.SUBMITTED and edition.version == version:
        return edition
    _refuse_older(edition, version)
    _refuse(rules.obstacle_to_submit(candidate_of(edition), today=now.date()))
    edition.state, edition.submitted_at = EditionState.SUBMITTED, now
    edition.save(update_fields=["state", "submitted_at"])
    _note(terms.SUBMITTED, edition, actor, now)
    return edition


@transaction.atomic
def take_back(*, edition_id: int, now: datetime, actor: Actor) -> Edition:
    """Make a submitted edition a draft again.

    :raises ApprovalRefusedError: once it has been approved.
    """
    edition = Edition.objects.select_for_update().get(pk=edition_id)
    if edition.state == EditionState.DRAFT:
        return edition
    if not rules.may_follow(EditionState(edition.state), EditionState.DRAFT):
        raise ApprovalRefusedError(_("This edition was approved. Begin a new one instead."))
    edition.state, edition.submitted_at = EditionState.DRAFT, None
    edition.save(update_fields=["state", "submitted_at"])
    _note(terms.TAKEN_BACK, edition, actor, now)
    return edition


@transaction.atomic
def approve_edition(*, edition_id: int, version: int, now: datetime, actor: Actor) -> Edition:
    """Put an edition in force, in place of the one before. Approving twice changes nothing.

    :raises ApprovalRefusedError: for whoever wrote in it, for another version than the one
        that was read, and where something is missing.
    """
    edition = Edition.objects.select_for_update().get(pk=edition_id)
    if edition.state == EditionState.LIVE and edition.approved_by_id == actor.id:
        return edition
    _refuse_older(edition, version)
    candidate = candidate_of(edition)
    _refuse(rules.obstacle_to_approve(candidate, approver_id=actor.id or 0, today=now.date()))
    before = _replace(edition.country_id, now)
    levels = levels_by_place(edition)
    change = rules.change_between(levels_by_place(before) if before else None, levels)
    edition.number = _next_number(edition.country_id)
    edition.state, edition.change = EditionState.LIVE, change
    edition.approved_at, edition.approved_by_id = now, actor.id
    edition.save()
    _note(terms.APPROVED, edition, actor, now, level=levels[""])
    announce(EditionApproved(edition.pk))
    if change not in {Change.NONE, Change.FIRST}:
        announce(LevelChanged(edition.pk))
    return edition


def _refuse_older(edition: Edition, version: int) -> None:
    if edition.version != version:
        raise ApprovalRefusedError(
            _("Somebody saved this edition after you opened it. Read it again.")
        )


def _refuse(obstacle: Obstacle | None) -> None:
    if obstacle is not None:
        raise ApprovalRefusedError(SAID[obstacle])


def _replace(country: str, now: datetime) -> Edition | None:
    rows = Edition.objects.select_for_update().filter(country_id=country, state=EditionState.LIVE)
    before = rows.first()
    if before is not None:
        before.state, before.ended_at = EditionState.PAST, now
        before.save(update_fields=["state", "ended_at"])
    return before


def _next_number(country: str) -> int:
    rows = Edition.objects.filter(country_id=country).aggregate(latest=Max("number"))
    return (rows["latest"] or 0) + 1


def _note(
    kind: str, edition: Edition, actor: Actor, now: datetime, level: int | None = None
) -> None:
    detail: dict[str, object] = {"country": edition.country_id}
    if level is not None:
        detail["level"] = level
    record(kind, actor=actor, subject_kind="edition", subject_id=edition.pk, detail=detail, now=now)
