"""How the registry's own words read."""

from django import template
from django.utils.functional import Promise

from safeconduct.picture.registry.terms import LEGAL_BASES

register = template.Library()


@register.filter
def basis_word(name: str) -> str | Promise:
    """By what right a list is kept, in the reader's language; what a ministry wrote, as it is."""
    return dict(LEGAL_BASES).get(name, name)
