"""Words for providers and sender names."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django import template
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from safeconduct.ground.places.queries import country_name
from safeconduct.ground.ui import dates
from safeconduct.wires.messaging.models import SenderIdentity
from safeconduct.wires.messaging.queries import ProviderState
from safeconduct.wires.messaging.terms import Channel, Registration

register = template.Library()
_CHANNELS: Final[dict[int, Promise]] = {
    Channel.SMS: gettext_lazy("text message"),
    Channel.EMAIL: gettext_lazy("e-mail"),
    Channel.PUSH: gettext_lazy("push"),
}
_TONES: Final = {Registration.REGISTERED: "good", Registration.REFUSED: "bad"}


@dataclass(frozen=True, slots=True)
class Tag:
    """A word with the tone it is said in."""

    tone: str
    label: str


@register.filter
def channel_word(channel: int) -> str:
    return str(_CHANNELS.get(channel, ""))


@register.filter
def service_state(provider: ProviderState) -> Tag:
    """The one word for how a provider does."""
    if provider.out_since:
        return Tag("bad", _("out of service"))
    if provider.seen_at is None:
        return Tag("bad", _("no sender runs"))
    if provider.lagging:
        return Tag("bad", _("failing"))
    if provider.share < 1.0:
        return Tag("warn", _("coming back") if provider.share else _("gets nothing"))
    return Tag("good", _("working"))


@register.filter
def age_at(then: datetime, now: datetime) -> str:
    """How long ago, in one unit."""
    return dates.ago(then, get_language() or "en", now)


@register.filter
def country_word(code: str) -> str:
    """A country's name in the reader's language."""
    return country_name(code, get_language() or "en")


@register.filter
def registration_state(identity: SenderIdentity) -> Tag:
    state = Registration(identity.state)
    return Tag(_TONES.get(state, "plain"), str(state.label))


@register.filter
def reports_word(true: bool | None) -> str:
    if true is None:
        return _("not known")
    return _("true") if true else _("not provable")
