"""How an incident's log reads."""

from django import template
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from safeconduct.ground.kernel.languages import in_words
from safeconduct.picture.incidents.models import Incident, LogEntry
from safeconduct.picture.incidents.terms import SENTENCES, Level, LogKind

register = template.Library()


@register.filter
def log_sentence(entry: LogEntry) -> str:
    """A line of the log in the reader's language; its numbers come from ``detail``."""
    known = {"level": "?", "alert": "?", "people": "?", "messages": "?", "round": "?"}
    sentence: str = str(SENTENCES[LogKind(entry.kind)])
    said: str = sentence % (known | entry.detail)
    return said


@register.filter
def called(incident: Incident) -> str:
    """An incident's name in the reader's language; older ones have only the one of their alert.

    An exercise says what it is wherever it is named.
    """
    name = in_words(incident.names, get_language() or "en") or incident.name
    return _("EXERCISE: {name}").format(name=name) if incident.exercise else name


@register.filter
def level_word(level: int) -> str:
    """A consular level as officers say it, its number first."""
    return str(Level(level).label)
