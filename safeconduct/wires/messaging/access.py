"""The only way from a number in an address to a row, and what an administrator answers for.

A provider serves everybody, so only administrators of all posts switch one; the name we send
under in a country is for those whose posts answer for that country.
"""

from django.http import Http404

from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.missions.access import countries_of, posts_of
from safeconduct.wires.messaging.models import SenderIdentity
from safeconduct.wires.messaging.terms import MANAGE


def may_switch(officer: Officer) -> bool:
    """Whether an officer may take a provider out of service: appointed everywhere, or not."""
    return posts_of(officer, MANAGE) is None


def named_countries(officer: Officer) -> frozenset[str] | None:
    """Codes of the countries whose sender names an officer may change; None means all."""
    return countries_of(officer, MANAGE)


def identity_for(identity_id: int, *, officer: Officer) -> SenderIdentity:
    """A sender name of a country the officer answers for.

    :raises Http404: alike if there is none and if it is none of theirs.
    """
    identity = SenderIdentity.objects.filter(pk=identity_id).first()
    theirs = named_countries(officer)
    if identity is None or (theirs is not None and identity.country not in theirs):
        raise Http404
    return identity
