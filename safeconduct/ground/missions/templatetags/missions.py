"""How roles read."""

from django import template
from django.utils.functional import Promise

from safeconduct.ground.missions.terms import ROLES

register = template.Library()


@register.filter
def role_word(name: str) -> str | Promise:
    """A role in the reader's language; one that no longer exists, as it was called."""
    return ROLES[name].label if name in ROLES else name
