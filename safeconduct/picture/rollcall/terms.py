"""The words of standing: what we hold true of a person in an incident, and who told us."""

from enum import IntEnum


class Presence(IntEnum):
    UNKNOWN = 0
    PRESUMED = 1
    CONFIRMED = 2
    DEPARTED = 3
    NEVER_THERE = 4


class Safety(IntEnum):
    NO_ANSWER = 0
    SAFE = 1
    NEEDS_HELP = 2
    INJURED = 3
    MISSING = 4
    DECEASED = 5


class Witness(IntEnum):
    """Whose word a sighting is."""

    SELF = 1
    PARTY = 2
    OFFICER = 3
