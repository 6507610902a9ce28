"""What templates of every capability may use."""

from django import template
from django.forms import BoundField

from safeconduct.ground.kernel.languages import fallbacks

register = template.Library()


@register.filter
def first_control_id(field: BoundField) -> str:
    """The id an error leads to: of a group of choices, the first one."""
    return f"{field.auto_id}_0" if field.use_fieldset else field.auto_id


@register.filter
def in_words(names: dict[str, str] | None, language: str) -> str:
    """Officer-written words in the reader's language or the next best one."""
    return next((names[code] for code in fallbacks(language) if names and names.get(code)), "")
