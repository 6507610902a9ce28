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


@dataclass(frozen=True)
class Aside:
    """A link on somebody else's ``page`` to more about the same thing, by the same number."""

    page: str
    url_name: str
    label: str | Promise
    permission: str


sections: Catalogue[Section] = Catalogue("section")
asides: Catalogue[Aside] = Catalogue("aside")


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


def beside(page: str, url_name: str, label: str | Promise, *, permission: str) -> None:
    """Add a link to a page of a capability that knows nothing of where it leads."""
    asides.register(f"{page} {url_name}", Aside(page, url_name, label, permission))


def links_beside(page: str, number: int, *, held: Collection[str]) -> list[Link]:
    """What was added to this page, for somebody holding these permissions."""
    return [
        Link(reverse(aside.url_name, args=[number]), aside.label, is_current=False)
        for _, aside in asides.items()
        if aside.page == page and aside.permission in held
    ]


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
