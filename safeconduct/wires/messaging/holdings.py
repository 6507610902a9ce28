"""What we sent to people, told to themselves."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from safeconduct.ground.privacy.holdings import Entry, Fact, Holder, holding
from safeconduct.wires.messaging.models import Batch, BatchText, Delivery
from safeconduct.wires.messaging.terms import Channel, State

_CHANNELS = {
    Channel.SMS: _lazy("SMS"),
    Channel.EMAIL: _lazy("E-mail"),
    Channel.PUSH: _lazy("App"),
    Channel.CALL: _lazy("Telephone call"),
}
_STATES = {
    State.WAITING: _lazy("waiting to be sent"),
    State.CLAIMED: _lazy("being sent"),
    State.HANDED: _lazy("handed over, no proof of delivery"),
    State.DELIVERED: _lazy("delivered"),
    State.INVALID_ADDRESS: _lazy("the address does not exist"),
    State.REFUSED_BY_PROVIDER: _lazy("refused by the provider"),
    State.EXPIRED: _lazy("not sent in time"),
    State.STOPPED: _lazy("stopped before sending"),
    State.GAVE_UP: _lazy("given up after several tries"),
    State.BLOCKED_BY_OPERATOR: _lazy("blocked by the operator"),
    State.ANSWERED: _lazy("not needed any more"),
    State.UNSUBSCRIBED: _lazy("not sent: the person said stop"),
}


def declare() -> None:
    """Have messages told."""
    holding(
        "messaging.messages",
        _lazy("What we sent to you"),
        tables=["messaging.Delivery"],
        read=_messages,
        order=70,
    )


def _messages(holder: Holder) -> list[Entry]:
    found = list(
        Delivery.objects.filter(recipient_id__in=holder.person_ids).order_by("-batch_id", "-id")
    )
    batches = {one.batch_id for one in found}
    opened = dict(Batch.objects.filter(pk__in=batches).values_list("pk", "created_at"))
    words = {
        (text.batch_id, text.language, text.channel): text.body
        for text in BatchText.objects.filter(batch_id__in=batches)
    }
    return [
        [
            Fact("at", _("When"), one.handed_at or opened.get(one.batch_id)),
            Fact("channel", _("How"), str(_CHANNELS[Channel(one.channel)])),
            Fact("address", _("Number or address"), _address(one)),
            Fact("state", _("What became of it"), str(_STATES[State(one.state)])),
            Fact("text", _("Words"), _read(words.get((one.batch_id, one.language, one.channel)))),
        ]
        for one in found
    ]


def _read(body: str | None) -> str | None:
    """The words as sent; where each message had its own link or code stands "…"."""
    return None if body is None else re.sub(r"\{[a-z_]+\}", "…", body)


def _address(message: Delivery) -> str | None:
    """A subscription is the browser's secret: that there is one is what its owner knows."""
    if message.channel == Channel.PUSH:
        return _("a browser of yours")
    return message.address or None
