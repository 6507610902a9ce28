"""How the enumerations of CAP read."""

from itertools import chain

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.kernel import clock
from safeconduct.wires.hazards import rules
from safeconduct.wires.hazards.models import Signal
from safeconduct.wires.hazards.terms import Certainty, Kind, Severity, Status, Urgency

register = template.Library()
# What sources call their facts; one that is not here keeps its own name.
_FACTS = {
    "net": _("Network"),
    "web": _("Page of the source"),
    "alert": _("Alert colour"),
    "basis": _("What the area rests on"),
    "place": _("Place"),
    "status": _("State of the reading"),
    "magType": _("Kind of magnitude"),
    "tsunami": _("Tsunami"),
    "depth_km": _("Depth in kilometres"),
    "event_id": _("Number of the event"),
    "magnitude": _("Magnitude"),
    "country": _("Country"),
    "link": _("Page of the source"),
}
_WORDS = {
    choice.value: choice.label for choice in chain(Severity, Urgency, Certainty, Status, Kind)
}


@register.filter
def cap_word(value: str) -> str | Promise:
    """A value of CAP's enumerations in the reader's language; what we do not know, as it is."""
    return _WORDS.get(value, value)


@register.filter
def fact_word(name: str) -> str | Promise:
    """What a fact is about, in the reader's language, as far as we know the source's name."""
    return _FACTS.get(name, name)


@register.inclusion_tag("hazards/marks.html")
def signal_marks(signal: Signal) -> dict[str, object]:
    """What keeps a signal from being a real warning of today, as tags beside its name."""
    return _marks(signal)


@register.inclusion_tag("hazards/cautions.html")
def signal_cautions(signal: Signal) -> dict[str, object]:
    """The same in sentences, with what follows from it for a draft."""
    return _marks(signal)


def _marks(signal: Signal) -> dict[str, object]:
    return {
        "signal": signal,
        "is_real": rules.is_real(signal),
        "warns": rules.warns(signal),
        "is_expired": rules.is_expired(signal, now=clock.now()),
    }
