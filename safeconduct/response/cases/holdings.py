"""What a party may read of its own requests."""

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.utils.translation import gettext_lazy as _

from safeconduct.ground.missions.holdings import offices
from safeconduct.ground.privacy.holdings import Entry, Fact, Holder, holding
from safeconduct.response.cases import queries
from safeconduct.response.cases.models import Case, Message
from safeconduct.response.cases.terms import (
    REFUSED_LABELS,
    Direction,
    KeptBack,
    Need,
    Outcome,
    State,
    Urgency,
)

_EARLIER = _("Written before people could read notes here. Ask us what it says.")
_KEPT_BACK = _("Not shown for somebody's sake. Ask us: an officer tells you what is about you.")


@dataclass(frozen=True)
class Noted:
    """A note of an officer as the person it is about reads it; ``who`` is an office, no name."""

    reference: str
    at: datetime
    who: str
    words: str


def notes_in(cases: Iterable[Case]) -> list[Noted]:
    """What officers noted in these requests, the latest first; of what is kept back, that it is."""
    references = {case.pk: case.reference for case in cases}
    rows = Message.objects.filter(case_id__in=references, direction=Direction.NOTE)
    notes = list(rows.order_by("-at", "-id"))
    told = queries.words_of([note for note in notes if not note.kept_back])
    held = offices((note.role, note.post_id) for note in notes)
    return [
        Noted(
            reference=references[note.case_id],
            at=note.at,
            who=held[note.role, note.post_id] if note.role else str(_("Officer")),
            words=_read(note, told),
        )
        for note in notes
        if note.kept_back or note.pk in told
    ]


def _read(note: Message, told: Mapping[int, str]) -> str:
    if not note.kept_back:
        return told[note.pk]
    return str(_EARLIER if note.kept_back == KeptBack.EARLIER else _KEPT_BACK)


def _requests(holder: Holder) -> Sequence[Entry]:
    cases, named = queries.read_by_record(holder.party_id)
    details = queries.details_of_cases(cases)
    return [*_whole(cases, details), *map(_named, named)]


def _named(case: Case) -> Entry:
    """Of a request that this link may not show: that there is one."""
    return (
        Fact("reference", _("Reference"), case.reference),
        Fact("received_at", _("Received"), case.received_at),
        Fact("elsewhere", _("All the rest"), _("Only on the request's own page")),
    )


def _photos(case: Case) -> list[str]:
    """A request's photos as files of their own (RFC 2397), for the file alone."""
    return [
        "data:image/jpeg;base64," + b64encode(content).decode()
        for content in queries.photos_of(case)
    ]


def _whole(cases: Sequence[Case], details: Mapping[int, Mapping[str, object]]) -> list[Entry]:
    photos = queries.photos_in(cases)
    return [
        (
            Fact("reference", _("Reference"), case.reference),
            Fact("received_at", _("Received"), case.received_at),
            Fact("what", _("What you need"), str(Need(case.what).label)),
            Fact("urgency", _("How soon"), str(Urgency(case.urgency).label)),
            Fact("state", _("Where it stands"), str(State(case.state).label)),
            Fact("outcome", _("How it ended"), _outcome(case)),
            Fact("photos", _("Photos"), photos.get(case.pk, 0), partial(_photos, case)),
            Fact("position_until", _("Your position is held until"), case.position_until),
            *(
                Fact(name, REFUSED_LABELS.get(name, _("Told by you")), _told(name, value))
                for name, value in details.get(case.pk, {}).items()
            ),
        )
        for case in cases
    ]


def _outcome(case: Case) -> str | None:
    return str(Outcome(case.outcome).label) if case.outcome else None


def _told(name: str, value: object) -> str:
    return str(_("not to be used")) if name in REFUSED_LABELS else str(value)


def _messages(holder: Holder) -> Sequence[Entry]:
    return [
        (
            Fact("reference", _("Reference"), line.reference),
            Fact("at", _("When"), line.at),
            Fact("from_us", _("From us"), line.is_ours),
            Fact("words", _("Words"), line.words),
        )
        for line in queries.conversation_of_party(holder.party_id)
    ]


def _notes(holder: Holder) -> Sequence[Entry]:
    shown, _named_only = queries.read_by_record(holder.party_id)
    return [
        (
            Fact("reference", _("Reference"), note.reference),
            Fact("at", _("When"), note.at),
            Fact("who", _("Who"), note.who),
            Fact("words", _("Words"), note.words),
        )
        for note in notes_in(shown)
    ]


holding(
    "cases.requests",
    _("Requests for help"),
    tables=["cases.Case", "cases.Photo", "cases.Unread"],
    read=_requests,
    order=60,
)
holding(
    "cases.messages",
    _("What was said in your requests"),
    tables=["cases.Message"],
    read=_messages,
    order=61,
)
holding(
    "cases.notes",
    _("What officers noted of your requests"),
    tables=["cases.Message"],
    read=_notes,
    order=61,
)
