"""Requests for officers to read and for their senders to follow."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import orjson
from django.conf import settings
from django.db.models import Count, Q, QuerySet

from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.accounts.queries import officer_names
from safeconduct.ground.kernel import tokens
from safeconduct.ground.kernel.names import search_key
from safeconduct.ground.missions.models import Appointment
from safeconduct.ground.missions.terms import roles_with
from safeconduct.ground.privacy.sealing import Sealed, Subject, unseal_bytes, unseal_many
from safeconduct.picture.registry.models import ContactPoint, Person
from safeconduct.picture.registry.terms import Level
from safeconduct.response.calls.cautions import Caution
from safeconduct.response.cases import rules
from safeconduct.response.cases.actions.opening import CONTENT, DETAILS, POSITION, WORDS
from safeconduct.response.cases.models import Case, Event, Message, Photo, Report, Unread
from safeconduct.response.cases.terms import (
    LINK_LIFE,
    LINK_PURPOSE,
    WISHES,
    WORK,
    Direction,
    KeptBack,
    Need,
    State,
    Urgency,
)
from safeconduct.response.checkins.models import Unclear
from safeconduct.wires.messaging.queries import Tried, tried_for


@dataclass(frozen=True, slots=True)
class Row:
    """A request in the list. ``words`` is the first line of what its sender wrote."""

    case: Case
    name: str
    words: str
    owner: str
    need: str
    urgency: str
    state: str

    @property
    def tone(self) -> str:
        return {Urgency.NOW: "bad", Urgency.TODAY: "warn"}.get(Urgency(self.case.urgency), "plain")


@dataclass(frozen=True, slots=True)
class Said:
    """A message opened; ``tried`` is how its notice fared, by channel."""

    message: Message
    words: str
    officer: str
    tried: Sequence[Tried] = ()

    @property
    def is_ours(self) -> bool:
        return self.message.direction == Direction.OUT

    @property
    def is_note(self) -> bool:
        return self.message.direction == Direction.NOTE

    @property
    def kept_back(self) -> str:
        return str(KeptBack(self.message.kept_back).label) if self.message.kept_back else ""


@dataclass(frozen=True, slots=True)
class Line:
    """A message of a conversation, as its sender's inbox shows it."""

    reference: str
    url: str
    at: datetime
    is_ours: bool
    words: str


def cases_at(posts: frozenset[int] | None) -> QuerySet[Case]:
    """The requests these posts answer for; all for None."""
    rows = Case.objects.all()
    return rows if posts is None else rows.filter(post_id__in=posts)


def rows_of(cases: Sequence[Case]) -> list[Row]:
    """The rows of a list; a fixed number of queries however many there are."""
    names, words = _names(cases), _first_words(cases)
    owners = officer_names(case.owner_id for case in cases)
    return [
        Row(
            case=case,
            name=names.get(case.pk, ""),
            words=words.get(case.pk, ""),
            owner=owners.get(case.owner_id or 0, ""),
            need=str(Need(case.what).label),
            urgency=str(Urgency(case.urgency).label),
            state=str(State(case.state).label),
        )
        for case in cases
    ]


def waiting(posts: frozenset[int] | None) -> tuple[int, int]:
    """Open requests, and those of them nobody has taken on."""
    rows = cases_at(posts).filter(closed_at=None)
    return rows.count(), rows.filter(owner_id=None).count()


def said_in(case: Case, *, notes: bool) -> list[Said]:
    """All that was said in a request, the oldest first; what was shredded is left out."""
    rows = Message.objects.filter(case=case)
    if not notes:
        rows = rows.exclude(direction=Direction.NOTE)
    messages = list(rows.order_by("at", "id"))
    words = unseal_many([_sealed(message) for message in messages])
    officers = officer_names(message.officer_id for message in messages)
    tries = _tries(messages)
    return [
        Said(message, text, officers.get(message.officer_id or 0, ""), tries.get(message.pk, ()))
        for message, text in zip(messages, words, strict=True)
        if text is not None
    ]


def words_of(messages: Sequence[Message]) -> dict[int, str]:
    """What these messages say, by number; what was shredded is left out."""
    opened = unseal_many([_sealed(message) for message in messages])
    told = zip(messages, opened, strict=True)
    return {message.pk: text for message, text in told if text is not None}


def photos_in(cases: Iterable[Case]) -> dict[int, int]:
    """How many photos each of these requests has; those without are absent."""
    of = Photo.objects.filter(case__in=list(cases)).order_by()
    return dict(of.values_list("case").annotate(Count("pk")))


def photos_of(case: Case) -> list[bytes]:
    """A request's photos, opened, the oldest first."""
    return [
        unseal_bytes(subject=Subject("case", case.pk), field=CONTENT, sealed=photo.content)
        for photo in case.photos.all()
    ]


def details_of_cases(cases: Iterable[Case]) -> dict[int, dict[str, object]]:
    """What was told beside the words, by request; one query."""
    holding = [case for case in cases if case.details]
    opened = unseal_many(
        [Sealed(Subject("case", case.pk), DETAILS, case.details or b"") for case in holding]
    )
    return {
        case.pk: orjson.loads(text)
        for case, text in zip(holding, opened, strict=True)
        if text is not None
    }


def position_of(case: Case, now: datetime) -> dict[str, object] | None:
    """Where the sender is; None once its time is over, whether or not it is deleted yet."""
    if case.position is None or case.position_until is None or case.position_until <= now:
        return None
    (text,) = unseal_many([Sealed(Subject("case", case.pk), POSITION, case.position)])
    found: dict[str, object] | None = orjson.loads(text) if text else None
    return found


def events_of(case: Case) -> list[tuple[Event, str]]:
    """What was done, the latest first, each with the officer who did it."""
    events = list(Event.objects.filter(case=case).order_by("-at", "-id")[:200])
    names = officer_names(event.officer_id for event in events)
    return [(event, names.get(event.officer_id or 0, "")) for event in events]


def maybe_registered(case: Case) -> list[Person]:
    """People of the registry this may be: the same number or address, and a name that sounds so.

    A suggestion for an officer: who knows a number could claim to be anybody.
    """
    details = details_of_cases([case]).get(case.pk, {})
    points = [str(details[name]) for name in ("phone", "email") if details.get(name)]
    if case.person_id is not None:
        own = ContactPoint.objects.filter(person_id=case.person_id)
        points += list(own.values_list("address", flat=True))
    if not points:
        return []
    found = Person.objects.filter(contact_points__address__in=points).distinct()
    people = list(found.exclude(pk__in=case.people).order_by("pk")[:20])
    wanted = set(search_key(str(details.get("name", ""))).split())
    return sorted(people, key=lambda one: (-len(wanted & set(one.name_key.split())), one.pk))[:5]


def unclear_of(case: Case) -> int | None:
    """The unclear answer a request was made of, while nobody has settled it."""
    found = Unclear.objects.filter(key__in=case.reports.values("key"), settled_at=None)
    return found.order_by("pk").values_list("pk", flat=True).first()


def case_of_unclear(key: UUID) -> int | None:
    """The request that was made of the unclear answer with this key."""
    return Report.objects.filter(key=key).values_list("case_id", flat=True).first()


def officers_at(post_id: int | None, *, now: datetime) -> list[Officer]:
    """Who may answer for a request of a post."""
    lasting = Q(until__isnull=True) | Q(until__gt=now)
    there = Q(post=None) if post_id is None else Q(post=None) | Q(post_id=post_id)
    held = Appointment.objects.filter(lasting, there, role__in=roles_with(WORK))
    found = Officer.objects.filter(pk__in=held.values("officer_id"), is_active=True)
    return list(found.order_by("name", "pk"))


def open_cases_of(incident_id: int, person_ids: Collection[int]) -> dict[int, int]:
    """Open requests by the person they speak for, in an incident; one query."""
    found = Case.objects.filter(
        closed_at=None, calls__incident_id=incident_id, calls__person_id__in=list(person_ids)
    )
    return dict(found.values_list("calls__person_id", "pk"))


def unread_reports() -> QuerySet[Unread]:
    """Reports no machine could file, the oldest first."""
    return Unread.objects.filter(settled_at=None).order_by("received_at", "id")


def read_by_record(party_id: int) -> tuple[list[Case], list[Case]]:
    """A party's requests: those its record's link may show whole, and those it may name only."""
    cases = list(Case.objects.filter(party_id=party_id).order_by("-received_at", "pk"))
    members = Person.objects.filter(party_id=party_id).count()
    details = details_of_cases(cases)
    shown: list[Case] = []
    named: list[Case] = []
    for case in cases:
        share = details.get(case.pk, {}).get("share")
        (shown if rules.may_record_read(share, members=members) else named).append(case)
    return shown, named


def conversation_of_party(party_id: int) -> list[Line]:
    """What was said in a party's requests that its record may show, both ways, the latest first."""
    shown, _named = read_by_record(party_id)
    cases = {case.pk: case for case in shown if case.forgotten_at is None}
    messages = list(
        Message.objects.filter(case_id__in=cases)
        .exclude(direction=Direction.NOTE)
        .order_by("-at", "-id")[:200]
    )
    words = unseal_many([_sealed(message) for message in messages])
    return [
        Line(
            reference=cases[message.case_id].reference,
            url=address_of(cases[message.case_id], on=message.at.date()),
            at=message.at,
            is_ours=message.direction == Direction.OUT,
            words=text,
        )
        for message, text in zip(messages, words, strict=True)
        if text is not None
    ]


def wishes_of(case: Case) -> dict[str, object]:
    """How its sender may be reached, and whether the record's link shows it; see WISHES.

    ``share`` is left out where no record has a link that could show it.
    """
    details = details_of_cases([case]).get(case.pk, {})
    found = {name: details[name] for name in WISHES if name in details}
    members = (
        Person.objects.filter(party_id=case.party_id)
        .exclude(party__level=Level.UNREGISTERED)
        .count()
        if case.party_id
        else 0
    )
    found.pop("share", None)
    if members:
        is_read = rules.may_record_read(details.get("share"), members=members)
        found["share"] = "yes" if is_read else "no"
    return found


def cautions_of(party_ids: Collection[int]) -> dict[int, Caution]:
    """What open requests of these parties say of calls; see response.calls.cautions."""
    cases = list(Case.objects.filter(party_id__in=party_ids).exclude(state=State.CLOSED))
    told = details_of_cases(cases)
    found: dict[int, Caution] = {}
    for case in cases:
        details, known = told.get(case.pk, {}), found.get(case.party_id or 0, Caution())
        found[case.party_id or 0] = Caution(
            no_call=known.no_call or details.get("no_call") == "yes",
            how=known.how or str(details.get("reach_how", "")),
            when=known.when or str(details.get("reach_when", "")),
        )
    return {party_id: caution for party_id, caution in found.items() if caution != Caution()}


def address_of(case: Case, *, on: date) -> str:
    """The page of a request, for whoever it belongs to; holds for months from that day."""
    link = tokens.Link(case.pk, on + LINK_LIFE, case.language, case.post_id or 0)
    return f"{settings.PUBLIC_URL}/me/request/{tokens.mint(link, purpose=LINK_PURPOSE)}/"


def _names(cases: Iterable[Case]) -> dict[int, str]:
    cases = list(cases)
    people = Person.objects.filter(pk__in=[case.person_id for case in cases if case.person_id])
    named = {one.pk: f"{one.given_name} {one.family_name}".strip() for one in people}
    found = {case.pk: named.get(case.person_id or 0, "") for case in cases}
    nameless = [case for case in cases if not found[case.pk]]
    for pk, details in details_of_cases(nameless).items():
        found[pk] = str(details.get("name") or details.get("phone") or details.get("email") or "")
    return found


def _first_words(cases: Iterable[Case]) -> dict[int, str]:
    first = Message.objects.filter(case__in=list(cases), direction=Direction.IN)
    messages = list(first.order_by("case_id", "at", "id").distinct("case_id"))
    words = unseal_many([_sealed(message) for message in messages])
    return {
        message.case_id: rules.first_line(text or "")
        for message, text in zip(messages, words, strict=True)
    }


def _sealed(message: Message) -> Sealed:
    return Sealed(Subject("case", message.case_id), WORDS, message.words)


def _tries(messages: Iterable[Message]) -> dict[int, Sequence[Tried]]:
    told = [message for message in messages if message.batch_id and message.recipient_id]
    tried = tried_for(
        {message.recipient_id for message in told if message.recipient_id},
        {message.batch_id for message in told if message.batch_id},
    )
    return {
        message.pk: [
            one for one in tried[message.recipient_id or 0] if one.batch_id == message.batch_id
        ]
        for message in told
    }
