"""Links that others have added to a page."""

from typing import Any

from django import template

from safeconduct.ground.ui import navigation
from safeconduct.ground.ui.navigation import Link

register = template.Library()


@register.simple_tag(takes_context=True)
def links_beside(context: dict[str, Any], page: str, number: int) -> list[Link]:
    """The links added to ``page`` about ``number``, as far as the reader may follow them."""
    held: frozenset[str] = getattr(context["request"], "permissions", frozenset())
    return navigation.links_beside(page, number, held=held)
