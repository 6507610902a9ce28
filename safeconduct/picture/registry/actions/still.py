"""Still there? Asked at the end of a trip, from time to time, and when the advice changes.

A round goes through all parties in chunks, each in a transaction of its own: what breaks off
goes on where it was, and a party is asked at most once a day and once in two weeks.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel import facts
from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.registry import terms
from safeconduct.picture.registry.actions.parties import note_departure, note_still_there
from safeconduct.picture.registry.actions.stays import own_stays
from safeconduct.picture.registry.engine.texts import still_there_texts
from safeconduct.picture.registry.events import StillRoundOpened
from safeconduct.picture.registry.levels import levels_by_country
from safeconduct.picture.registry.models import Stay, StillRound
from safeconduct.picture.registry.queries import goes_on
from safeconduct.wires.messaging import actions as messaging
from safeconduct.wires.messaging.terms import Lane

# Parties looked at in one transaction.
_CHUNK: Final = 20_000


def open_todays_rounds(*, now: datetime, actor: Actor) -> list[int]:
    """Begin what the calendar asks today, once a day; the rounds that are not finished yet."""
    for reason in (terms.StillReason.TRIP, terms.StillReason.RESIDENT):
        _open(reason, "", now, actor)
    return list(
        StillRound.objects.filter(finished_at=None).order_by("pk").values_list("pk", flat=True)
    )


def ask_still_there(*, country: str, reason: str = "level", now: datetime, actor: Actor) -> bool:
    """Ask everybody in a country whether they are still there, since the advice has changed.

    Twice in one day is once; whether this call opened the round. ``reason`` is one of
    ``terms.StillReason``, since it chooses the words.
    """
    return _open(terms.StillReason(reason), country, now, actor)


@transaction.atomic
def ask_chunk(*, round_id: int, now: datetime, actor: Actor, size: int = _CHUNK) -> bool:
    """Ask the next parties of a round; False once it has come to the end.

    Whoever holds the round's row writes; a second worker leaves it to the first.
    """
    round_ = (
        StillRound.objects.select_for_update(skip_locked=True)
        .filter(pk=round_id, finished_at=None)
        .first()
    )
    if round_ is None:
        return False
    until = _last_of_chunk(round_.reached_party_id, size)
    if until is None:
        _finish(round_, now, actor)
        return False
    asked = _asked(round_, until, now)
    if asked:
        messaging.enqueue_select(
            batch_id=round_.batch_id,
            select_sql=_MESSAGES,
            params=[round_.pk, round_.reached_party_id, until],
            actor=actor,
        )
    round_.reached_party_id, round_.parties = until, round_.parties + asked
    round_.save(update_fields=["reached_party_id", "parties"])
    return True


@transaction.atomic
def answer_still_there(
    *, party_id: int, said: str, last_day: date | None = None, now: datetime, actor: Actor
) -> None:
    """Note what a party says: ``still`` confirms its stays, ``left`` ends those that have begun.

    Who is still there after a trip stays until ``last_day``, or two weeks more.
    """
    if said == "left":
        note_departure(party_id=party_id, left_on=now.date(), now=now, actor=actor)
        return
    stays = own_stays(party_id).filter(stay_from__lte=now.date())
    stays.update(confirmed_at=now)
    _prolong(party_id, last_day, now)
    note_still_there(party_id, said="still", now=now)
    record(terms.STILL_SAID, actor=actor, subject_kind="party", subject_id=party_id, now=now)


@transaction.atomic
def let_questions_lapse(*, now: datetime, actor: Actor, size: int = _CHUNK) -> int:  # noqa: ARG001 -- silence is nobody's deed
    """Count against a record each question that nobody answered in a week; how many questions.

    It is relied upon less from then on and nothing else happens: silence deletes nobody.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LAPSE, {"now": now, "before": now - terms.ANSWERED_WITHIN, "size": size})
        return int(cursor.fetchone()[0])


@transaction.atomic
def _open(reason: terms.StillReason, country: str, now: datetime, actor: Actor) -> bool:
    day = now.date()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('registry still there'))")
    if StillRound.objects.filter(reason=reason, country=country, asked_on=day).exists():
        return False
    batch = messaging.open_batch(
        lane=Lane.BULK,
        not_after=now + terms.STILL_SENT_WITHIN,
        exercise=False,
        texts=still_there_texts(reason),
        link_purpose=terms.STILL_PURPOSE,
        link_expires_on=day + terms.STILL_LINK_LIFE,
        now=now,
        actor=actor,
    )
    round_ = StillRound.objects.create(
        reason=reason, country=country, asked_on=day, batch_id=batch.pk, created_at=now
    )
    facts.announce(StillRoundOpened(round_.pk))
    return True


def _finish(round_: StillRound, now: datetime, actor: Actor) -> None:
    messaging.fill_finished(round_.batch_id, now=now)
    round_.finished_at = now
    round_.save(update_fields=["finished_at"])
    with connection.cursor() as cursor:
        # A table that grew by a country in a minute: the next statements must not guess.
        cursor.execute("ANALYZE registry_stillthere")
    record(
        terms.STILL_ASKED,
        actor=actor,
        subject_kind="still_round",
        subject_id=round_.pk,
        detail={"count": round_.parties, "reason": round_.reason},
        now=now,
    )


def _last_of_chunk(after: int, size: int) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(id) FROM (SELECT id FROM registry_party WHERE id > %s"
            " ORDER BY id LIMIT %s) AS chunk",
            [after, size],
        )
        found: int | None = cursor.fetchone()[0]
        return found


def _asked(round_: StillRound, until: int, now: datetime) -> int:
    day = round_.asked_on
    params: dict[str, Any] = {
        "round": round_.pk,
        "reason": round_.reason,
        "country": round_.country,
        "after": round_.reached_party_id,
        "until": until,
        "day": day,
        "now": now,
        "not_since": now - (_APART_BY_LEVEL if round_.country else terms.STILL_APART),
        "fresh": now - _FRESH,
        "week_ago": day - timedelta(days=7),
        "tomorrow": day + timedelta(days=1),
    }
    due = _DUE[terms.StillReason(round_.reason)]
    if round_.reason == terms.StillReason.RESIDENT:
        params |= _cadence(now, levels_by_country())
    with connection.cursor() as cursor:
        cursor.execute(_ASK.replace("{due}", due), params)
        return int(cursor.rowcount)


def _cadence(now: datetime, levels: Mapping[str, int]) -> dict[str, Any]:
    """By when residents were to have confirmed: of countries with a level, and of all others."""
    days: Mapping[int, int] = settings.REGISTRY["STILL_THERE_DAYS"]
    named = sorted(levels)
    return {
        "countries": named,
        "befores": [now - timedelta(days=days.get(levels[code], days[1])) for code in named],
        "before": now - timedelta(days=days[1]),
    }


def _prolong(party_id: int, last_day: date | None, now: datetime) -> None:
    """A trip that is ending goes on; one that lasts, or a residence, is left as it is."""
    if last_day is None and goes_on(party_id, now.date()):
        # Still here today, and elsewhere from the day they told us.
        return
    until = now.date() + terms.PROLONGED_BY if last_day is None else last_day + timedelta(days=1)
    ending = own_stays(party_id).filter(
        kind=terms.StayKind.TRIP,
        stay_from__lte=now.date(),
        stay_until__lte=now.date() + timedelta(days=1),
    )
    stays = list(ending.order_by("-stay_until", "-stay_from"))
    # Of several that are over, they are still in the last.
    last = [stay for stay in stays if _place(stay) == _place(stays[0])]
    for stay in last:
        if until > stay.stay_from:
            stay.stay_until = until
            stay.save(update_fields=["stay_until"])


def _place(stay: Stay) -> tuple[str, int | None, date | None]:
    return stay.country_id, stay.city_id, stay.stay_until


# After a change of level one is asked again sooner; whoever confirmed just before is not.
_APART_BY_LEVEL: Final = timedelta(days=3)
_FRESH: Final = timedelta(days=2)
# Whoever was asked today by another round, or lately by any, is left in peace; so are those with
# no way to reach them that works and was not stopped. Everybody of a party counts with the first.
_ASK: Final = """
INSERT INTO registry_stillthere (round_id, party_id, reason, asked_on, asked_at, said)
SELECT DISTINCT %(round)s::bigint, person.party_id, %(reason)s, %(day)s::date,
       %(now)s::timestamptz, ''
  FROM registry_person AS person
  JOIN registry_stay AS stay ON stay.person_id = person.id AND stay.departed_on IS NULL
 WHERE person.party_id > %(after)s AND person.party_id <= %(until)s
   AND {due}
   AND NOT EXISTS (SELECT FROM registry_stillthere AS earlier
        WHERE earlier.party_id = person.party_id AND earlier.asked_at > %(not_since)s
          AND earlier.party_id > %(after)s AND earlier.party_id <= %(until)s)
   AND EXISTS (SELECT FROM registry_contactpoint AS point
         JOIN registry_person AS one ON one.id = point.person_id
        WHERE one.party_id = person.party_id AND point.channel IN (1, 2, 4)
          AND point.stopped_at IS NULL
          AND (point.last_failed_at IS NULL OR point.last_worked_at > point.last_failed_at))
ON CONFLICT (party_id, asked_on) DO NOTHING
"""
_DUE: Final = {
    # The last place of a trip ends about now: another that begins, or a home, is no reason less.
    terms.StillReason.TRIP: """stay.kind = 'trip'
   AND stay.stay_until > %(week_ago)s AND stay.stay_until <= %(tomorrow)s
   AND NOT EXISTS (SELECT FROM registry_stay AS later WHERE later.person_id = person.id
        AND later.kind = 'trip' AND later.departed_on IS NULL
        AND later.stay_until > stay.stay_until)""",
    terms.StillReason.RESIDENT: """stay.kind = 'residence' AND stay.confirmed_at < coalesce(
        (%(befores)s::timestamptz[])[array_position(%(countries)s::text[], stay.country_id::text)],
        %(before)s::timestamptz)""",
    terms.StillReason.LEVEL: """stay.country_id = %(country)s AND stay.stay_from <= %(day)s
   AND (stay.stay_until IS NULL OR stay.stay_until > %(day)s) AND stay.confirmed_at < %(fresh)s""",
}
# One message a party, to the first address that works: a browser or mail before a text message,
# which costs. The link speaks for the party.
_MESSAGES: Final = """
SELECT DISTINCT ON (person.party_id) person.id, person.party_id, NULL::smallint, point.channel,
       point.address, person.language, coalesce(stay.country_id, ''),
       (SELECT count(*) FROM registry_person AS one
         WHERE one.party_id = person.party_id)::smallint
  FROM registry_stillthere AS asked
  JOIN registry_person AS person ON person.party_id = asked.party_id
  JOIN registry_contactpoint AS point ON point.person_id = person.id
   AND point.channel IN (1, 2, 4) AND point.stopped_at IS NULL
   AND (point.last_failed_at IS NULL OR point.last_worked_at > point.last_failed_at)
  LEFT JOIN registry_stay AS stay ON stay.person_id = person.id AND stay.departed_on IS NULL
 WHERE asked.round_id = %s AND asked.party_id > %s AND asked.party_id <= %s
 ORDER BY person.party_id, array_position(ARRAY[4, 2, 1]::smallint[], point.channel), person.id,
       point.id
"""
# An array is made once. Joined, the questions would be sought anew for each row of the table as
# long as the planner knows nothing of it: a hundred thousand took hours.
_LAPSE: Final = """
WITH lapsed AS (
    UPDATE registry_stillthere SET lapsed_at = %(now)s
     WHERE id = ANY (ARRAY(
           SELECT id FROM registry_stillthere
            WHERE answered_at IS NULL AND lapsed_at IS NULL AND asked_at < %(before)s
            ORDER BY asked_at, id LIMIT %(size)s FOR UPDATE SKIP LOCKED))
    RETURNING party_id
), silent AS (
    UPDATE registry_person AS person SET unanswered = least(person.unanswered + often.times, 9)
      FROM (SELECT party_id, count(*)::smallint AS times FROM lapsed GROUP BY 1) AS often
     WHERE person.party_id = often.party_id
)
SELECT count(*) FROM lapsed
"""
