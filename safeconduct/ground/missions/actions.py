"""Posts, appointments, and the demonstration's officers."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import Final, NotRequired, TypedDict
from zoneinfo import available_timezones

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.accounts.actions import make_demo_officer
from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.audit.actions import record, write_looks
from safeconduct.ground.audit.looks import Why
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.missions import terms
from safeconduct.ground.missions.access import rights_over
from safeconduct.ground.missions.models import Appointment, Closure, ConsularDistrict, Post
from safeconduct.ground.places.models import City, Country

POSTS_FILE: Final = Path(__file__).parent / "data" / "posts.toml"
# The demo's officers: role, name, language, local part of the address (RFC 2606: .example).
_DEMO: Final = (
    ("duty_officer", "Aysel Məmmədova", "az", "duty"),
    ("releaser", "Rauf Əliyev", "az", "releaser"),
    ("registrar", "Nigar Həsənova", "en", "registrar"),
    ("administrator", "Viktor Orlov", "ru", "administrator"),
)


class _Described(TypedDict):
    """A post in the file."""

    id: int
    kind: str
    country: str
    city: dict[str, str]
    emergency_number: str
    district: NotRequired[list[str]]
    rest: NotRequired[bool]


class AppointmentRefusedError(Refusal):
    """An appointment that would say nothing or cannot be."""


@transaction.atomic
def appoint(
    *, officer_id: int, role: str, post_id: int | None, now: datetime, actor: Actor
) -> Appointment:
    """Give an officer a role at a post, or at all posts where ``post_id`` is None.

    Appointing again somebody whose appointment ended revives it.

    :raises AppointmentRefusedError: for an unknown role or a role already held there.
    """
    if role not in terms.ROLES:
        raise AppointmentRefusedError(_("There is no such role."))
    post = None if post_id is None else Post.objects.get(pk=post_id)
    held, made = Appointment.objects.select_for_update().get_or_create(
        officer_id=officer_id, role=role, post=post
    )
    if not made:
        if held.until is None or held.until > now:
            raise AppointmentRefusedError(_("The officer holds this role there already."))
        held.until = None
        held.save(update_fields=["until"])
    _note(terms.APPOINTED, held, now, actor)
    return held


@transaction.atomic
def end_appointment(*, appointment_id: int, now: datetime, actor: Actor) -> None:
    """End an appointment at once; ending it again changes nothing."""
    held = Appointment.objects.select_for_update().get(pk=appointment_id)
    if held.until is not None and held.until <= now:
        return
    held.until = now
    held.save(update_fields=["until"])
    _note(terms.ENDED, held, now, actor)


@transaction.atomic
def load_posts(*, now: datetime, actor: Actor, path: Path = POSTS_FILE) -> int:
    """Bring posts and districts in line with a file and return how many posts it names.

    Places must be loaded. A post that the file no longer names is closed, never
    deleted: links and records carry its number.
    """
    described = tomllib.loads(path.read_text(encoding="utf-8"))["post"]
    known = set(Country.objects.values_list("code", flat=True))
    for post in described:
        _write_post(post)
    Post.objects.exclude(pk__in=[post["id"] for post in described]).update(is_open=False)
    _write_districts(described, known)
    record(
        terms.POSTS_LOADED,
        actor=actor,
        subject_kind="post",
        detail={"count": len(described)},
        now=now,
    )
    return len(described)


def create_demo_officers(*, now: datetime, actor: Actor) -> list[terms.DemoLogin]:
    """Make the demonstration's officers, appointed at all posts; the same ones at each start.

    :raises DemoRefusedError: unless this installation runs in demo mode.
    """
    logins = []
    for role, name, language, local_part in _DEMO:
        email = f"{local_part}@mfa.example"
        password = make_demo_officer(
            email=email, name=name, language=language, now=now, actor=actor
        )
        officer = Officer.objects.get(email=email)
        if not officer.appointments.filter(role=role, post=None, until=None).exists():
            appoint(officer_id=officer.pk, role=role, post_id=None, now=now, actor=actor)
        logins.append(terms.DemoLogin(role, name, email, password))
    return logins


def _write_post(described: _Described) -> None:
    kind, city, country = described["kind"], described["city"], described["country"]
    titles = terms.KIND_NAMES[kind]
    Post.objects.update_or_create(
        pk=described["id"],
        defaults={
            "kind": kind,
            "country_id": country,
            "names": {code: f"{title} ({city[code]})" for code, title in titles.items()},
            "city": City.objects.filter(country_id=country, name=city["en"]).first(),
            "emergency_number": described["emergency_number"],
            "is_open": True,
        },
    )


def _write_districts(described: list[_Described], known: set[str]) -> None:
    answered: dict[str, int] = {}
    for post in described:
        answered |= dict.fromkeys(known.intersection(post.get("district", [])), post["id"])
    rest = next((post["id"] for post in described if post.get("rest")), None)
    if rest is not None:
        answered |= dict.fromkeys(known.difference(answered), rest)
    ConsularDistrict.objects.all().delete()
    ConsularDistrict.objects.bulk_create(
        ConsularDistrict(post_id=post_id, country_id=country)
        for country, post_id in sorted(answered.items())
    )


def _note(kind: str, held: Appointment, now: datetime, actor: Actor) -> None:
    record(
        kind,
        actor=actor,
        subject_kind="officer",
        subject_id=held.officer_id,
        detail={"role": held.role, "post": held.post_id},
        now=now,
    )


def note_look(
    *,
    officer: Officer,
    permission: str,
    people: Iterable[int],
    what: str,
    why: Why,
    now: datetime,
    posts: Mapping[int, int | None] | None = None,
    countries: Mapping[int, str] | None = None,
) -> None:
    """Write down for these people that the officer saw something of them, and for what.

    ``permission`` is the one by which the page was opened; ``what`` a declared kind of look.
    Of several roles each person reads the one that is held for them: by the post that answers
    for them (``posts``; None is the ministry) or the country they are in (``countries``).
    The same look in the same hour is written once.

    :raises CatalogueError: for an undeclared kind or reason.
    """
    rights = rights_over(officer, permission, people, posts=posts or {}, countries=countries or {})
    for (role, post_id), seen in rights:
        write_looks(
            people=seen,
            officer_id=officer.pk,
            role=role,
            post_id=post_id,
            what=what,
            why=why,
            now=now,
        )


@dataclass(frozen=True, slots=True)
class Description:
    """What a post's officers tell of it. Texts are by language, hours by weekday."""

    addresses: Mapping[str, str]
    directions: Mapping[str, str]
    notices: Mapping[str, str]
    telephone: str
    emergency_number: str
    email: str
    latitude: float | None
    longitude: float | None
    time_zone: str
    services: Sequence[str]
    hours: Mapping[str, list[list[str]]]


class DescriptionRefusedError(Refusal):
    """A post's entry that cannot be."""


@transaction.atomic
def describe_post(
    *, post_id: int, description: Description, now: datetime, actor: Actor, is_demo: bool = False
) -> Post:
    """Write a post's entry in the directory; it is public at once.

    :raises DescriptionRefusedError: for a time zone there is none of.
    """
    if description.time_zone and description.time_zone not in available_timezones():
        raise DescriptionRefusedError(_("There is no such time zone."))
    post = Post.objects.select_for_update().get(pk=post_id)
    for name in (field.name for field in fields(Description)):
        setattr(post, name, getattr(description, name))
    post.described_at, post.is_demo = now, is_demo
    post.save()
    record(terms.DESCRIBED, actor=actor, subject_kind="post", subject_id=post.pk, now=now)
    return post


@transaction.atomic
def add_closure(
    *,
    post_id: int,
    first_on: date,
    last_on: date,
    names: Mapping[str, str],
    now: datetime,
    actor: Actor,
) -> Closure:
    """Close a post for some days, both included.

    :raises DescriptionRefusedError: for days in the wrong order, more than a year, or more
        closures than anybody looks after.
    """
    post = Post.objects.select_for_update().get(pk=post_id)
    if not first_on <= last_on <= first_on + terms.LONGEST_CLOSURE:
        raise DescriptionRefusedError(_("The last day comes after the first, within a year."))
    if post.closures.filter(last_on__gte=now.date()).count() >= terms.MOST_CLOSURES:
        raise DescriptionRefusedError(_("Take away closures that are over first."))
    closure = Closure.objects.create(post=post, first_on=first_on, last_on=last_on, names=names)
    _touch(post, now)
    days = (last_on - first_on).days + 1
    _noted(terms.CLOSED_FOR, post, actor, now, count=days)
    return closure


@transaction.atomic
def remove_closure(*, closure_id: int, now: datetime, actor: Actor) -> None:
    """Take a closure away; the hours hold again."""
    closure = Closure.objects.select_related("post").get(pk=closure_id)
    post = closure.post
    closure.delete()
    _touch(post, now)
    _noted(terms.REOPENED, post, actor, now)


def describe_demo_posts(*, now: datetime, actor: Actor) -> int:
    """Made-up addresses, hours and a holiday for posts nobody described; how many posts.

    :raises DescriptionRefusedError: unless this installation runs in demo or test mode.
    """
    if settings.MODE not in {"demo", "test"}:
        raise DescriptionRefusedError(_("Made-up entries belong to the demonstration only."))
    week = {str(day): [["09:30", "12:30"], ["14:00", "17:00"]] for day in range(5)}
    bare = Post.objects.filter(is_open=True, described_at=None).select_related("city")
    for post in bare:
        town = post.city.name if post.city else ""
        description = Description(
            addresses={
                "az": f"Nümunə küçəsi {post.pk}\n{town}",
                "en": f"{post.pk} Example Street\n{town}",
                "ru": f"Примерная улица, {post.pk}\n{town}",
            },
            directions={},
            notices={},
            telephone="",
            emergency_number=post.emergency_number,
            email=f"post{post.pk}@mfa.example",
            latitude=None,
            longitude=None,
            time_zone="",
            services=[service.value for service in terms.Service],
            hours=week,
        )
        describe_post(post_id=post.pk, description=description, now=now, actor=actor, is_demo=True)
    return len(bare)


def _touch(post: Post, now: datetime) -> None:
    post.described_at = now
    post.save(update_fields=["described_at"])


def _noted(kind: str, post: Post, actor: Actor, now: datetime, **detail: object) -> None:
    record(kind, actor=actor, subject_kind="post", subject_id=post.pk, detail=detail, now=now)
