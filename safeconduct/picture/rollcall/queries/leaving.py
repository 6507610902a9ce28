"""Who may not leave a roll yet, and who was kept on one after leaving the registry."""

from collections.abc import Sequence

from django.db import connection

from safeconduct.picture.incidents.models import Incident


def on_open_rolls(person_ids: Sequence[int]) -> set[int]:
    """Of these people, those on the roll of an incident that is not closed."""
    still_open = list(Incident.objects.filter(closed_at=None).values_list("pk", flat=True))
    if not still_open:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person_id FROM rollcall_standing"
            " WHERE incident_id = ANY (%s) AND person_id = ANY (%s)",
            [still_open, list(person_ids)],
        )
        return {person_id for (person_id,) in cursor.fetchall()}


def left_registry(incident_id: int, person_id: int | None) -> list[int]:
    """People on this roll whom the registry no longer knows; with ``person_id`` only that one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person_id FROM rollcall_standing AS s"
            " WHERE incident_id = %(incident)s"
            " AND (%(person)s::bigint IS NULL OR person_id = %(person)s)"
            " AND NOT EXISTS (SELECT FROM registry_person WHERE id = s.person_id)"
            " ORDER BY 1",
            {"incident": incident_id, "person": person_id},
        )
        return [found for (found,) in cursor.fetchall()]
