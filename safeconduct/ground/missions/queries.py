"""Posts and appointments for people to read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, QuerySet

from safeconduct.ground.kernel.geometry import distance_km
from safeconduct.ground.missions import rules
from safeconduct.ground.missions.models import Appointment, ConsularDistrict, Post


@dataclass(frozen=True)
class PostRow:
    """A post with the codes of the countries it answers for."""

    id: int
    kind: str
    names: dict[str, str]
    country: str
    emergency_number: str
    is_open: bool
    district: list[str]


def posts(ids: Iterable[int] | None = None) -> list[PostRow]:
    """All posts, or those with these ids, by id."""
    rows = Post.objects.annotate(
        district=ArrayAgg("districts__country_id", order_by="districts__country_id")
    ).order_by("id")
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    return [
        PostRow(
            id=post.pk,
            kind=post.kind,
            names=post.names,
            country=post.country_id,
            emergency_number=post.emergency_number,
            is_open=post.is_open,
            district=[code for code in post.district if code],
        )
        for post in rows
    ]


def appointments_at(post_ids: frozenset[int] | None) -> QuerySet[Appointment]:
    """Appointments at these posts, everywhere for None; those that lasted longest first."""
    rows = Appointment.objects.select_related("officer", "post").order_by("-until", "id")
    return rows if post_ids is None else rows.filter(post_id__in=post_ids)


def only_post_of(officer_id: int, now: datetime) -> int | None:
    """The one post an officer is appointed at; None for several, for none, and for all posts."""
    lasting = Q(until__isnull=True) | Q(until__gt=now)
    held = Appointment.objects.filter(lasting, officer_id=officer_id)
    posts = set(held.values_list("post_id", flat=True)[:50])
    return posts.pop() if len(posts) == 1 else None


def post_of_country(country: str) -> int | None:
    """The post that answers for a country."""
    return (
        ConsularDistrict.objects.filter(country_id=country)
        .values_list("post_id", flat=True)
        .first()
    )


def post_to_call(country: str | None) -> Post | None:
    """The open post that answers for a country; where none does, the ministry itself."""
    found = Post.objects.filter(is_open=True, districts__country_id=country).first()
    return found or Post.objects.filter(is_open=True, kind="ministry").first()


@dataclass(frozen=True, slots=True)
class NearPost:
    """A post as somebody in trouble needs it.

    ``distance_km`` is None where the place asked for, or the post's, is only a country;
    ``answers_for`` says that the country asked for lies in its district.
    """

    post: Post
    distance_km: float | None
    answers_for: bool


def nearest_posts(
    *,
    country: str | None = None,
    lat: float | None = None,
    lon: float | None = None,
    limit: int = 3,
) -> list[NearPost]:
    """Open posts for somebody in a country or at a place, the one to call first.

    The post that answers for the country leads, whatever the distance; then come those in
    the country, then the nearest ones. Without a place and outside of every district the
    ministry itself is all there is. A place alone takes the nearest by air.
    """
    posts = list(directory())
    answering = post_of_country(country) if country else None
    near = [_near(post, answering, lat, lon) for post in posts]
    if lat is None:
        near = [one for one in near if one.answers_for or one.post.country_id == country]
    near.sort(key=lambda one: _rank(one, country))
    if not near:
        near = [_near(post, answering, lat, lon) for post in posts if post.kind == "ministry"]
    return near[:limit]


def directory(country: str | None = None) -> QuerySet[Post]:
    """Open posts with what their pages show, by country; of one country or of all."""
    rows = Post.objects.filter(is_open=True).select_related("country", "city")
    rows = rows.defer("country__cells_from", "country__cells_until")
    rows = rows.prefetch_related("closures").order_by("country_id", "id")
    return rows if country is None else rows.filter(country_id=country)


def place_of(post: Post) -> tuple[float, float] | None:
    """Latitude and longitude of a post: its own where somebody gave them, else its city's."""
    if post.latitude is not None and post.longitude is not None:
        return post.latitude, post.longitude
    return (post.city.latitude, post.city.longitude) if post.city else None


def zone_of(post: Post) -> ZoneInfo:
    """The time zone of a post's clock on the wall; UTC where we know of none."""
    named = post.time_zone or (post.city.time_zone if post.city else "")
    try:
        return ZoneInfo(named or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def state_of(post: Post, now: datetime) -> rules.State:
    """Whether somebody who goes to the post now finds it open."""
    closed = [rules.Days(row.first_on, row.last_on) for row in post.closures.all()]
    return rules.state_at(now, hours=post.hours, closures=closed, zone=zone_of(post))


def _near(post: Post, answering: int | None, lat: float | None, lon: float | None) -> NearPost:
    place = place_of(post)
    far = None
    if place is not None and lat is not None and lon is not None:
        far = distance_km(lat, lon, *place)
    return NearPost(post, far, post.pk == answering)


def _rank(one: NearPost, country: str | None) -> tuple[bool, bool, float, int]:
    elsewhere = one.post.country_id != country
    far = one.distance_km if one.distance_km is not None else float("inf")
    return (not one.answers_for, elsewhere and country is not None, far, one.post.pk)
