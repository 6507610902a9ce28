"""How the enumerations of CAP read."""

from itertools import chain

from django import template
from django.utils.functional import Promise

from safeconduct.wires.hazards.terms import Certainty, Severity, Urgency

register = template.Library()
_WORDS = {choice.value: choice.label for choice in chain(Severity, Urgency, Certainty)}


@register.filter
def cap_word(value: str) -> str | Promise:
    """A severity, urgency or certainty in the reader's language; what we do not know, as it is."""
    return _WORDS.get(value, value)
