"""Opening a request and adding to it what its sender says later."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import orjson
from django.db.models import F, Q

from safeconduct.ground.kernel import facts
from safeconduct.ground.privacy.sealing import Subject, seal, seal_bytes, unseal
from safeconduct.response.cases import rules
from safeconduct.response.cases.engine.pictures import NotAPhotoError, made_anew
from safeconduct.response.cases.events import CaseOpened
from safeconduct.response.cases.models import Case, Event, Message, Photo
from safeconduct.response.cases.terms import (
    MOST_PHOTOS,
    POSITION_KEPT,
    WISHES,
    Deed,
    Direction,
    Need,
    State,
    Way,
)

DETAILS: Final = "cases.Case.details"
POSITION: Final = "cases.Case.position"
WORDS: Final = "cases.Message.words"
CONTENT: Final = "cases.Photo.content"
# What is asked beside the words, in the order an officer reads it.
TOLD: Final = (
    "name",
    "phone",
    "email",
    "place",
    "people",
    "with",
    "injuries",
    *WISHES,
)


@dataclass(frozen=True, slots=True)
class Draft:
    """Somebody's call for help, as it came in by one of the ways."""

    way: Way
    reference: str
    stated_at: datetime
    received_at: datetime
    language: str
    person_id: int | None = None
    party_id: int | None = None
    people: Sequence[int] = ()
    incident_id: int | None = None
    country: str = ""
    post_id: int | None = None
    need: Need = Need.UNSAID
    exercise: bool = False
    words: str = ""
    details: Mapping[str, object] = field(default_factory=dict)
    position: Mapping[str, float] | None = None
    photos: Sequence[bytes] = ()


def subject_of(case: Case) -> Subject:
    """Whose key seals what is said in a request."""
    return Subject("case", case.pk)


def open_or_add(draft: Draft, *, known: Case | None, now: datetime) -> Case:
    """The open request this belongs to, with these words added, or a new one.

    ``known`` is the request of an earlier word under the same key. Else, and where that one
    turns out to be a second one of the same person, one person has one open request in an
    incident. In the caller's transaction.
    """
    case = _still_open(known)
    case = _other_of(case, draft, now) if case else _open_one(draft)
    if case is None:
        case = _opened(draft, now)
    else:
        _repeat(case, draft, now)
    add_words(case, draft.words, at=draft.stated_at, direction=Direction.IN)
    add_photos(case, draft.photos, at=draft.received_at, now=now)
    _add_position(case, draft, now)
    return case


def add_words(
    case: Case, words: str, *, at: datetime, direction: Direction, **more: object
) -> Message | None:
    """A message with these words, sealed; None where there are none."""
    if not words.strip():
        return None
    sealed = seal(subject=subject_of(case), field=WORDS, text=words.strip())
    return Message.objects.create(case=case, direction=direction.value, at=at, words=sealed, **more)


def add_photos(case: Case, sent: Sequence[bytes], *, at: datetime, now: datetime) -> int:
    """Photos made anew from these files; how many could not be read or were too many."""
    room = MOST_PHOTOS - case.photos.count() if sent else 0
    lost = max(len(sent) - room, 0)
    for file in sent[: max(room, 0)]:
        try:
            made = made_anew(file)
        except NotAPhotoError:
            lost += 1
            continue
        sealed = seal_bytes(subject=subject_of(case), field=CONTENT, content=made.content)
        Photo.objects.create(case=case, at=at, content=sealed, width=made.width, height=made.height)
    if lost:
        note(case, Deed.PHOTOS_LOST, now, count=lost)
    return lost


def note(
    case: Case, deed: Deed, now: datetime, *, officer_id: int | None = None, **detail: str | int
) -> Event:
    """Write an event of a request."""
    return Event.objects.create(
        case=case, at=now, deed=deed.value, officer_id=officer_id, detail=detail
    )


def details_of(case: Case) -> dict[str, object]:
    """What was told beside the words; empty once it is shredded or where there was nothing."""
    if not case.details:
        return {}
    text = unseal(subject=subject_of(case), field=DETAILS, sealed=case.details)
    found: dict[str, object] = orjson.loads(text)
    return found


def put_details(case: Case, details: Mapping[str, object]) -> None:
    """Seal what was told beside the words; the caller saves the request."""
    text = orjson.dumps(dict(details)).decode()
    case.details = seal(subject=subject_of(case), field=DETAILS, text=text) if details else None


def _still_open(case: Case | None) -> Case | None:
    if case is None:
        return None
    return Case.objects.select_for_update().filter(pk=case.pk, closed_at=None).first()


def _other_of(case: Case, draft: Draft, now: datetime) -> Case:
    """The open request of whom we now know to be its sender, if there is one beside ``case``.

    Both stay open, since each holds words the other has not, and each tells of the other: an
    officer closes one as held in the other.
    """
    person_id = case.person_id or draft.person_id
    incident_id = case.incident_id or draft.incident_id
    if person_id is None or (person_id, incident_id) == (case.person_id, case.incident_id):
        return case
    others = Case.objects.select_for_update().filter(
        person_id=person_id, incident_id=incident_id, closed_at=None
    )
    other = others.exclude(pk=case.pk).first()
    if other is None:
        return case
    for one, its_other in ((case, other), (other, case)):
        told = its_other.reference
        if not one.events.filter(deed=Deed.ELSEWHERE, detail={"reference": told}).exists():
            note(one, Deed.ELSEWHERE, now, reference=told)
    return other


def _open_one(draft: Draft) -> Case | None:
    """The open request that speaks for this person in this incident."""
    if draft.person_id is None:
        return None
    mine = Q(person_id=draft.person_id) | Q(people__contains=[draft.person_id])
    found = Case.objects.select_for_update().filter(
        mine, closed_at=None, incident_id=draft.incident_id
    )
    # Their own before one in which somebody else speaks for them.
    cases = sorted(found, key=lambda case: (case.person_id != draft.person_id, case.pk))
    return cases[0] if cases else None


def new_case(draft: Draft, now: datetime) -> Case:
    """The row of a request, not saved yet and without what is sealed."""
    urgency = rules.urgency_of(draft.need, injuries=str(draft.details.get("injuries", "")))
    return Case(
        reference=draft.reference,
        person_id=draft.person_id,
        party_id=draft.party_id,
        people=list(draft.people),
        incident_id=draft.incident_id,
        country=draft.country,
        post_id=draft.post_id,
        what=draft.need.value,
        urgency=urgency.value,
        way=draft.way.value,
        language=draft.language,
        exercise=draft.exercise,
        stated_at=draft.stated_at,
        received_at=draft.received_at,
        opened_at=now,
        heard_at=draft.received_at,
    )


def _opened(draft: Draft, now: datetime) -> Case:
    case = new_case(draft, now)
    case.save()
    if draft.details:
        put_details(case, draft.details)
        case.save(update_fields=["details"])
    note(case, Deed.OPENED, now, way=draft.way.name.lower())
    facts.announce(CaseOpened(case.pk))
    return case


def _repeat(case: Case, draft: Draft, now: datetime) -> None:
    """They called again: what they say now is added, and it waits for us again."""
    fresh = rules.changed_words(details_of(case), draft.details)
    if fresh:
        put_details(case, details_of(case) | fresh)
    if draft.need not in {Need.UNSAID, Need.OTHER}:
        case.what = draft.need.value
    injuries = str(draft.details.get("injuries", ""))
    urgency = rules.urgency_of(Need(case.what), injuries=injuries)
    # A rule may raise what an officer set, never lower it.
    case.urgency = min(case.urgency, urgency.value)
    case.person_id = case.person_id or draft.person_id
    case.party_id = case.party_id or draft.party_id
    case.people = sorted({*case.people, *draft.people})
    case.country, case.post_id = case.country or draft.country, case.post_id or draft.post_id
    case.incident_id = case.incident_id or draft.incident_id
    case.heard_at = max(case.heard_at, draft.received_at)
    case.state = rules.state_after_word(case.state).value
    case.withdrawn_at = None
    case.save()
    # Officers' pages hold the version before: what they say then is not lost but asked about.
    Case.objects.filter(pk=case.pk).update(version=F("version") + 1)
    case.version += 1
    note(case, Deed.REPEATED, now, way=draft.way.name.lower())


def _add_position(case: Case, draft: Draft, now: datetime) -> None:
    ends = rules.position_ends(draft.received_at, now, POSITION_KEPT)
    if draft.position is None or ends is None or case.state == State.CLOSED:
        return
    told = dict(draft.position) | {"at": draft.stated_at.isoformat()}
    text = orjson.dumps(told).decode()
    case.position = seal(subject=subject_of(case), field=POSITION, text=text)
    case.position_until = ends
    case.save(update_fields=["position", "position_until"])
