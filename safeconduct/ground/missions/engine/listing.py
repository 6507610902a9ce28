"""A post's entry in the directory, in one language and at one moment."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from babel.dates import get_day_names
from django.conf import settings
from django.urls import reverse

from safeconduct.ground.kernel.languages import in_words
from safeconduct.ground.missions import queries, rules
from safeconduct.ground.missions.models import Post
from safeconduct.ground.missions.terms import CLOSED_SOON, CLOSURES_SHOWN, Service
from safeconduct.ground.places.queries import country_name


@dataclass(frozen=True, slots=True)
class DayLine:
    """A weekday and its hours as words; empty where the post is closed."""

    name: str
    hours: str
    is_today: bool


@dataclass(frozen=True, slots=True)
class ClosureLine:
    first_on: date
    last_on: date
    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    """Everything a post's page and its JSON say."""

    id: int
    kind: str
    name: str
    country: str
    country_name: str
    address: str
    directions: str
    notice: str
    duty_number: str
    telephone: str
    email: str
    services: list[str]
    days: list[DayLine]
    closures: list[ClosureLine]
    state: rules.State
    # The post's own time, and when it opens or closes by it. Naive: templates would turn them
    # back into UTC.
    clock: datetime
    turns_at: datetime | None
    zone: str
    place: tuple[float, float] | None
    is_exact: bool
    is_demo: bool
    described_at: datetime | None
    url: str

    @property
    def opens_today(self) -> bool:
        """Whether the next opening or closing is on the day it is there now."""
        return self.turns_at is not None and self.turns_at.date() == self.clock.date()

    @property
    def closed_soon(self) -> ClosureLine | None:
        """The next closure that has not begun, if it begins before anybody plans their visit."""
        today = self.clock.date()
        ahead = (line for line in self.closures if today < line.first_on <= today + CLOSED_SOON)
        return next(ahead, None)

    @property
    def geo(self) -> str:
        """The place as an address telephones open in their map (RFC 5870)."""
        return "geo:{:.5f},{:.5f}".format(*self.place) if self.place else ""

    def as_data(self) -> dict[str, Any]:
        """The same for JSON; hours by weekday name come as words, as on the page."""
        until = self.state.until
        return {
            "id": self.id,
            "kind": self.kind,
            "name": self.name,
            "country": self.country,
            "address": self.address,
            "directions": self.directions,
            "notice": self.notice,
            "duty_number": self.duty_number,
            "telephone": self.telephone,
            "email": self.email,
            "services": self.services,
            "hours": [{"day": line.name, "hours": line.hours} for line in self.days],
            "closures": [
                {"first_on": line.first_on, "last_on": line.last_on, "name": line.name}
                for line in self.closures
            ],
            "opening": self.state.opening,
            "until": until and until.isoformat(),
            "time_zone": self.zone,
            "latitude": self.place and self.place[0],
            "longitude": self.place and self.place[1],
            "exact_place": self.is_exact,
            "url": settings.PUBLIC_URL + self.url,
        }


def entry(post: Post, language: str, now: datetime) -> Entry:
    """A post as it is described now."""
    zone = queries.zone_of(post)
    local, state = now.astimezone(zone), queries.state_of(post, now)
    return Entry(
        id=post.pk,
        kind=post.kind,
        name=in_words(post.names, language),
        country=post.country_id,
        country_name=country_name(post.country_id, language),
        address=in_words(post.addresses, language),
        directions=in_words(post.directions, language),
        notice=in_words(post.notices, language),
        duty_number=post.emergency_number,
        telephone=post.telephone,
        email=post.email,
        services=[str(service.label) for service in Service if service in post.services],
        days=_days(post, language, local),
        closures=_closures(post, language, local.date()),
        state=state,
        clock=local.replace(tzinfo=None),
        turns_at=state.until and state.until.replace(tzinfo=None),
        zone=str(zone),
        place=queries.place_of(post),
        is_exact=post.latitude is not None,
        is_demo=post.is_demo,
        described_at=post.described_at,
        url=reverse("public_posts:post", args=[language, post.pk]),
    )


def _days(post: Post, language: str, local: datetime) -> list[DayLine]:
    if not any(post.hours.values()):
        return []
    # Babel's days are numbered as Python's are: Monday is 0.
    names = get_day_names("wide", "stand-alone", locale=language)
    return [
        DayLine(
            names[int(day)],
            rules.hours_in_words(post.hours.get(day, [])),
            local.weekday() == int(day),
        )
        for day in rules.DAYS
    ]


def _closures(post: Post, language: str, today: date) -> list[ClosureLine]:
    return [
        ClosureLine(row.first_on, row.last_on, in_words(row.names, language))
        for row in post.closures.all()
        if row.last_on >= today and row.first_on <= today + CLOSURES_SHOWN
    ]
