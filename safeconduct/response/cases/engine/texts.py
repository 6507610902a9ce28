"""Texts that read like a call for help but are not certain: a request at once, a reader beside.

"Help, my leg is broken" is covered by no word list. Whom it counts for on the roll is still
for a person to say; that somebody answers must not wait for it.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final

from django.conf import settings

from safeconduct.ground.missions.queries import post_of_country
from safeconduct.picture.incidents.models import Incident
from safeconduct.picture.registry.models import Person
from safeconduct.picture.rollcall.engine.rows import Cursor
from safeconduct.response.cases.actions.opening import Draft, open_or_add
from safeconduct.response.cases.engine.calls import filed_alone
from safeconduct.response.cases.models import Report
from safeconduct.response.cases.terms import Need, Way
from safeconduct.response.checkins import rules as checkins
from safeconduct.response.checkins.models import Unclear
from safeconduct.wires.intake.engine.reported import reference_of
from safeconduct.wires.intake.terms import Door

AT_ONCE: Final = 200
_CALLING: Final = """
    SELECT u.id FROM checkins_unclear AS u LEFT JOIN cases_report AS r ON r.key = u.key
    WHERE u.settled_at IS NULL AND u.calls AND r.id IS NULL AND u.id <> ALL (%s::bigint[])
    ORDER BY u.received_at LIMIT %s
"""


def file_texts(cursor: Cursor, *, now: datetime, stuck: set[int], one_by_one: bool = False) -> int:
    """Make requests of unclear answers that call for help; how many. See ``file_calls``."""
    cursor.execute(_CALLING, [sorted(stuck), AT_ONCE])
    ids = [unclear_id for (unclear_id,) in cursor.fetchall()]
    filed = 0
    for unclear in Unclear.objects.filter(pk__in=ids).order_by("received_at", "pk"):
        if not one_by_one:
            _file(unclear, now)
        elif not filed_alone(partial(_file, unclear, now)):
            stuck.add(unclear.pk)
            continue
        filed += 1
    return filed


def _file(unclear: Unclear, now: datetime) -> None:
    draft = _draft(unclear)
    case = open_or_add(draft, known=None, now=now)
    Report.objects.create(
        key=unclear.key,
        case=case,
        party_id=draft.party_id,
        stated_at=unclear.stated_at,
        received_at=unclear.received_at,
    )


def _draft(unclear: Unclear) -> Draft:
    person = None if unclear.channel == Door.UNPROVEN else _only_person(unclear.candidates)
    incidents = {incident_id for incident_id, _, _ in unclear.candidates}
    incident = Incident.objects.filter(pk__in=incidents).first() if len(incidents) == 1 else None
    country = unclear.countries[0] if len(unclear.countries) == 1 else ""
    contact = "email" if "@" in unclear.sender else "phone"
    return Draft(
        way=Way.TEXT if unclear.text else Way.ANSWER,
        reference=reference_of(unclear.key),
        stated_at=min(unclear.stated_at, unclear.received_at),
        received_at=unclear.received_at,
        language=person.language if person else str(settings.LANGUAGE_CODE),
        person_id=person.pk if person else None,
        party_id=person.party_id if person else None,
        people=[person.pk] if person else (),
        incident_id=incident.pk if incident else None,
        country=country,
        post_id=post_of_country(country) if country else None,
        need=Need.UNSAID,
        exercise=incident.exercise if incident else settings.MODE == "exercise",
        words=unclear.text,
        details={contact: checkins.telephone(unclear.sender)} if unclear.sender else {},
    )


def _only_person(candidates: Sequence[Sequence[int]]) -> Person | None:
    people = {person_id for _, _, person_id in candidates}
    return Person.objects.filter(pk__in=people).first() if len(people) == 1 else None
