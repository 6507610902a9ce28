"""Posts and appointments for people to read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, QuerySet

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
