"""From an id in a URL to an alert; whatever is not theirs is absent."""

from django.http import Http404

from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.missions.access import countries_of
from safeconduct.ground.missions.rules import concerns, covers
from safeconduct.readiness.advice.models import LevelText
from safeconduct.readiness.advice.terms import EditionState
from safeconduct.response.alerts.models import Alert, CapMessage
from safeconduct.response.alerts.terms import RELEASE
from safeconduct.wires.hazards.models import Signal
from safeconduct.wires.hazards.terms import Outcome


def alert_for(alert_id: int, *, officer: Officer, permission: str) -> Alert:
    """The alert, if it touches a country where the officer holds ``permission``.

    To release it they must answer for every country it touches. To stop it one suffices: what
    is wrong in one place is wrong to send on, and whoever sees it first stops it.

    :raises Http404: alike if it does not exist and if it is none of theirs.
    """
    rows = Alert.objects.select_related("audience", "incident", "corrects", "release")
    alert = rows.filter(pk=alert_id).first()
    theirs = countries_of(officer, permission)
    suffices = covers if permission == RELEASE else concerns
    if alert is None or not suffices(alert.countries, theirs):
        raise Http404
    return alert


def signal_for(signal_id: int) -> Signal:
    """A signal that could be read, on the map or not. Signals are the outside world's: every
    officer's.

    :raises Http404: if there is none.
    """
    signal = Signal.objects.filter(pk=signal_id).exclude(outcome=Outcome.REFUSED).first()
    if signal is None:
        raise Http404
    return signal


def any_signal(signal_id: int) -> Signal:
    """A signal, whether or not anybody could be warned by it: every officer's.

    :raises Http404: if there is none.
    """
    signal = Signal.objects.filter(pk=signal_id).first()
    if signal is None:
        raise Http404
    return signal


def level_for(text_id: int, *, officer: Officer, permission: str) -> LevelText:
    """A level text in force in a country where the officer holds ``permission``.

    :raises Http404: for drafts, for what was replaced and for other countries, alike.
    """
    rows = LevelText.objects.select_related("edition")
    text = rows.filter(pk=text_id, edition__state=EditionState.LIVE).first()
    theirs = countries_of(officer, permission)
    if text is None or not concerns([text.edition.country_id], theirs):
        raise Http404
    return text


def published_message(identifier: str) -> CapMessage:
    """A message whose scope is Public and that is no exercise, expired or not.

    :raises Http404: for every other one, alike.
    """
    message = CapMessage.objects.filter(identifier=identifier, is_public=True).first()
    if message is None:
        raise Http404
    return message
