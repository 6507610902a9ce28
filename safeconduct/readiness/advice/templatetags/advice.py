"""How advice reads."""

from django import template
from django.utils.functional import Promise

from safeconduct.readiness.advice.terms import Change, EditionState, Level

register = template.Library()
_BULLETS = ("- ", "* ", "• ")


@register.filter
def blocks(text: str) -> list[tuple[str, list[str]]]:
    """Plain words as paragraphs and lists: a line that begins with "- " is an item."""
    found: list[tuple[str, list[str]]] = []
    for line in text.strip().splitlines():
        said = line.strip()
        kind = "list" if said.startswith(_BULLETS) else "text"
        said = said[2:].strip() if kind == "list" else said
        if not said:
            found.append(("gap", []))
        elif found and found[-1][0] == kind:
            found[-1][1].append(said)
        else:
            found.append((kind, [said]))
    return [block for block in found if block[1]]


@register.filter
def change_word(change: str) -> str | Promise:
    return Change(change).label if change in Change.values else ""


@register.filter
def state_word(state: str) -> str | Promise:
    return EditionState(state).label


@register.filter
def level_word(level: int) -> str | Promise:
    return Level(level).label
