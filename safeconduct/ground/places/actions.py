"""Bringing the gazetteer in."""

from django.db import connection, transaction

from safeconduct.ground.kernel import clock
from safeconduct.ground.places.engine import load
from safeconduct.ground.places.models import City, Gazetteer


def load_places() -> int:
    """Countries, cities and their names stored as our packages have them; the number of cities.

    Safe to repeat, and instant when nothing has changed. Several processes may ask
    at once: one does it. Nobody acts here but the installation itself, hence no actor.

    :raises AtlasMissingError: if the outlines are not installed.
    """
    fingerprint = load.fingerprint()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('places'))")
        if Gazetteer.objects.filter(fingerprint=fingerprint).exists():
            return City.objects.count()
        count = load.fill()
        Gazetteer.objects.update_or_create(
            pk=1, defaults={"fingerprint": fingerprint, "loaded_at": clock.now()}
        )
    return count
