"""What alerts in force say, for the advice to be held against."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.urls import reverse

from safeconduct.readiness.advice.engine.witnesses import Said
from safeconduct.readiness.advice.terms import Asks
from safeconduct.response.alerts import rules
from safeconduct.response.alerts.engine.wording import event_in
from safeconduct.response.alerts.models import Alert
from safeconduct.response.alerts.queries import shown
from safeconduct.response.alerts.terms import AlertState, MsgType, ResponseType

_ASKS = {
    ResponseType.EVACUATE: Asks.LEAVE,
    ResponseType.SHELTER: Asks.SHELTER,
    ResponseType.ALL_CLEAR: Asks.CLEAR,
}


def said_by_alerts(countries: Collection[str] | None, now: datetime, language: str) -> list[Said]:
    """Every alert in force that touches one of these countries; exercises say nothing."""
    found = Alert.objects.filter(state=AlertState.RELEASED, exercise=False, expires_at__gt=now)
    if countries is not None:
        found = found.filter(countries__overlap=sorted(countries))
    rows = (
        found.select_related("audience", "release")
        .prefetch_related("texts", "cap_messages")
        .order_by("-release__released_at", "-id")
    )
    return [
        _said(alert, country, language)
        for alert in rows
        for country in alert.countries
        if countries is None or country in countries
    ]


def would_say(alert: Alert, now: datetime, language: str) -> list[Said]:
    """What an alert says or would say were it released now, by country.

    Nothing where it is an exercise, and nothing any more once it was stopped or has expired.
    """
    if alert.exercise or alert.state == AlertState.STOPPED or alert.expires_at <= now:
        return []
    title = event_in(alert.hazard, alert.event, language)
    said = _about(alert)
    return [Said(country=one, title=title, said_at=now, **said) for one in alert.countries]


def _said(alert: Alert, country: str, language: str) -> Said:
    messages = [message for message in alert.cap_messages.all() if message.is_public]
    message = next((one for one in messages if one.msg_type != MsgType.CANCEL), None)
    is_shown = message is not None and rules.is_published(alert.scope, exercise=alert.exercise)
    title = event_in(alert.hazard, alert.event, language)
    if message is not None:
        title = shown(message, language, cancelled=False).headline
    return Said(
        country=country,
        title=title,
        said_at=alert.release.released_at,
        shown_at=reverse("public_alerts:page", args=[message.identifier])
        if message is not None and is_shown
        else "",
        **_about(alert),
    )


def _about(alert: Alert) -> dict[str, Any]:
    """What holds of an alert in each of its countries, released or not."""
    area = alert.audience
    return {
        "asks": _ASKS.get(ResponseType(alert.response_type or ResponseType.NONE), Asks.CARE),
        "address": reverse("alerts:page", args=[alert.pk]),
        "runs": (area.cells_from, area.cells_until) if area else ([], []),
        "severity": alert.severity,
    }
