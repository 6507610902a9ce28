"""Who does something: every action names its actor, and nothing has a default one."""

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    OFFICER = "officer"
    CITIZEN = "citizen"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """An officer by account id, a national by person id, or a part of the system by name."""

    kind: ActorKind
    id: int | None = None
    name: str = ""

    @classmethod
    def officer(cls, account_id: int) -> "Actor":
        return cls(ActorKind.OFFICER, account_id)

    @classmethod
    def citizen(cls, person_id: int | None) -> "Actor":
        """A national; without id, somebody who is not registered yet."""
        return cls(ActorKind.CITIZEN, person_id)

    @classmethod
    def system(cls, name: str) -> "Actor":
        return cls(ActorKind.SYSTEM, name=name)
