"""What requests announce."""

from dataclasses import dataclass

from safeconduct.ground.kernel.facts import Fact


@dataclass(frozen=True)
class CaseOpened(Fact):
    """Somebody asked for help; several at once announce one by one."""

    case_id: int


@dataclass(frozen=True)
class CaseAnswered(Fact):
    """An officer wrote to the person."""

    case_id: int


@dataclass(frozen=True)
class CaseClosed(Fact):
    """An officer ended a request."""

    case_id: int
