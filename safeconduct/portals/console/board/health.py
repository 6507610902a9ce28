"""Whether what the board shows can be current: intake, drain and providers."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from safeconduct.picture.rollcall.queries import Waiting, reports_waiting, waiting
from safeconduct.response.ladder.queries import steps_are_late
from safeconduct.wires.intake.queries import door_state
from safeconduct.wires.messaging.queries import provider_health


@dataclass(frozen=True, slots=True)
class Health:
    """``complaints`` are sentences; with one of them the board turns grey."""

    waiting: Waiting
    complaints: list[str]

    @property
    def is_stale(self) -> bool:
        return bool(self.complaints)


def health(now: datetime) -> Health:
    """What lags, in sentences an officer can pass on."""
    held = waiting()
    complaints = [*_door(now), *_drain(held, now), *_reports(now), *_providers(now), *_steps(now)]
    return Health(held, complaints)


def _door(now: datetime) -> list[str]:
    # Only of doors that report: one that stopped with a full journal would turn the board
    # grey for ever, and its neighbours count what it left.
    door = door_state(now=now, limit=_limit("INTAKE_SILENT_SECONDS"))
    if not door.alive:
        return [_("The door for answers does not report. Answers may not come in.")]
    if door.journalled_bytes:
        return [_("Answers are kept in the door's journal and not in the numbers yet.")]
    return []


def _drain(held: Waiting, now: datetime) -> list[str]:
    if held.drain_lags(now, limit=_limit("DRAIN_LAG_SECONDS")):
        return [_("Answers are not folded in time. The numbers are behind.")]
    return []


def _reports(now: datetime) -> list[str]:
    if reports_waiting().drain_lags(now, limit=_limit("REPORTS_LAG_SECONDS")):
        return [_("Calls for help and “I am here” wait at our door: nobody files them in time.")]
    return []


def _providers(now: datetime) -> list[str]:
    lagging = [provider for provider in provider_health(now) if provider.lagging]
    unsent = [provider.name for provider in lagging if provider.seen_at is None]
    complaints = [
        _("The provider {name} does not take messages.").format(name=provider.name)
        for provider in lagging
        if provider.seen_at is not None
    ]
    if unsent:
        said = _("No sender runs for {names}: messages wait.").format(names=", ".join(unsent))
        complaints.append(said)
    return complaints


def _steps(now: datetime) -> list[str]:
    if steps_are_late(now):
        return [
            _("A step of an alert has not begun in time: background work lags or stands still.")
        ]
    return []


def _limit(name: str) -> timedelta:
    return timedelta(seconds=settings.BOARD[name])
