"""What the roll call announces."""

from dataclasses import dataclass

from safeconduct.ground.kernel.facts import Fact


@dataclass(frozen=True)
class CallClosed(Fact):
    """An officer closed a person's call for help."""

    incident_id: int
    person_id: int
