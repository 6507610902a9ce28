"""The words of standing: what we hold true of a person in an incident, and who told us."""

from enum import IntEnum
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from safeconduct.ground.audit import kinds
from safeconduct.ground.audit.kinds import Shredder
from safeconduct.ground.kernel.permissions import declare

VIEW: Final = declare("rollcall.view", _("See who has been heard from and who has not"))
CLAIM: Final = declare("rollcall.claim", _("Take on a person and write down failed attempts"))
RECORD: Final = declare("rollcall.record", _("Record sightings and close calls for help"))

kinds.declare(
    "rollcall.presumed",
    lambda number: ngettext(
        "{count} person was put on the roll of incident {subject} in round {round}.",
        "{count} people were put on the roll of incident {subject} in round {round}.",
        number,
    ),
)
kinds.declare(
    "rollcall.forgotten",
    lambda number: ngettext(
        "{count} person who left the registry left the rolls.",
        "{count} people who left the registry left the rolls.",
        number,
    ),
)
for _name, _sentence in (
    ("rollcall.sighting_recorded", _("{actor} recorded a sighting of person {subject}.")),
    ("rollcall.claimed", _("{actor} took on person {subject}, from officer {from}.")),
    ("rollcall.claim_released", _("{actor} gave back person {subject}.")),
    ("rollcall.attempt_logged", _("{actor} tried to reach person {subject} ({how}): {outcome}.")),
    ("rollcall.help_closed", _("{actor} closed person {subject}'s call for help: {reason}.")),
):
    kinds.declare(_name, _sentence, Shredder.FORGET_SUBJECT)

# Cells with fewer people are not drawn: one family must not be found by a colour.
SMALLEST_CELL: Final = 5


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


class Closing(TextChoices):
    """Why an officer closes a call for help."""

    HELPED = "helped", _("Helped, and now safe")
    MISTAKE = "mistake", _("Help was never needed")
    LEFT = "left", _("Left the area and is safe")
    DECEASED = "deceased", _("Found dead")


class How(TextChoices):
    """How an officer tried to reach a person."""

    CALL = "call", _("Telephone call")
    MESSAGE = "message", _("Text message or e-mail")
    RELATIVE = "relative", _("Through a relative or a friend")
    VISIT = "visit", _("Visit")


class Outcome(TextChoices):
    """What came of an attempt that did not reach the person."""

    NO_REPLY = "no_reply", _("Nobody answered")
    SWITCHED_OFF = "switched_off", _("Switched off or out of reach")
    WRONG_NUMBER = "wrong_number", _("Somebody else's number")
    REFUSED = "refused", _("Would not talk")


class Unreached(TextChoices):
    """Why nothing proves that anything reached somebody."""

    NO_CONTACT = "no_contact", _("We have no telephone number and no address")
    STOPPED = "stopped", _("They wrote STOP on every channel")
    NOT_WRITTEN = "not_written", _("No message was sent to them")
    BAD_ADDRESS = "bad_address", _("None of their addresses exists")
    NOT_PROVABLE = "not_provable", _("Handed over, but nothing proves that it arrived")
    FAILED = "failed", _("Every message failed")


class NextStep(TextChoices):
    """What an officer can do next for somebody who was not reached."""

    CALL = "call", _("Telephone them")
    PARTY = "party", _("Ask those they are with")
    KIN = "kin", _("Telephone whom they named")
    VISIT = "visit", _("Have the post or a warden look for them")
    AGAIN = "again", _("Everything was tried: begin again with")
