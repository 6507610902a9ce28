"""Stopping: at once, by one releaser alone, and with the correction already drafted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.kernel.facts import announce
from safeconduct.picture.incidents.actions import write_log
from safeconduct.picture.incidents.terms import LogKind
from safeconduct.response.alerts import rules
from safeconduct.response.alerts.actions.drafts import DraftContent, save_draft
from safeconduct.response.alerts.actions.releases import issue, words_of
from safeconduct.response.alerts.engine import wording
from safeconduct.response.alerts.events import AlertStopped
from safeconduct.response.alerts.models import Alert, Release
from safeconduct.response.alerts.terms import (
    USUAL_VALIDITY,
    AlertState,
    AreaKind,
    CapScope,
    MsgType,
    Words,
)
from safeconduct.wires.messaging.actions import stop_batch

_NOTE: Final = "Cancelled by the sender"


class StopRefusedError(Refusal):
    """There is nothing to stop."""


@dataclass(frozen=True, slots=True)
class Stopped:
    release: Release
    correction: Alert | None


def stop_alert(*, alert_id: int, now: datetime, actor: Actor) -> Stopped:
    """Stop what has not left, cancel the CAP message, draft a correction for who was written to.

    Whoever may stop, stops alone. A second click returns the first stop. The correction has
    a transaction of its own: counting its readers must not hold up the stop.

    :raises StopRefusedError: if the alert was never released.
    """
    alert = _stop(alert_id, now, actor)
    with transaction.atomic():
        alert = Alert.objects.select_for_update().get(pk=alert.pk)
        correction = Alert.objects.filter(corrects=alert).order_by("id").first()
        if correction is None and alert.corrects_id is None:
            correction = _draft_correction(alert, now, actor)
    return Stopped(alert.release, correction)


@transaction.atomic
def _stop(alert_id: int, now: datetime, actor: Actor) -> Alert:
    alert = Alert.objects.select_for_update().get(pk=alert_id)
    if alert.state == AlertState.STOPPED:
        return alert
    if not rules.may_follow(AlertState(alert.state), AlertState.STOPPED):
        raise StopRefusedError(_("This alert has not been released: nothing has left."))
    stop_batch(batch_id=alert.release.batch_id, now=now, actor=actor)
    Release.objects.filter(alert=alert).update(stopped_at=now, stopped_by_id=actor.id)
    alert.state = AlertState.STOPPED
    alert.save(update_fields=["state"])
    words = {code: _cancelling(code, word) for code, word in words_of(alert).items()}
    issue(alert=alert, msg_type=MsgType.CANCEL, words=words, now=now, note=_NOTE)
    _tell(alert, now, actor)
    return alert


def _cancelling(language: str, word: Words) -> Words:
    return Words(word.headline, wording.cancelled(language), "", word.sms)


def _draft_correction(alert: Alert, now: datetime, actor: Actor) -> Alert:
    """Not grave itself, so whoever stopped the alert can release it at once and alone."""
    headlines = {code: word.headline for code, word in words_of(alert).items()}
    content = DraftContent(
        hazard=alert.hazard,
        event=alert.event,
        severity="Minor",
        urgency="Immediate",
        certainty="Observed",
        expires_at=now + USUAL_VALIDITY,
        area_kind=AreaKind.HANDED,
        category=alert.category,
        response_type="",
        scope=CapScope(alert.scope),
        exercise=alert.exercise,
        neutral_sms=alert.neutral_sms,
        asks=False,
        incident_id=alert.incident_id,
        corrects_id=alert.pk,
        texts=wording.correcting_words(headlines, neutral=alert.neutral_sms),
    )
    return save_draft(alert_id=None, content=content, now=now, actor=actor)


def _tell(alert: Alert, now: datetime, actor: Actor) -> None:
    if alert.incident is not None:
        detail: dict[str, object] = {"alert": alert.pk}
        write_log(
            incident=alert.incident, kind=LogKind.STOPPED, detail=detail, now=now, actor=actor
        )
    record("alerts.stopped", actor=actor, subject_kind="alert", subject_id=alert.pk, now=now)
    announce(AlertStopped(alert.pk))
