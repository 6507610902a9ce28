"""Steps in words."""

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from safeconduct.response.ladder.terms import CHANNELS, Ending, StopsOn
from safeconduct.wires.messaging.terms import Channel

register = template.Library()


@register.filter
def channel_word(channel: int) -> str | Promise:
    """What officers call a channel."""
    return CHANNELS[Channel(channel)]


@register.filter
def after_release(seconds: int) -> str:
    """How long after the release, in the largest whole unit."""
    if seconds == 0:
        return _("at the release")
    if seconds % 60:
        return ngettext("after %d second", "after %d seconds", seconds) % seconds
    return ngettext("after %d minute", "after %d minutes", seconds // 60) % (seconds // 60)


@register.filter
def stop_word(value: str) -> str | Promise:
    """What ends the steps for a person."""
    return StopsOn(value).label


@register.filter
def ending_word(value: str) -> str | Promise:
    """Why a climb is over."""
    return Ending(value).label
