"""Two records of one person: linked, so that they count once, and parted again.

A linked record stays its family's: its link opens it, it is changed and deleted there. Its
open stays count for the record it is linked to, and its addresses are lent to that one, so
whoever asks the registry meets one person, reached in every way they ever gave.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.picture.registry import terms
from safeconduct.picture.registry.actions.contacts import reckon_reach
from safeconduct.picture.registry.models import ContactPoint, Person, Stay


class LinkRefusedError(Refusal):
    """These two cannot be one person."""


@transaction.atomic
def link_people(*, person_id: int, to_id: int, now: datetime, actor: Actor) -> None:
    """Let a record count as a second one of the same person; twice is once.

    :raises LinkRefusedError: for one record, for two of one party, or where the first is
        linked elsewhere.
    """
    ids = sorted({person_id, to_id})
    known = {one.pk: one for one in Person.objects.select_for_update().filter(pk__in=ids)}
    if len(known) < len({person_id, to_id, 0}) - 1 or person_id == to_id:
        raise LinkRefusedError(_("Choose two different records."))
    second, first = known[person_id], known[to_id]
    if second.party_id == first.party_id:
        raise LinkRefusedError(_("Two people of one family are two people."))
    if second.same_as == first.pk:
        return
    if second.same_as is not None or first.same_as is not None:
        raise LinkRefusedError(_("One of them is linked to another record. Part these first."))
    # Whoever counted for the second counts for the first now: never a chain.
    seconds = [second.pk, *Person.objects.filter(same_as=second.pk).values_list("pk", flat=True)]
    for one in seconds:
        _join(one, first.pk)
    reckon_reach([first.pk])
    record(terms.LINKED, actor=actor, subject_kind="person", subject_id=second.pk, now=now)


@transaction.atomic
def part_people(*, person_id: int, now: datetime, actor: Actor) -> None:
    """Let a linked record count for itself again; nothing happens to one that is not linked."""
    second = Person.objects.select_for_update().filter(pk=person_id).first()
    if second is None or second.same_as is None:
        return
    first = second.same_as
    _part([second.pk])
    reckon_reach([first, second.pk])
    record(terms.UNLINKED, actor=actor, subject_kind="person", subject_id=second.pk, now=now)


def relend(people: Iterable[int]) -> None:
    """Lend anew what these people gave, after they changed it, and what others lent them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, same_as FROM registry_person"
            " WHERE same_as IS NOT NULL AND (id = ANY (%(ids)s) OR same_as = ANY (%(ids)s))",
            {"ids": list(people)},
        )
        pairs = cursor.fetchall()
    for second, first in pairs:
        _lend(second, first)
    reckon_reach({first for _second, first in pairs})


def unlink_gone(people: Iterable[int]) -> None:
    """Before these people are deleted: give back what others told, take back what they lent."""
    gone = list(people)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM registry_person WHERE same_as IS NOT NULL AND same_as = ANY (%s)",
            [gone],
        )
        _part([found for (found,) in cursor.fetchall()])
        cursor.execute("DELETE FROM registry_stay WHERE told_by = ANY (%s)", [gone])
        cursor.execute(
            "DELETE FROM registry_contactpoint WHERE lent_by = ANY (%s) RETURNING person_id", [gone]
        )
        reckon_reach(found for (found,) in cursor.fetchall())


def _join(second: int, first: int) -> None:
    Person.objects.filter(pk=second).update(same_as=first)
    Stay.objects.filter(person_id=second, told_by=None).update(told_by=second)
    Stay.objects.filter(told_by=second).update(person_id=first)
    _lend(second, first)


def _part(seconds: list[int]) -> None:
    for second in seconds:
        Stay.objects.filter(told_by=second).update(person_id=second, told_by=None)
    ContactPoint.objects.filter(lent_by__in=seconds).delete()
    Person.objects.filter(pk__in=seconds).update(same_as=None)


def _lend(second: int, first: int) -> None:
    ContactPoint.objects.filter(lent_by=second).delete()
    with connection.cursor() as cursor:
        cursor.execute(_LEND, [first, second, second])


# What both gave is the first's own, with what we know of it there.
_LEND: Final = """
INSERT INTO registry_contactpoint (person_id, channel, address, language, verified_at,
    last_worked_at, last_failed_at, stopped_at, lent_by)
SELECT %s, channel, address, language, verified_at, last_worked_at, last_failed_at, stopped_at, %s
  FROM registry_contactpoint WHERE person_id = %s AND lent_by IS NULL
ON CONFLICT ON CONSTRAINT contact_once_per_person DO NOTHING
"""
