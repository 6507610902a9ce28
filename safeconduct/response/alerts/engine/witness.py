"""What alerts in force say, for the advice to be held against."""

from collections.abc import Collection
from datetime import datetime

from django.urls import reverse

from safeconduct.readiness.advice.engine.witnesses import Asks, Said
from safeconduct.response.alerts import rules
from safeconduct.response.alerts.models import Alert
from safeconduct.response.alerts.queries import shown
from safeconduct.response.alerts.terms import AlertState, MsgType, ResponseType

_ASKS = {
    ResponseType.EVACUATE: Asks.LEAVE,
    ResponseType.SHELTER: Asks.SHELTER,
    ResponseType.ALL_CLEAR: Asks.CLEAR,
}


def said_by_alerts(countries: Collection[str], now: datetime, language: str) -> list[Said]:
    """Every alert in force that touches one of these countries; exercises say nothing."""
    rows = (
        Alert.objects.filter(
            state=AlertState.RELEASED,
            exercise=False,
            expires_at__gt=now,
            countries__overlap=sorted(countries),
        )
        .select_related("audience", "release")
        .prefetch_related("texts", "cap_messages")
        .order_by("-release__released_at", "-id")
    )
    return [
        _said(alert, country, language)
        for alert in rows
        for country in alert.countries
        if country in countries
    ]


def _said(alert: Alert, country: str, language: str) -> Said:
    messages = [message for message in alert.cap_messages.all() if message.is_public]
    message = next((one for one in messages if one.msg_type != MsgType.CANCEL), None)
    is_shown = message is not None and rules.is_published(alert.scope, exercise=alert.exercise)
    title = alert.event
    if message is not None:
        title = shown(message, language, cancelled=False).headline
    area = alert.audience
    return Said(
        country=country,
        title=title,
        asks=_ASKS.get(ResponseType(alert.response_type or ResponseType.NONE), Asks.CARE),
        said_at=alert.release.released_at,
        address=reverse("alerts:page", args=[alert.pk]),
        shown_at=reverse("public_alerts:page", args=[message.identifier])
        if message is not None and is_shown
        else "",
        runs=(area.cells_from, area.cells_until) if area else ([], []),
    )
