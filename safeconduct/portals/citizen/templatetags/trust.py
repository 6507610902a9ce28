"""How what we know is written on a page."""

from datetime import date, datetime

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def said(value: object) -> str:
    """A value as people read it: days and moments (UTC) in their language, yes, no, a dash."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return f"{date_format(value, 'DATE_FORMAT')}, {value:%H:%M} UTC"
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    return str(value)


@register.filter
def named(names: dict[int, str], number: int) -> str:
    """Who a number is, by name."""
    return names.get(number, "")
