"""What the board calls things: states of messages, standings, witnesses."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from safeconduct.ground.audit.kinds import Shredder, declare
from safeconduct.ground.audit.looks import look_kind
from safeconduct.picture.rollcall.terms import Presence, Safety, Witness
from safeconduct.wires.messaging.terms import Channel, State

PERSON_SEEN: Final = declare(
    "console.person_seen",
    _("{actor} opened the panel of person {subject} in incident {incident}."),
    Shredder.FORGET_SUBJECT,
)
LIST_EXPORTED: Final = declare(
    "console.list_exported",
    lambda number: ngettext(
        "{actor} saved {count} person of incident {subject} as a file.",
        "{actor} saved {count} people of incident {subject} as a file.",
        number,
    ),
)

PANEL: Final = look_kind("board.panel", _("Your page in this crisis was opened."))
SAVED: Final = look_kind("board.file", _("You were in a list that was saved as a file."))

TOO_MANY_EXPORTED: Final = _(
    "You saved 50 people within an hour. That is the most one person takes alone; "
    "the list itself shows everybody."
)
# Stands for the name of somebody who deleted their record while they were on an open roll.
RECORD_DELETED: Final = _("Deleted their record")

STATES: Final[dict[State, str | Promise]] = {
    State.WAITING: _("waiting to be sent"),
    State.CLAIMED: _("being sent"),
    State.HANDED: _("handed over, no proof of delivery"),
    State.DELIVERED: _("delivered"),
    State.INVALID_ADDRESS: _("the address does not exist"),
    State.REFUSED_BY_PROVIDER: _("refused by the provider"),
    State.EXPIRED: _("not sent in time"),
    State.STOPPED: _("stopped before sending"),
    State.GAVE_UP: _("given up after several tries"),
    State.BLOCKED_BY_OPERATOR: _("blocked by the operator"),
    State.ANSWERED: _("not needed any more"),
    State.UNSUBSCRIBED: _("not sent: the person said stop"),
}
# A call is no message that a machine sends.
CALL_STATES: Final[dict[State, str | Promise]] = {
    State.WAITING: _("waits on the list of calls"),
    State.CLAIMED: _("an officer is on it"),
    State.HANDED: _("a message was left"),
    State.DELIVERED: _("somebody was spoken to"),
    State.GAVE_UP: _("nobody answered, however often it was tried"),
    State.INVALID_ADDRESS: _("somebody else's number"),
    State.UNSUBSCRIBED: _("they would not talk, or wrote STOP"),
}
CHANNELS: Final[dict[Channel, str | Promise]] = {
    Channel.SMS: _("SMS"),
    Channel.EMAIL: _("E-mail"),
    Channel.PUSH: _("App"),
    Channel.CALL: _("Telephone call"),
}
PRESENCES: Final[dict[Presence, str | Promise]] = {
    Presence.UNKNOWN: pgettext_lazy("presence", "Not known"),
    Presence.PRESUMED: _("Presumed there"),
    Presence.CONFIRMED: _("There"),
    Presence.DEPARTED: _("Has left"),
    Presence.NEVER_THERE: _("Was not there"),
}
SAFETIES: Final[dict[Safety, str | Promise]] = {
    Safety.NO_ANSWER: pgettext_lazy("safety", "Not heard from"),
    Safety.SAFE: pgettext_lazy("safety", "Safe"),
    Safety.NEEDS_HELP: pgettext_lazy("safety", "Needs help"),
    Safety.INJURED: _("Injured"),
    Safety.MISSING: _("Missing"),
    Safety.DECEASED: _("Deceased"),
}
WITNESSES: Final[dict[Witness, str | Promise]] = {
    Witness.SELF: _("the person"),
    Witness.PARTY: _("somebody of the party"),
    Witness.OFFICER: _("an officer"),
}
TONES: Final[dict[Safety, str]] = {
    Safety.NO_ANSWER: "warn",
    Safety.SAFE: "good",
    Safety.NEEDS_HELP: "bad",
    Safety.INJURED: "bad",
    Safety.MISSING: "bad",
    Safety.DECEASED: "plain",
}
# A family's message went to one of it: as its others read it, without and with whose it was.
_SHARED: Final[dict[Channel, tuple[str | Promise, str | Promise]]] = {
    Channel.SMS: (
        _("by the message to the phone they share"),
        _("by the message to {name}'s phone"),
    ),
    Channel.EMAIL: (
        _("by the message to the address they share"),
        _("by the message to {name}'s address"),
    ),
    Channel.PUSH: (
        _("by the message to somebody they are with"),
        _("by the message to {name}'s phone"),
    ),
    Channel.CALL: (_("by the call to somebody with them"), _("by the call to {name}")),
}
# Who has no contact of their own shares none.
_BESIDE: Final = _("by the message to somebody they are with")


def state_word(channel: Channel, state: State) -> str | Promise:
    """How a message stands; a call waits and ends in words of its own."""
    return CALL_STATES.get(state, STATES[state]) if channel == Channel.CALL else STATES[state]


def shared_word(channel: Channel, name: str | Promise = "", *, shares: bool = True) -> str:
    """That a message was another's of the party as well, by name where the officer may read it.

    Without a name, whether they share the address it went to.
    """
    nameless, named = _SHARED.get(channel, _SHARED[Channel.EMAIL])
    if not shares and channel != Channel.CALL:
        nameless = _BESIDE
    return str(named).format(name=name) if name else str(nameless)
