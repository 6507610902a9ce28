"""Posts, appointments, and the demonstration's officers."""

import tomllib
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final, NotRequired, TypedDict

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.accounts.actions import make_demo_officer
from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.audit.actions import record, write_looks
from safeconduct.ground.audit.looks import Why
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.missions import terms
from safeconduct.ground.missions.access import right_of
from safeconduct.ground.missions.models import Appointment, ConsularDistrict, Post
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
    *, officer: Officer, permission: str, people: Iterable[int], what: str, why: Why, now: datetime
) -> None:
    """Write down for these people that the officer saw something of them, and for what.

    ``permission`` is the one by which the page was opened; ``what`` a declared kind of look.
    The same look in the same hour is written once.

    :raises CatalogueError: for an undeclared kind or reason.
    """
    role, post_id = right_of(officer, permission)
    write_looks(
        people=people,
        officer_id=officer.pk,
        role=role,
        post_id=post_id,
        what=what,
        why=why,
        now=now,
    )
