"""``{% load dates %}``: days, moments and numbers as the page's reader writes them."""

from datetime import date, datetime, time

from django import template
from django.conf import settings
from django.utils.translation import get_language

from safeconduct.ground.kernel import clock
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
def hour(value: time | datetime | None) -> str:
    """``{{ post.opens_at|hour }}``: 14:05 on the clock there."""
    return dates.hour(value, _reader())


@register.filter
def ago(then: datetime | None) -> str:
    """``{{ alert.sent|ago }}``: 5 dəqiqə öncə."""
    return dates.ago(then, _reader(), clock.now())


@register.filter
def left(until: datetime | None) -> str:
    """``{{ position.until|left }}``: 23 saat 59 dəqiqə from now."""
    return "" if until is None else dates.span(until - clock.now(), _reader())


@register.filter
def digits(value: object) -> str:
    """``{{ look.id|digits }}``: the same signs with the digits of the reader's language."""
    return dates.in_digits_of(_reader(), str(value))


@register.filter
def number(value: float | None) -> str:
    """``{{ people|number }}``: 12 345."""
    return dates.number(value, _reader())


def _reader() -> str:
    return get_language() or settings.LANGUAGE_CODE
