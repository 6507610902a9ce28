"""How the registry's own words read."""

from django import template
from django.utils.functional import Promise

from safeconduct.picture.registry.models import Person
from safeconduct.picture.registry.queries import shown_name
from safeconduct.picture.registry.terms import LEGAL_BASES

register = template.Library()


@register.filter
def named(person: Person) -> str:
    """A person's name, or words for who chose to give none."""
    return shown_name(person.given_name, person.family_name)


@register.filter
def basis_word(name: str) -> str | Promise:
    """By what right a list is kept, in the reader's language; what a ministry wrote, as it is."""
    return dict(LEGAL_BASES).get(name, name)
