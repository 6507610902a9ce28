"""The release: one small transaction, after which nothing of the alert changes any more."""

from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel.actor import Actor, ActorKind
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.kernel.facts import announce
from safeconduct.ground.missions.queries import only_post_of
from safeconduct.picture.audiences.models import Audience
from safeconduct.picture.incidents.actions import declare_incident, join_incident, write_log
from safeconduct.picture.incidents.models import Incident
from safeconduct.picture.incidents.queries import open_incident_of_signal
from safeconduct.picture.incidents.rules import level_for
from safeconduct.picture.incidents.terms import LogKind
from safeconduct.response.alerts import rules
from safeconduct.response.alerts.actions.steps import begin_steps
from safeconduct.response.alerts.engine import cap, wording
from safeconduct.response.alerts.events import AlertReleased
from safeconduct.response.alerts.models import Alert, CapMessage, Release
from safeconduct.response.alerts.rules import Obstacle
from safeconduct.response.alerts.terms import ANSWERS_OPEN, AlertState, MsgType, Words
from safeconduct.response.checkins.actions import open_round
from safeconduct.response.checkins.models import Round
from safeconduct.wires.intake.rules import link_purpose
from safeconduct.wires.messaging.actions import open_batch
from safeconduct.wires.messaging.models import Batch
from safeconduct.wires.messaging.rules import marked
from safeconduct.wires.messaging.terms import Lane

SAID = {
    Obstacle.WRONG_STATE: _("This alert has been released or stopped already."),
    Obstacle.NOT_SUBMITTED: _("Its writer has not let it go yet: they submit it first."),
    Obstacle.OWN_WORDS: _("You wrote in this alert. At this severity a second person releases it."),
    Obstacle.EXPIRED: _("The expiry has passed. Take it back and choose a later one."),
    Obstacle.NO_TEXT: _("A language has no SMS text. Take it back and write one."),
    Obstacle.NO_LINK: _("The alert asks for an answer, but an SMS text lacks {link}."),
}


class ReleaseRefusedError(Refusal):
    """The alert was not released; ``obstacle`` says why."""

    def __init__(self, obstacle: Obstacle | None) -> None:
        changed = _("Somebody changed this alert while you read it. Read it again.")
        super().__init__(SAID[obstacle] if obstacle else changed)
        self.obstacle = obstacle


@transaction.atomic
def release_alert(*, alert_id: int, version: int, now: datetime, actor: Actor) -> Release:
    """Release what the officer has read: ``version``. A double click releases once.

    Writes the CAP message, freezes the audience's question, opens or joins the incident,
    opens the round and the batch, and leaves one job to write to everybody.

    :raises ReleaseRefusedError: where a rule forbids it, or the alert is not what was read.
    """
    alert = Alert.objects.select_for_update().get(pk=alert_id)
    if alert.state == AlertState.RELEASED and alert.version == version:
        return alert.release
    words = words_of(alert)
    _refuse(alert, version, words, now, actor)
    incident = _incident(alert, words, now, actor)
    release = Release(
        alert=alert,
        released_at=now,
        released_by_id=actor.id or 0,
        audience=_frozen(alert, now),
        batch=_open_batch(alert, words, now, actor),
    )
    release.round = _open_round(alert, release, incident, now, actor)
    release.save()
    begin_steps(alert, release, incident, now, actor)
    alert.state = AlertState.RELEASED
    alert.incident = incident
    alert.save(update_fields=["state", "incident"])
    issue(alert=alert, msg_type=_msg_type(alert), words=words, now=now)
    _defer_expansion(release.pk)
    _tell(alert, incident, now, actor)
    return release


def words_of(alert: Alert) -> dict[str, Words]:
    return {
        text.language: Words(text.headline, text.description, text.instruction, text.sms)
        for text in alert.texts.order_by("language")
    }


def obstacle_of(alert: Alert, *, officer_id: int, now: datetime) -> Obstacle | None:
    """What keeps this officer from releasing this alert now, for a page to say beforehand."""
    return rules.obstacle_to_release(
        _candidate(alert, words_of(alert)), releaser_id=officer_id, now=now
    )


def issue(
    *, alert: Alert, msg_type: MsgType, words: dict[str, Words], now: datetime, note: str = ""
) -> CapMessage:
    """Make a CAP message and keep its bytes: nobody ever makes them again."""
    sent = now.replace(microsecond=0)
    # Unique however many are issued in one second, and after any restore from a backup.
    identifier = f"{sent:%Y%m%dT%H%M%S}.{alert.pk}.{uuid4().hex[:12]}"
    message = cap.Message(
        identifier=identifier,
        sender=settings.ALERTS["SENDER"],
        sent=sent,
        status=rules.cap_status(settings.MODE, exercise=alert.exercise),
        msg_type=msg_type,
        scope=alert.scope,
        category=alert.category,
        response_type=alert.response_type,
        urgency=alert.urgency,
        severity=alert.severity,
        certainty=alert.certainty,
        expires=alert.expires_at,
        sender_name=settings.ALERTS["SENDER_NAME"],
        area=cap.Area.from_dict(alert.shape),
        infos=tuple(_info(alert, language, word, identifier) for language, word in words.items()),
        note=note or _exercise_note(alert),
        references=_references(alert, msg_type),
    )
    document = cap.document(message)
    return CapMessage.objects.create(
        alert=alert,
        identifier=identifier,
        sender=message.sender,
        sent=sent,
        msg_type=msg_type,
        is_public=rules.is_published(alert.scope, exercise=alert.exercise),
        expires_at=alert.expires_at,
        document=document,
        digest=cap.digest(document),
    )


def _is_rehearsed(alert: Alert) -> bool:
    return rules.cap_status(settings.MODE, exercise=alert.exercise) == "Exercise"


def _exercise_note(alert: Alert) -> str:
    """CAP 1.2, 3.2.1: what has the status Exercise names the exercise in its note."""
    return f"Exercise, alert {alert.pk}" if _is_rehearsed(alert) else ""


def _info(alert: Alert, language: str, word: Words, identifier: str) -> cap.Info:
    published = rules.is_published(alert.scope, exercise=alert.exercise)
    return cap.Info(
        language=language,
        event=wording.event_name(alert.hazard, language)
        if alert.hazard != "other"
        else wording.event_in(alert.hazard, alert.event, language),
        headline=marked(word.headline, language) if _is_rehearsed(alert) else word.headline,
        description=word.description,
        instruction=word.instruction,
        place=alert.place.get(language) or alert.place.get("en", ""),
        web=f"{settings.PUBLIC_URL}/alerts/{identifier}" if published else "",
    )


def _references(alert: Alert, msg_type: MsgType) -> tuple[str, ...]:
    """A Cancel names what the alert issued; an Update all that the corrected one did."""
    if msg_type is MsgType.ALERT:
        return ()
    about = alert if msg_type is MsgType.CANCEL else alert.corrects
    earlier = CapMessage.objects.filter(alert=about).order_by("sent", "id")
    return tuple(cap.reference(row.sender, row.identifier, row.sent) for row in earlier)


def _msg_type(alert: Alert) -> MsgType:
    return MsgType.UPDATE if alert.corrects_id else MsgType.ALERT


def _candidate(alert: Alert, words: dict[str, Words]) -> rules.Candidate:
    return rules.Candidate(
        state=AlertState(alert.state),
        severity=alert.severity,
        writers=frozenset(alert.writers),
        expires_at=alert.expires_at,
        asks=alert.asks,
        sms_texts=tuple(word.sms for word in words.values()),
    )


def _refuse(
    alert: Alert, version: int, words: dict[str, Words], now: datetime, actor: Actor
) -> None:
    # Two people means people: no part of the system releases anything by itself.
    if actor.kind is not ActorKind.OFFICER or actor.id is None:
        raise TypeError("Only an officer releases an alert.")
    obstacle = rules.obstacle_to_release(_candidate(alert, words), releaser_id=actor.id, now=now)
    if obstacle is not None:
        raise ReleaseRefusedError(obstacle)
    if alert.version != version:
        raise ReleaseRefusedError(None)


def _incident(alert: Alert, words: dict[str, Words], now: datetime, actor: Actor) -> Incident:
    level = level_for(alert.severity)
    known = alert.incident
    if known is None and alert.signal_id is not None:
        # Two released in one second would each open an incident, and ask everybody twice.
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
                [f"incident of signal {alert.signal_id}"],
            )
        known = open_incident_of_signal(alert.signal_id, exercise=alert.exercise)
    if known is not None:
        return join_incident(
            incident_id=known.pk,
            countries=alert.countries,
            level=level,
            exercise=alert.exercise,
            now=now,
            actor=actor,
        )
    title = words["en"] if "en" in words else next(iter(words.values()))
    return declare_incident(
        name=title.headline,
        hazard=alert.hazard,
        level=level,
        exercise=alert.exercise,
        countries=alert.countries,
        signal_id=alert.signal_id,
        names=wording.incident_names(alert.hazard, alert.event, alert.place),
        now=now,
        actor=actor,
    )


def _frozen(alert: Alert, now: datetime) -> Audience:
    """The question is asked as of this instant; its counts stay those that were read."""
    if alert.audience is None:
        raise TypeError(f"Alert #{alert.pk} was saved without an audience.")
    alert.audience.as_of = now
    alert.audience.save(update_fields=["as_of"])
    return alert.audience


def _open_batch(alert: Alert, words: dict[str, Words], now: datetime, actor: Actor) -> Batch:
    urgent = rules.is_urgent(alert.severity, alert.urgency)
    return open_batch(
        lane=Lane.URGENT if urgent else Lane.BULK,
        not_after=alert.expires_at,
        exercise=alert.exercise,
        texts=wording.message_texts(words, asks=alert.asks),
        link_purpose=link_purpose(exercise=alert.exercise) if alert.asks else "",
        link_expires_on=(now + ANSWERS_OPEN).date() if alert.asks else None,
        corrects=alert.corrects.release.batch if alert.corrects else None,
        post_id=only_post_of(alert.author_id, now),
        now=now,
        actor=actor,
    )


def _open_round(
    alert: Alert, release: Release, incident: Incident, now: datetime, actor: Actor
) -> Round | None:
    if not alert.asks:
        return None
    return open_round(
        incident_id=incident.pk,
        audience_id=release.audience_id,
        batch_id=release.batch_id,
        closes_at=now + ANSWERS_OPEN,
        now=now,
        actor=actor,
    )


def _defer_expansion(release_id: int) -> None:
    """Leave the job in this transaction; two jobs of one release never run at once."""
    job = app.configure_task("alerts.begin_expansion", lock=f"release:{release_id}")
    job.defer(release_id=release_id)


def _tell(alert: Alert, incident: Incident, now: datetime, actor: Actor) -> None:
    detail: dict[str, object] = {"alert": alert.pk}
    write_log(incident=incident, kind=LogKind.RELEASED, detail=detail, now=now, actor=actor)
    record(
        "alerts.released",
        actor=actor,
        subject_kind="alert",
        subject_id=alert.pk,
        detail={"version": alert.version, "severity": alert.severity},
        now=now,
    )
    announce(AlertReleased(alert.pk))
