"""What templates of every capability may use."""

from functools import lru_cache

from babel import Locale, UnknownLocaleError
from django import template
from django.forms import BoundField
from django.urls import reverse
from django.utils.translation import get_language

from safeconduct.ground.kernel import languages
from safeconduct.ground.ui.sheets import sheet

register = template.Library()
register.filter(languages.in_words)


@register.filter
def grouped(number: int) -> str:
    """A count with its thousands apart by a narrow space, in every language (ISO 80000-1)."""
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


@register.filter
def language_word(code: str) -> str:
    """What the reader calls a language; its code where they have no word for it."""
    return code and _language_word(code, get_language() or "en")


@lru_cache(maxsize=500)
def _language_word(code: str, reader: str) -> str:
    try:
        return Locale.parse(code).get_display_name(reader) or code
    except (UnknownLocaleError, ValueError):
        return code


@register.filter
def first_control_id(field: BoundField) -> str:
    """The id an error leads to: of a group of choices, the first one."""
    return f"{field.auto_id}_0" if field.use_fieldset else field.auto_id


@register.simple_tag
def style_url(name: str) -> str:
    """Where a sheet of ``ui.sheets`` lies, in its version of today."""
    return f"{reverse(f'ui:{name}')}?v={sheet(name).version}"
