"""How an alert's own enumerations read, and what one is called."""

from django import template
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from safeconduct.response.alerts.engine.wording import event_in
from safeconduct.response.alerts.models import Alert
from safeconduct.response.alerts.rules import is_published
from safeconduct.response.alerts.terms import CapScope

register = template.Library()


@register.filter
def readers_of(alert: Alert) -> str:
    """Who may read an alert, as a sentence; a dash before anybody decided."""
    if not alert.scope:
        return "–"
    scope = CapScope(alert.scope)
    if scope is CapScope.PUBLIC and not is_published(scope, exercise=alert.exercise):
        return _("On no page and in no feed: it is an exercise")
    return str(scope.label)


@register.filter
def titled(alert: Alert) -> str:
    """What happens, in the reader's language, and the alert's number: it is what is said aloud."""
    title = f"{event_in(alert.hazard, alert.event, get_language() or 'en')} {alert.pk}"
    return _("EXERCISE: {name}").format(name=title) if alert.exercise else title
