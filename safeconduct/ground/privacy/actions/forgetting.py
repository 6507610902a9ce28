"""What goes with a person, whatever else was kept of them and by whom."""

from collections.abc import Iterable

from django.db import transaction

from safeconduct.ground.audit import actions as audit
from safeconduct.ground.privacy import sealing
from safeconduct.ground.privacy.actions.consents import forget_consents


@transaction.atomic
def forget_people(*, person_ids: Iterable[int], party_ids: Iterable[int] = ()) -> int:
    """Destroy the keys of these people and parties, and forget consents, looks and traces.

    Called in the transaction that deletes them. What was sealed under their keys can never
    be read again. How many keys there were.
    """
    people, parties = list(person_ids), list(party_ids)
    shredded = sealing.shred_many("person", people) + sealing.shred_many("party", parties)
    forget_consents("party", parties)
    audit.forget_people(people, party_ids=parties)
    return shredded
