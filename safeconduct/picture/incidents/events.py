"""News of incidents."""

from dataclasses import dataclass

from safeconduct.ground.kernel.facts import Fact


@dataclass(frozen=True)
class IncidentDeclared(Fact):
    incident_id: int


@dataclass(frozen=True)
class IncidentClosed(Fact):
    incident_id: int
