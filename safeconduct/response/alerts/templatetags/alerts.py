"""How an alert's own enumerations read, and what one is called."""

from django import template
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from safeconduct.response.alerts.engine.wording import event_in
from safeconduct.response.alerts.models import Alert
from safeconduct.response.alerts.terms import CapScope

register = template.Library()


@register.filter
def scope_word(scope: str) -> str:
    """Who may read an alert, as a sentence; empty before anybody decided."""
    return str(CapScope(scope).label) if scope else "–"


@register.filter
def titled(alert: Alert) -> str:
    """What happens, in the reader's language, and the alert's number: it is what is said aloud."""
    title = f"{event_in(alert.hazard, alert.event, get_language() or 'en')} {alert.pk}"
    return _("EXERCISE: {name}").format(name=title) if alert.exercise else title
