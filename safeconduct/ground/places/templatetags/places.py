"""How places read."""

from collections.abc import Iterable

from django import template

from safeconduct.ground.kernel.names import sort_key
from safeconduct.ground.places.queries import country_name

register = template.Library()


register.filter("country_in", country_name)


@register.filter
def country_names(codes: Iterable[str], language: str) -> str:
    """The names of countries, in the order of the reader's alphabet."""
    names = (country_name(code, language) for code in codes)
    return ", ".join(sorted(names, key=lambda name: sort_key(name, language)))
