"""The sections of the portals: each capability registers its own at start-up."""

from collections.abc import Collection
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from safeconduct.ground.kernel.catalogues import Catalogue


@dataclass(frozen=True)
class Section:
    """A link in a portal's navigation, shown to those who hold ``permission``."""

    url_name: str
    label: str | Promise
    permission: str | None
    portal: str
    order: int


@dataclass(frozen=True)
class Link:
    url: str
    label: str | Promise
    is_current: bool


sections: Catalogue[Section] = Catalogue("section")


def register(
    url_name: str,
    label: str | Promise,
    *,
    permission: str | None = None,
    portal: str = "console",
    order: int = 50,
) -> None:
    """Add a link; in the console ``permission`` None means everybody who signed in."""
    sections.register(url_name, Section(url_name, label, permission, portal, order))


def links(portal: str, *, held: Collection[str], path: str) -> list[Link]:
    """The portal's links for somebody holding these permissions, the open one marked."""
    shown = sorted(
        (
            section
            for _, section in sections.items()
            if section.portal == portal
            and (section.permission is None or section.permission in held)
        ),
        key=lambda section: (section.order, section.url_name),
    )
    return [_link(section, path) for section in shown]


def _link(section: Section, path: str) -> Link:
    url = reverse(section.url_name)
    return Link(url, section.label, is_current=path.startswith(url))
