"""``{% load dates %}``: days, moments and numbers as the page's reader writes them."""

from datetime import date, datetime

from django import template
from django.conf import settings
from django.utils.translation import get_language

from safeconduct.ground.ui import dates

register = template.Library()


@register.filter
def day(value: date | None) -> str:
    """``{{ stay.until|day }}``: 22 noyabr 2026."""
    return dates.day(value, _reader())


@register.filter
def moment(value: datetime | None) -> str:
    """``{{ alert.sent|moment }} UTC``: 22 noyabr 2026, 14:05."""
    return dates.moment(value, _reader())


@register.filter
def number(value: float | None) -> str:
    """``{{ people|number }}``: 12 345."""
    return dates.number(value, _reader())


def _reader() -> str:
    return get_language() or settings.LANGUAGE_CODE
