"""Writing an alert, until its writer lets it go."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.places.models import City, Country
from safeconduct.picture.audiences.actions import recount
from safeconduct.picture.audiences.models import Audience
from safeconduct.picture.audiences.queries import touched_countries
from safeconduct.response.alerts import rules
from safeconduct.response.alerts.actions.steps import start_steps, ways_of
from safeconduct.response.alerts.engine import area, cap, level, wording
from safeconduct.response.alerts.models import Alert, AlertText
from safeconduct.response.alerts.queries import alike_incidents
from safeconduct.response.alerts.terms import (
    CATEGORY_OF,
    USUAL_VALIDITY,
    AlertState,
    AreaKind,
    CapScope,
    Category,
    Words,
)
from safeconduct.wires.hazards import rules as hazards
from safeconduct.wires.hazards.models import Signal


class DraftRefusedError(Refusal):
    """The draft cannot be saved or moved on as it is."""


@dataclass(frozen=True, slots=True)
class DraftContent:
    """What an officer filled in. ``scope`` None takes the ministry's default for the countries;
    ``texts`` None, and whatever in them is still as we proposed it, takes ours."""

    hazard: str
    event: str
    severity: str
    urgency: str
    certainty: str
    expires_at: datetime
    area_kind: AreaKind
    category: str = ""
    response_type: str = ""
    scope: CapScope | None = None
    exercise: bool = False
    neutral_sms: bool = False
    asks: bool = True
    signal_id: int | None = None
    level_text_id: int | None = None
    country_id: str | None = None
    city_id: int | None = None
    radius_km: float | None = None
    somewhere_in: Sequence[str] = ()
    incident_id: int | None = None
    corrects_id: int | None = None
    texts: dict[str, Words] | None = field(default=None)


@transaction.atomic
def save_draft(
    *, alert_id: int | None, version: int = 0, content: DraftContent, now: datetime, actor: Actor
) -> Alert:
    """Write a draft, or over the version of it that the writer has seen; counts its audience.

    :raises DraftRefusedError: if somebody else saved meanwhile, it is no draft any more,
        its expiry has passed, its area cannot be found, or it is an exercise in a real incident.
    """
    if content.expires_at <= now:
        raise DraftRefusedError(_("The expiry has passed. Choose a later one."))
    alert = (
        _draft(alert_id, version) if alert_id else Alert(created_at=now, author_id=actor.id or 0)
    )
    proposed = _our_words(alert) if alert_id else {}
    _fill(alert, content, actor)
    _refuse_mixing(alert)
    _place(alert, content, now)
    alert.version = version + 1 if alert_id else 1
    alert.save()
    _write_texts(alert, content, proposed)
    _audit("alerts.drafted", alert, actor, now)
    return alert


@transaction.atomic
def draft_from_signal(
    *,
    signal: Signal,
    area_kind: AreaKind = AreaKind.SIGNAL,
    country_id: str | None = None,
    city_id: int | None = None,
    radius_km: float | None = None,
    scope: CapScope | None = None,
    exercise: bool = False,
    now: datetime,
    actor: Actor,
) -> Alert:
    """A draft with the signal's levels and expiry, and our own texts for its hazard.

    Its area is the signal's, unless an officer names a country or a city. Of a test or a drill
    it is an exercise.

    :raises DraftRefusedError: if the signal has no area and none is named, or warns of nothing.
    """
    if not hazards.warns(signal):
        raise DraftRefusedError(_("This message warns of nothing, so no alert is made of it."))
    expires_at = now + USUAL_VALIDITY
    if signal.expires is not None and not hazards.is_expired(signal, now=now):
        expires_at = signal.expires
    content = DraftContent(
        hazard=signal.hazard,
        event=wording.event_name(signal.hazard, "en"),
        severity=signal.severity or "Unknown",
        urgency=signal.urgency or "Unknown",
        certainty=signal.certainty or "Unknown",
        expires_at=expires_at,
        area_kind=area_kind,
        country_id=country_id,
        city_id=city_id,
        radius_km=radius_km,
        category=signal.category,
        scope=scope,
        exercise=exercise or not hazards.is_real(signal),
        signal_id=signal.pk,
    )
    return save_draft(alert_id=None, content=content, now=now, actor=actor)


@transaction.atomic
def join_alike(*, alert_id: int, incident_id: int, now: datetime, actor: Actor) -> Alert:
    """Let a draft be about an open incident of its hazard and countries.

    :raises DraftRefusedError: if it is no draft any more, or that incident is not alike.
    """
    alert = Alert.objects.select_for_update().get(pk=alert_id)
    alert = _draft(alert_id, alert.version)
    if not alike_incidents(alert).filter(pk=incident_id).exists():
        raise DraftRefusedError(_("This incident is closed, or it is another kind of event."))
    alert.incident_id = incident_id
    # Whoever reads it for the release reads another alert now.
    alert.version += 1
    alert.save(update_fields=["incident", "version"])
    record(
        "alerts.joined",
        actor=actor,
        subject_kind="alert",
        subject_id=alert.pk,
        detail={"incident": incident_id},
        now=now,
    )
    return alert


@transaction.atomic
def recount_audience(*, alert_id: int, now: datetime, actor: Actor) -> Alert:  # noqa: ARG001 -- counting changes nothing of the alert
    """Count again whom the alert would reach; after its release the count stays as it was."""
    alert = Alert.objects.select_for_update(of=["self"]).select_related("audience").get(pk=alert_id)
    if alert.state in {AlertState.DRAFT, AlertState.SUBMITTED} and alert.audience is not None:
        recount(audience=alert.audience, now=now, ways=ways_of(alert))
    return alert


@transaction.atomic
def submit_alert(*, alert_id: int, version: int, now: datetime, actor: Actor) -> Alert:
    """Let a draft go, for a second person to release. A second click changes nothing.

    :raises DraftRefusedError: if somebody saved it meanwhile or it is no draft any more.
    """
    alert = Alert.objects.select_for_update().get(pk=alert_id)
    if alert.state == AlertState.SUBMITTED and alert.version == version:
        return alert
    alert = _draft(alert_id, version)
    _refuse_mixing(alert)
    alert.state = AlertState.SUBMITTED
    alert.submitted_at = now
    alert.save(update_fields=["state", "submitted_at"])
    _audit("alerts.submitted", alert, actor, now)
    return alert


@transaction.atomic
def take_back(*, alert_id: int, now: datetime, actor: Actor) -> Alert:
    """Make a submitted alert a draft again; only those who wrote it may.

    :raises DraftRefusedError: if it has been released, or the actor wrote nothing of it.
    """
    alert = Alert.objects.select_for_update().get(pk=alert_id)
    if alert.state == AlertState.DRAFT:
        return alert
    if not rules.may_follow(AlertState(alert.state), AlertState.DRAFT):
        raise DraftRefusedError(_("This alert has been released. Stop it instead."))
    if actor.id not in alert.writers:
        raise DraftRefusedError(_("Only those who wrote it may take it back."))
    alert.state = AlertState.DRAFT
    alert.submitted_at = None
    alert.save(update_fields=["state", "submitted_at"])
    _audit("alerts.taken_back", alert, actor, now)
    return alert


def _draft(alert_id: int, version: int) -> Alert:
    alert = Alert.objects.select_for_update().get(pk=alert_id)
    if alert.state != AlertState.DRAFT:
        raise DraftRefusedError(_("This alert is no draft any more."))
    if alert.version != version:
        raise DraftRefusedError(
            _("Somebody else saved this alert meanwhile. Open it again and repeat your change.")
        )
    return alert


def _refuse_mixing(alert: Alert) -> None:
    """:raises DraftRefusedError: for an exercise in what is real, and the reverse."""
    for other in (alert.incident, alert.corrects):
        if other is None or rules.may_share(exercise=alert.exercise, with_exercise=other.exercise):
            continue
        raise DraftRefusedError(
            _("This alert is an exercise, its incident is real. Choose an exercise, or none.")
            if alert.exercise
            else _("This alert is real, its incident is an exercise. Choose a real one, or none.")
        )


def _fill(alert: Alert, content: DraftContent, actor: Actor) -> None:
    for name in (
        "hazard",
        "event",
        "severity",
        "urgency",
        "certainty",
        "expires_at",
        "response_type",
        "exercise",
        "neutral_sms",
        "asks",
        "signal_id",
        "level_text_id",
        "country_id",
        "city_id",
        "radius_km",
        "incident_id",
        "corrects_id",
    ):
        setattr(alert, name, getattr(content, name))
    alert.area_kind = content.area_kind
    alert.category = content.category or CATEGORY_OF.get(content.hazard, Category.MET)
    alert.somewhere_in = sorted(content.somewhere_in)
    if actor.id is not None and actor.id not in alert.writers:
        alert.writers = [*alert.writers, actor.id]


def _place(alert: Alert, content: DraftContent, now: datetime) -> None:
    """Find the area, count whom it reaches, and take the scope its countries call for."""
    reach = _reach(alert)
    audience = alert.audience or Audience()
    audience.cells_from, audience.cells_until = reach.cells_from, reach.cells_until
    audience.countries, audience.intensities = reach.countries, reach.intensities
    audience.somewhere_in = alert.somewhere_in
    audience.of_batch_id = _batch_to_correct(alert)
    start_steps(alert, touched_countries(audience))
    recount(audience=audience, now=now, ways=ways_of(alert))
    alert.audience = audience
    alert.place, alert.shape = reach.place, reach.shape_dict
    touched = {*touched_countries(audience), *audience.preview["countries"], *_advised(alert)}
    before, alert.countries = alert.countries, sorted(touched)
    if alert.corrects:
        alert.countries = alert.corrects.countries
    alert.scope = _scope(alert, content.scope, before)


def _scope(alert: Alert, asked: CapScope | None, countries_before: list[str]) -> CapScope:
    """What the officer chose now; what stood there before holds only for where it was chosen."""
    scopes = {code: rule.scope for code, rule in wording.scope_rules().items()}
    usual = rules.default_scope(alert.countries, scopes)
    if asked is None:
        return usual
    # The form hands back what it was shown: only another value is a choice.
    chosen = alert.pk is None or asked != alert.scope
    if chosen or alert.countries == countries_before:
        return asked
    from_table = asked == rules.default_scope(countries_before, scopes)
    return usual if from_table else rules.most_careful([asked, usual])


def _reach(alert: Alert) -> area.Reach:
    if alert.area_kind == AreaKind.HANDED and alert.corrects is not None:
        first = alert.corrects
        return area.Reach(shape=cap.Area.from_dict(first.shape), place=first.place)
    is_signals = alert.area_kind == AreaKind.SIGNAL and alert.signal is not None
    if is_signals and alert.signal and alert.signal.cells_from:
        return area.of_signal(alert.signal)
    if alert.area_kind == AreaKind.LEVEL and alert.level_text is not None:
        return level.of_level(alert.level_text)
    if alert.area_kind == AreaKind.COUNTRY and alert.country_id is not None:
        return area.of_country(Country.objects.get(pk=alert.country_id))
    if alert.area_kind == AreaKind.CITY and alert.city_id is not None and alert.radius_km:
        return area.of_city(City.objects.get(pk=alert.city_id), alert.radius_km)
    raise DraftRefusedError(_("Say where the alert holds."))


def _advised(alert: Alert) -> list[str]:
    """The country of the advice: its officers see the alert even where no town of it is meant."""
    is_level = alert.area_kind == AreaKind.LEVEL and alert.level_text is not None
    return [alert.level_text.edition.country_id] if is_level and alert.level_text else []


def _batch_to_correct(alert: Alert) -> int | None:
    if alert.area_kind != AreaKind.HANDED or alert.corrects is None:
        return None
    return alert.corrects.release.batch_id


def _our_words(alert: Alert) -> dict[str, Words]:
    if alert.level_text is not None:
        return level.level_words(
            alert.level_text,
            asks=alert.asks,
            neutral=alert.neutral_sms,
            exercise=alert.exercise,
        )
    return wording.starting_words(
        alert.hazard,
        alert.severity,
        alert.place,
        asks=alert.asks,
        neutral=alert.neutral_sms,
        exercise=alert.exercise,
    )


def _write_texts(alert: Alert, content: DraftContent, proposed: dict[str, Words]) -> None:
    ours = _our_words(alert)
    texts = _reworded(content.texts, ours, proposed) if content.texts else ours
    AlertText.objects.filter(alert=alert).delete()
    AlertText.objects.bulk_create(
        AlertText(
            alert=alert,
            language=language,
            headline=word.headline,
            description=word.description,
            instruction=word.instruction,
            sms=word.sms,
        )
        for language, word in sorted(texts.items())
        if word.headline.strip()
    )


def _reworded(
    texts: dict[str, Words], ours: dict[str, Words], proposed: dict[str, Words]
) -> dict[str, Words]:
    """The officer's texts, with ours wherever theirs is still what we proposed before."""
    return texts | {
        code: texts[code].renewed(ours[code], proposed[code])
        for code in texts.keys() & ours.keys() & proposed.keys()
    }


def _audit(kind: str, alert: Alert, actor: Actor, now: datetime) -> None:
    record(kind, actor=actor, subject_kind="alert", subject_id=alert.pk, now=now)
