"""From an id or a link in an address to a row; what is not one's own is absent."""

from datetime import datetime

from django.http import Http404

from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.kernel import tokens
from safeconduct.ground.missions.access import countries_of
from safeconduct.picture.registry import queries, terms
from safeconduct.picture.registry.models import ImportRun, Party, Person


class LinkNotOpenError(Exception):
    """The link is forged, too old, or its record is gone: the reader is told the same."""


def party_by_link(token: str, now: datetime, *, purpose: str = terms.LINK_PURPOSE) -> Party:
    """The party whose link this is; one of another purpose is none.

    :raises LinkNotOpenError: if it opens nothing.
    """
    try:
        link = tokens.read(token, purpose=purpose)
    except tokens.LinkRefusedError as refusal:
        raise LinkNotOpenError from refusal
    party = Party.objects.filter(pk=link.subject_id).first()
    if party is None or link.expired(now):
        raise LinkNotOpenError
    return party


def person_for(person_id: int, *, officer: Officer, permission: str = terms.VIEW) -> Person:
    """A person who stays or stayed in a country where the officer holds the permission.

    :raises Http404: alike if there is no such person and if they are elsewhere.
    """
    person = queries.person_in(person_id, countries_of(officer, permission))
    if person is None:
        raise Http404
    return person


def import_for(run_id: int, *, officer: Officer) -> ImportRun:
    """An import the officer handed in.

    :raises Http404: for anybody else's, and for none.
    """
    run = ImportRun.objects.filter(pk=run_id, officer_id=officer.pk).defer("content").first()
    if run is None:
        raise Http404
    return run
