"""News of alerts."""

from dataclasses import dataclass

from safeconduct.ground.kernel.facts import Fact


@dataclass(frozen=True)
class AlertReleased(Fact):
    alert_id: int


@dataclass(frozen=True)
class AlertStopped(Fact):
    alert_id: int
