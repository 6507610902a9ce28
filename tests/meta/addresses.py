"""Every address the house answers at, and what the permission matrix says of it."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.urls import URLPattern, URLResolver, get_resolver, reverse

_MATRIX = Path(__file__).parent / "matrix"


@dataclass(frozen=True)
class Rule:
    """One line of the matrix."""

    name: str
    who: str
    method: str = "GET"
    object: str = ""
    opened: str = ""
    scoped: bool = True
    page: bool = True
    data: bool = False
    fragment: bool = False

    @property
    def is_permission(self) -> bool:
        return self.who not in {"public", "signed_in", "link", "watcher"}


def rules() -> list[Rule]:
    lines = [
        (name, line)
        for path in sorted(_MATRIX.glob("*.toml"))
        for name, line in tomllib.loads(path.read_text(encoding="utf-8")).items()
    ]
    assert len(lines) == len(dict(lines)), "an address is listed twice"
    return [Rule(name=name, **line) for name, line in lines]


def names() -> Iterator[str]:
    """The qualified name of every URL pattern; one without a name is called by its route."""
    yield from _names(get_resolver().url_patterns, "")


def parts_of(name: str) -> set[str]:
    """The parts that make up the address: its keyword arguments."""
    *namespaces, last = name.split(":")
    resolver: object = get_resolver()
    for namespace in namespaces:
        assert isinstance(resolver, URLResolver)
        resolver = resolver.namespace_dict[namespace][1]
    assert isinstance(resolver, URLResolver)
    possibilities = resolver.reverse_dict.getlist(last)
    return {argument for found in possibilities for route in found[0] for argument in route[1]}


def address(rule: Rule, found: object = None, *, absent: bool = False) -> str:
    """The path a rule speaks of, for a row or parts that a builder made."""
    parts = found if isinstance(found, dict) else {}
    if found is not None and not parts:
        (key,) = parts_of(rule.name)
        parts = {key: found.pk}
    if absent:
        parts = {key: _absent(value) for key, value in parts.items()}
    return reverse(rule.name, kwargs=parts)


def _absent(value: object) -> object:
    return 999_999_999 if isinstance(value, int) else "0" * max(len(str(value)), 1)


def _names(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from _names(pattern.url_patterns, inner)
        else:
            yield f"{prefix}{pattern.name or pattern.pattern}"
