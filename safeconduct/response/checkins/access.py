"""The only way from an address to an unclear answer."""

from django.http import Http404

from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.missions.access import countries_of
from safeconduct.picture.registry import queries as registry
from safeconduct.picture.registry.models import Person
from safeconduct.response.checkins import queries
from safeconduct.response.checkins.models import Unclear
from safeconduct.response.checkins.terms import SETTLE


def unclear_for(unclear_id: int, *, officer: Officer) -> Unclear:
    """An unclear answer that nobody has settled, where it may concern the officer's countries.

    :raises Http404: where there is none, or none for this officer.
    """
    found = queries.unclear_answers(countries_of(officer, SETTLE)).filter(pk=unclear_id).first()
    if found is None:
        raise Http404
    return found


def person_to_match(person_id: int, *, officer: Officer) -> Person:
    """A person an unclear answer may be about: registered in the officer's countries.

    :raises Http404: where there is none, or none for this officer.
    """
    person = registry.person_in(person_id, countries_of(officer, SETTLE))
    if person is None:
        raise Http404
    return person
