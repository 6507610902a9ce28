"""What templates of every capability may use."""

from django import template
from django.forms import BoundField

from safeconduct.ground.kernel import languages

register = template.Library()
register.filter(languages.in_words)


@register.filter
def grouped(number: int) -> str:
    """A count with its thousands apart by a narrow space, in every language (ISO 80000-1)."""
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


@register.filter
def first_control_id(field: BoundField) -> str:
    """The id an error leads to: of a group of choices, the first one."""
    return f"{field.auto_id}_0" if field.use_fieldset else field.auto_id
