"""How an incident's log reads."""

from django import template

from safeconduct.picture.incidents.models import LogEntry
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
def level_word(level: int) -> str:
    """A consular level as officers say it, its number first."""
    return str(Level(level).label)
