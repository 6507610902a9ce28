"""Agreeing to a purpose and taking it back. Every word of it is kept, the last one counts."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from django.db import transaction

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.privacy import queries, terms
from safeconduct.ground.privacy.consents import WARNINGS, effects, purposes
from safeconduct.ground.privacy.forgotten import remember, take_back
from safeconduct.ground.privacy.models import Consent
from safeconduct.ground.privacy.sealing import Subject

# Kinds of marks: a consent that was taken back, and one given after that.
REFUSED: Final = "consent"
AGREED_AGAIN: Final = "consent given again"


@transaction.atomic
def choose_consents(
    *,
    subject: Subject,
    choices: Mapping[str, bool],
    language: str,
    how: str,
    now: datetime,
    actor: Actor,
) -> int:
    """Write down what somebody agrees to (True) and what not, and do what follows from it.

    ``choices`` is by purpose; what is not in it stays as it was. Saying the same again of the
    same version changes nothing; how many purposes changed. ``how`` is where it was said:
    ``form``, ``page``, ``officer``.
    """
    stand = queries.consents_of(subject)
    changed = [
        name
        for name, given in sorted(choices.items())
        if not _says_so_already(stand.get(name), given=given, version=purposes()[name].version)
    ]
    for name in changed:
        given = choices[name]
        _keep_to_it(subject, name, stand.get(name), given=given)
        Consent.objects.create(
            subject_kind=subject.kind,
            subject_id=subject.id,
            purpose=name,
            version=purposes()[name].version,
            given=given,
            at=now,
            language=language,
            how=how,
        )
        _write_down(subject, name, given=given, now=now, actor=actor)
        if name in effects:
            effects[name](subject, given, now, actor)
    return len(changed)


def forget_consents(kind: str, ids: Iterable[int]) -> int:
    """Forget what these subjects of one kind agreed to: with them goes what it was for."""
    return Consent.objects.filter(subject_kind=kind, subject_id__in=list(ids)).delete()[0]


def consent_place(subject: Subject, purpose: str) -> str:
    """What the mark of a consent that was taken back is made of."""
    return f"{subject.kind}\n{subject.id}\n{purpose}"


def _keep_to_it(subject: Subject, purpose: str, stood: Consent | None, *, given: bool) -> None:
    """Have a restored backup keep to a No that changes something, and to a Yes after it."""
    place = consent_place(subject, purpose)
    if given:
        take_back(REFUSED, [place], by=AGREED_AGAIN)
    elif stood.given if stood else purpose == WARNINGS:
        remember(REFUSED, [place])


def _says_so_already(stands: Consent | None, *, given: bool, version: int) -> bool:
    if stands is None or stands.given != given:
        return False
    # A No needs no second one when the words change; a Yes was to other words.
    return not given or stands.version == version


def _write_down(
    subject: Subject, purpose: str, *, given: bool, now: datetime, actor: Actor
) -> None:
    record(
        terms.CONSENT_GIVEN if given else terms.CONSENT_WITHDRAWN,
        actor=actor,
        subject_kind=subject.kind,
        subject_id=subject.id,
        detail={"purpose": purpose, "version": purposes()[purpose].version},
        now=now,
    )
