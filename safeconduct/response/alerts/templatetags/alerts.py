"""How an alert's own enumerations read."""

from django import template

from safeconduct.response.alerts.terms import CapScope

register = template.Library()


@register.filter
def scope_word(scope: str) -> str:
    """Who may read an alert, as a sentence; empty before anybody decided."""
    return str(CapScope(scope).label) if scope else "–"
