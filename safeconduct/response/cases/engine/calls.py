"""Calls for help that came as answers, made requests: whatever way they took to the roll.

Looked for, not pushed along: a call on the roll that no request holds is one to open, so a
process that dies between the two loses nothing and opens nothing twice.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple
from uuid import UUID, uuid5

from django.conf import settings
from django.db import transaction

from safeconduct.ground.audit import actions as audit
from safeconduct.ground.kernel import facts
from safeconduct.ground.kernel.actor import Actor, ActorKind
from safeconduct.ground.kernel.outages import is_outage
from safeconduct.ground.missions.queries import post_of_country
from safeconduct.ground.privacy.sealing import SealBrokenError, open_outside
from safeconduct.picture.registry.models import Person
from safeconduct.picture.rollcall.engine.rows import Cursor
from safeconduct.picture.rollcall.rules import CALLS
from safeconduct.picture.rollcall.terms import Safety
from safeconduct.response.cases.actions.opening import Draft, new_case, open_or_add
from safeconduct.response.cases.engine.filing import hold_calls, hold_many_calls
from safeconduct.response.cases.events import CaseOpened
from safeconduct.response.cases.models import Call, Case, Event, Report
from safeconduct.response.cases.terms import Deed, Need, Way
from safeconduct.wires.intake.engine.reported import WORDS, reference_of
from safeconduct.wires.intake.models import HelpWords
from safeconduct.wires.intake.terms import Door

log = logging.getLogger(__name__)

# Somebody's call on the roll: incident and person.
type Mark = tuple[int, int]

AT_ONCE: Final = 500
_CALLING: Final = ", ".join(str(int(safety)) for safety in CALLS)
_PENDING: Final = """
    SELECT s.incident_id, s.person_id, s.party_id, s.called_at, s.stated_at, s.safety, s.country,
        s.post_id, i.exercise
    FROM rollcall_standing AS s
    JOIN incidents_incident AS i ON i.id = s.incident_id AND i.closed_at IS NULL
    LEFT JOIN cases_call AS c ON c.incident_id = s.incident_id AND c.person_id = s.person_id
    WHERE s.help_open AND s.called_at IS NOT NULL AND (c.through IS NULL OR c.through < s.called_at)
        AND NOT EXISTS (
            SELECT FROM unnest(%s::bigint[], %s::bigint[]) AS stuck (incident_id, person_id)
            WHERE stuck.incident_id = s.incident_id AND stuck.person_id = s.person_id
        )
    ORDER BY s.called_at, s.incident_id, s.person_id LIMIT %s
"""
_SPOKE: Final = f"""
    SELECT w.incident_id, w.person_id, g.actor_kind, g.actor_id, g.stated_at
    FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[])
        AS w (incident_id, person_id, called_at)
    JOIN rollcall_sighting AS g ON g.incident_id = w.incident_id AND g.person_id = w.person_id
        AND g.received_at = w.called_at AND g.safety IN ({_CALLING})
"""
_KEYS: Final = """
    SELECT a.person_id, r.key, r.channel FROM checkins_asked AS a
    JOIN checkins_reply AS r ON r.incident_id = a.incident_id AND r.asked_id = a.id
    WHERE a.incident_id = %(incident)s AND a.party_id = ANY (%(parties)s)
        AND a.person_id = ANY (%(people)s) AND r.received_at = ANY (%(moments)s)
"""
_BY_TEXT: Final = frozenset({Door.SMS, Door.MAIL, Door.OTHER})
# What stands for the key of a call that an officer wrote down.
_NOTED: Final = UUID("7d1a5a0e-8b5e-5c39-9f3e-2f4a2b6c9d10")


class Pending(NamedTuple):
    """Somebody on the roll who calls for help and is in no request yet."""

    incident_id: int
    person_id: int
    party_id: int
    called_at: datetime
    stated_at: datetime | None
    safety: int
    country: str
    post_id: int | None
    exercise: bool


class Voice(NamedTuple):
    """Who said so, and when it was said."""

    actor_kind: str
    actor_id: int | None
    stated_at: datetime


class Called(NamedTuple):
    """A request to be, the key it came under, and the calls on the roll that it holds."""

    key: UUID
    draft: Draft
    calls: tuple[tuple[int, int], ...]


class Sent(NamedTuple):
    """The answer that said so: its key, and by which door it came."""

    key: UUID
    channel: int


def file_calls(
    cursor: Cursor, *, now: datetime, actor: Actor, stuck: set[Mark], one_by_one: bool = False
) -> int:
    """Make requests of calls on the roll; how many people's calls those were.

    Those that are ``stuck`` are passed over. ``one_by_one`` adds to them what cannot be filed,
    where else that would be raised and nothing be filed.
    """
    pending = _pending(cursor, stuck)
    if not pending:
        return 0
    voices, sent = _voices(cursor, pending), _sent(cursor, pending)
    words = _words([one.key for one in sent.values()])
    tongues = _languages([person for one in pending for person in _spoken(one, voices)])
    drafts = [_called(group, voices, sent, words, tongues) for group in _together(pending, voices)]
    if one_by_one:
        drafts = [each for each in drafts if filed_alone(partial(_file, each, now))]
        stuck |= {(one.incident_id, one.person_id) for one in pending}
        stuck -= {mark for each in drafts for mark in each.calls}
    else:
        fresh, others = _sorted_out(drafts)
        _open_fresh(fresh, now)
        for each in others:
            _file(each, now)
    HelpWords.objects.filter(key__in=[each.key for each in drafts]).delete()
    return _noted(sum(len(each.calls) for each in drafts), now, actor)


def filed_alone(file: Callable[[], object]) -> bool:
    """Whether it could be filed; what it wrote before it failed is taken back.

    A database that is away is nobody's call's fault and is raised.
    """
    try:
        with transaction.atomic():
            file()
    except Exception as fault:
        if is_outage(fault):
            raise
        log.error("A call for help could not be made a request: %s", type(fault).__name__)  # noqa: TRY400 -- its words may be a person's
        return False
    return True


def _pending(cursor: Cursor, stuck: set[Mark]) -> list[Pending]:
    marks = sorted(stuck)
    cursor.execute(_PENDING, [[mark[0] for mark in marks], [mark[1] for mark in marks], AT_ONCE])
    return [Pending(*row) for row in cursor.fetchall()]


def _noted(people: int, now: datetime, actor: Actor) -> int:
    if people:
        audit.record(
            "cases.calls_filed",
            actor=actor,
            subject_kind="case",
            detail={"count": people},
            now=now,
        )
    return people


def _voices(cursor: Cursor, pending: Sequence[Pending]) -> dict[tuple[int, int], Voice]:
    cursor.execute(
        _SPOKE,
        [
            [one.incident_id for one in pending],
            [one.person_id for one in pending],
            [one.called_at for one in pending],
        ],
    )
    return {(row[0], row[1]): Voice(*row[2:]) for row in cursor.fetchall()}


def _sent(cursor: Cursor, pending: Sequence[Pending]) -> dict[tuple[int, int], Sent]:
    """The answers, by incident and person; a call an officer wrote down has none."""
    by_incident: defaultdict[int, list[Pending]] = defaultdict(list)
    for one in pending:
        by_incident[one.incident_id].append(one)
    found: dict[tuple[int, int], Sent] = {}
    for incident_id, those in by_incident.items():
        cursor.execute(
            _KEYS,
            {
                "incident": incident_id,
                "parties": [one.party_id for one in those],
                "people": [one.person_id for one in those],
                "moments": [one.called_at for one in those],
            },
        )
        for person_id, key, channel in cursor.fetchall():
            found[incident_id, person_id] = Sent(key, channel)
    return found


def _words(keys: Sequence[UUID]) -> dict[UUID, str]:
    found = {}
    for row in HelpWords.objects.filter(key__in=keys):
        try:
            found[row.key] = open_outside(row.sealed, purpose=WORDS).decode()
        except SealBrokenError:
            found[row.key] = ""
    return found


def _together(
    pending: Sequence[Pending], voices: dict[tuple[int, int], Voice]
) -> list[list[Pending]]:
    """Those of a party for whom one voice called at one moment: one request, not four."""
    groups: defaultdict[tuple[object, ...], list[Pending]] = defaultdict(list)
    for one in pending:
        voice = voices.get((one.incident_id, one.person_id))
        speaker = voice.actor_id if voice and voice.actor_kind == ActorKind.CITIZEN else None
        alone = one.person_id if speaker is None else 0
        groups[one.incident_id, one.party_id, one.called_at, speaker, alone].append(one)
    return list(groups.values())


def _spoken(one: Pending, voices: Mapping[tuple[int, int], Voice]) -> tuple[int, ...]:
    voice = voices.get((one.incident_id, one.person_id))
    speaker = voice.actor_id if voice and voice.actor_kind == ActorKind.CITIZEN else None
    return (one.person_id, speaker) if speaker else (one.person_id,)


def _called(
    group: Sequence[Pending],
    voices: Mapping[tuple[int, int], Voice],
    sent: Mapping[tuple[int, int], Sent],
    words: Mapping[UUID, str],
    tongues: Mapping[int, str],
) -> Called:
    first = group[0]
    mark = (first.incident_id, first.person_id)
    voice, answer = voices.get(mark), sent.get(mark)
    key = answer.key if answer else uuid5(_NOTED, f"{mark} {first.called_at.isoformat()}")
    draft = _draft(group, voice, answer, key=key, said=words.get(key, ""), tongues=tongues)
    return Called(key, draft, tuple((one.incident_id, one.person_id) for one in group))


def _sorted_out(drafts: Sequence[Called]) -> tuple[list[Called], list[Called]]:
    """Those of people who are in no request yet and wrote nothing, and all others.

    The first are nearly all, and are written together: in an earthquake they come by the
    thousand.
    """
    keys = Report.objects.filter(key__in=[each.key for each in drafts])
    known = set(keys.values_list("key", flat=True))
    people = {person for each in drafts for person in (*each.draft.people, each.draft.person_id)}
    held = Case.objects.filter(closed_at=None, people__overlap=sorted(filter(None, people)))
    busy = {person for case in held for person in (*case.people, case.person_id)}
    fresh: list[Called] = []
    others: list[Called] = []
    for each in drafts:
        mine = {*each.draft.people, each.draft.person_id}
        alone = each.key not in known and not mine & busy and not each.draft.words
        (fresh if alone else others).append(each)
        busy |= mine
        known.add(each.key)
    return fresh, others


def _open_fresh(fresh: Sequence[Called], now: datetime) -> None:
    cases = Case.objects.bulk_create([new_case(each.draft, now) for each in fresh])
    Event.objects.bulk_create(
        Event(case=case, at=now, deed=Deed.OPENED.value, detail={"way": Way(case.way).name.lower()})
        for case in cases
    )
    Report.objects.bulk_create(_report(each, case) for each, case in zip(fresh, cases, strict=True))
    for case in cases:
        facts.announce(CaseOpened(case.pk))
    hold_many_calls(
        [
            Call(
                incident_id=incident_id,
                person_id=person_id,
                case=case,
                through=each.draft.received_at,
            )
            for each, case in zip(fresh, cases, strict=True)
            for incident_id, person_id in each.calls
        ]
    )


def _report(each: Called, case: Case) -> Report:
    return Report(
        key=each.key,
        case=case,
        party_id=each.draft.party_id,
        stated_at=each.draft.stated_at,
        received_at=each.draft.received_at,
    )


def _file(each: Called, now: datetime) -> None:
    """Add to the request that is open, or open one with what was written."""
    report = Report.objects.filter(key=each.key).select_related("case").first()
    case = open_or_add(each.draft, known=report.case if report else None, now=now)
    if report is None:
        _report(each, case).save()
    hold_calls(case, each.calls, through=each.draft.received_at)


def _draft(
    group: Sequence[Pending],
    voice: Voice | None,
    answer: Sent | None,
    *,
    key: UUID,
    said: str,
    tongues: Mapping[int, str],
) -> Draft:
    first = group[0]
    people = [one.person_id for one in group]
    speaker = voice.actor_id if voice and voice.actor_kind == ActorKind.CITIZEN else None
    person_id = speaker or people[0]
    way = Way.OFFICER if answer is None else Way.ANSWER
    if answer is not None and answer.channel in _BY_TEXT:
        way = Way.TEXT
    hurt = any(one.safety == Safety.INJURED for one in group)
    return Draft(
        way=way,
        reference=reference_of(key),
        stated_at=(voice.stated_at if voice else first.stated_at) or first.called_at,
        received_at=first.called_at,
        language=tongues.get(person_id) or str(settings.LANGUAGE_CODE),
        person_id=person_id,
        party_id=first.party_id,
        people=sorted(people),
        incident_id=first.incident_id,
        country=first.country,
        post_id=first.post_id or post_of_country(first.country),
        need=Need.INJURED if hurt else Need.UNSAID,
        exercise=first.exercise,
        words=said,
    )


def _languages(person_ids: Sequence[int]) -> dict[int, str]:
    found = Person.objects.filter(pk__in=set(person_ids))
    return dict(found.values_list("pk", "language"))
