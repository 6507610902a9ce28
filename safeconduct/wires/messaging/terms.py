"""The words of sending: channels, lanes, states."""

from datetime import timedelta
from enum import IntEnum
from typing import Final

from django.db.models import IntegerChoices
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.audit.kinds import declare as declare_kind
from safeconduct.ground.kernel.permissions import declare

VIEW: Final = declare("messaging.view", _("See how the providers of messages do"))
MANAGE: Final = declare("messaging.manage", _("Take providers out of service; enter sender names"))
TAKEN_OUT: Final = declare_kind(
    "messaging.taken_out", _("{actor} took the provider {provider} out of service")
)
PUT_BACK: Final = declare_kind(
    "messaging.put_back", _("{actor} put the provider {provider} back into service")
)
NAMED: Final = declare_kind(
    "messaging.named", _("{actor} entered the sender name {sender} for {country} at {provider}")
)
UNNAMED: Final = declare_kind(
    "messaging.unnamed", _("{actor} removed the sender name {sender} for {country} at {provider}")
)


class Channel(IntEnum):
    """A way to a person. The values are bits: a person's ``reach`` is their sum."""

    SMS = 1
    EMAIL = 2
    PUSH = 4
    # A person who telephones: the messages are a work list, no sender claims them.
    CALL = 8


class Lane(IntEnum):
    """Urgent messages are claimed before bulk ones."""

    URGENT = 0
    BULK = 1


class State(IntEnum):
    """Where a message is. From 3 on it has ended, and the name says why."""

    WAITING = 0
    CLAIMED = 1
    HANDED = 2
    DELIVERED = 3
    INVALID_ADDRESS = 10
    REFUSED_BY_PROVIDER = 11
    EXPIRED = 12
    STOPPED = 13
    GAVE_UP = 14
    BLOCKED_BY_OPERATOR = 15
    # No longer needed: the person answered, or another way proved to have reached them.
    ANSWERED = 16
    # The person said stop, and the message is no threat to life.
    UNSUBSCRIBED = 17


class Registration(IntegerChoices):
    """Whether a country's operators know the name we send under."""

    REGISTERED = 1, _("registered")
    PENDING = 2, _("applied for")
    REFUSED = 3, _("refused")
    NOT_NEEDED = 4, _("not needed")
    UNKNOWN = 5, _("not known")


# How long messages are kept once their batch has ended, to answer "why did she not get it".
KEPT: Final = timedelta(days=90)

# A push subscription is its endpoint, and behind a hash its two keys: the longest address.
LONGEST_ADDRESS: Final = 700
# What a reader types to learn whether a message is genuine: letters nobody mistakes.
CODE_LENGTH: Final = 6

# ITU-T E.164 assigns no country code 999: numbers we make up start with it, and every
# provider that could reach a telephone refuses it.
SYNTHETIC_PREFIX: Final = "+999"
# RFC 2606, 2: no mail address under .invalid can exist.
SYNTHETIC_DOMAIN: Final = ".invalid"


def is_synthetic(address: str) -> bool:
    """Whether an address was made up and must not leave the building."""
    return address.startswith(SYNTHETIC_PREFIX) or address.endswith(SYNTHETIC_DOMAIN)


# Where a text holds the place for its reader's own answer link.
LINK_PLACE: Final = "{link}"
# Letters and digits of a link's last part.
LINK_LENGTH: Final = 22
# Where six digits stand that are the reader's alone (kernel.tokens.digits of the subject).
DIGITS_PLACE: Final = "{digits}"
DIGITS_PURPOSE: Final = "message"
# And where the code of its batch stands, the same for everybody who reads it.
CODE_PLACE: Final = "{code}"
# What an exercise's messages begin with, in every language people are written to in.
EXERCISE_MARKS: Final = {
    "az": "TƏLİM",
    "en": "EXERCISE",
    "ru": "УЧЕНИЯ",
    "fa": "تمرین",
    "ar": "تمرين",
    "tr": "TATBİKAT",
    "fr": "EXERCICE",
    "es": "SIMULACRO",
    "de": "ÜBUNG",
    "ka": "სწავლება",
    "uk": "НАВЧАННЯ",
}
# NOTIFY channels; the payload is a batch's number.
WORK_SIGNAL: Final = "messaging_work"
STOP_SIGNAL: Final = "messaging_stop"
# Here it is a batch's number, a colon, and the ids of messages that a sender may hold.
WITHDRAWN_SIGNAL: Final = "messaging_withdrawn"
# Ended, whatever the end.
ENDED: Final = frozenset(state for state in State if state >= State.DELIVERED)
