"""What open incidents say about places: from a level on, that people should leave."""

from collections.abc import Collection
from datetime import datetime

from django.urls import reverse

from safeconduct.ground.kernel.languages import in_words
from safeconduct.picture.incidents.queries import open_incidents
from safeconduct.picture.incidents.terms import Level
from safeconduct.readiness.advice.engine.witnesses import Said
from safeconduct.readiness.advice.terms import Asks


def said_by_incidents(
    countries: Collection[str] | None, now: datetime, language: str
) -> list[Said]:
    """Each open incident at a level above “normal”, by country; exercises say nothing."""
    theirs = None if countries is None else frozenset(countries)
    rows = open_incidents(theirs, exercise=False)
    rows = rows.filter(level__gt=Level.NORMAL, opened_at__lte=now)
    return [
        Said(
            country=country,
            title=f"{in_words(row.names, language) or row.name}: {Level(row.level).label}",
            asks=Asks.LEAVE if row.level >= Level.LEAVE else Asks.CARE,
            said_at=row.opened_at,
            address=reverse("incidents:page", args=[row.pk]),
            is_incident=True,
        )
        for row in rows
        for country in row.countries
        if theirs is None or country in theirs
    ]
