"""How what we know is written on a page."""

from datetime import date, datetime

from django import template
from django.utils.translation import gettext as _

from safeconduct.ground.ui.templatetags.dates import day, digits, moment

register = template.Library()


@register.filter
def said(value: object) -> str:
    """A value as people read it: days and moments (UTC) in their language, yes, no, a dash."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return f"{moment(value)} UTC"
    if isinstance(value, date):
        return day(value)
    return digits(value) if isinstance(value, int) else str(value)


@register.filter
def named(names: dict[int, str], number: int) -> str:
    """Who a number is, by name."""
    return names.get(number, "")
