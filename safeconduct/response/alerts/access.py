"""From an id in a URL to an alert; whatever is not theirs is absent."""

from django.http import Http404

from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.missions.access import countries_of
from safeconduct.response.alerts import rules
from safeconduct.response.alerts.models import Alert, CapMessage
from safeconduct.response.alerts.terms import RELEASE, STOP
from safeconduct.wires.hazards.models import Signal


def alert_for(alert_id: int, *, officer: Officer, permission: str) -> Alert:
    """The alert, if it touches a country where the officer holds ``permission``.

    To release or stop it they must answer for every country it touches.

    :raises Http404: alike if it does not exist and if it is none of theirs.
    """
    rows = Alert.objects.select_related("audience", "incident", "corrects", "release")
    alert = rows.filter(pk=alert_id).first()
    theirs = countries_of(officer, permission)
    suffices = rules.covers if permission in {RELEASE, STOP} else rules.concerns
    if alert is None or not suffices(alert.countries, theirs):
        raise Http404
    return alert


def signal_for(signal_id: int) -> Signal:
    """A signal that has an area to warn in. Signals are the outside world's: every officer's.

    :raises Http404: if there is none.
    """
    signal = Signal.objects.filter(pk=signal_id).exclude(cells_from=[]).first()
    if signal is None:
        raise Http404
    return signal


def published_message(identifier: str) -> CapMessage:
    """A message whose scope is Public and that is no exercise, expired or not.

    :raises Http404: for every other one, alike.
    """
    message = CapMessage.objects.filter(identifier=identifier, is_public=True).first()
    if message is None:
        raise Http404
    return message
