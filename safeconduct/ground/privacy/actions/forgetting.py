"""What goes with a person, whatever else was kept of them and by whom."""

from collections.abc import Iterable

from django.db import transaction

from safeconduct.ground.audit import actions as audit
from safeconduct.ground.privacy.actions.consents import forget_consents
from safeconduct.ground.privacy.forgotten import forget_subjects


@transaction.atomic
def forget_people(*, person_ids: Iterable[int], party_ids: Iterable[int] = ()) -> int:
    """Destroy the keys of these people and parties, and forget consents, looks and traces.

    Called in the transaction that deletes them. What was sealed under their keys can never
    be read again, and a restored backup does not bring it back. How many keys there were.
    """
    people, parties = list(person_ids), list(party_ids)
    shredded = forget_subjects("person", people) + forget_subjects("party", parties)
    forget_consents("party", parties)
    audit.forget_people(people, party_ids=parties)
    return shredded
