"""Warned by place alone: a browser and a country, and nobody's name."""

from datetime import datetime

from django.db import transaction

from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.places.models import Country
from safeconduct.picture.registry import rules, terms
from safeconduct.picture.registry.actions.parties import Member, PartyDraft, register_party
from safeconduct.picture.registry.actions.phones import add_phone
from safeconduct.picture.registry.models import ContactPoint, Party
from safeconduct.wires.messaging.engine.push import Subscription
from safeconduct.wires.messaging.terms import Channel


class NoSuchCountryError(Refusal):
    """Nobody can be warned of a country we do not know."""


@transaction.atomic
def warn_here(
    *, country: str, subscription: Subscription, language: str, now: datetime, actor: Actor
) -> Party | None:
    """A record of the level "information" that is reached in this browser alone.

    It lasts as long as a word of "I am here", unless its owner prolongs it. None where the
    browser is warned already: nobody learns from the answer for whom.

    :raises NoSuchCountryError: for a country we do not know.
    """
    if ContactPoint.objects.filter(channel=Channel.PUSH, address=subscription.address).exists():
        return None
    if not Country.objects.filter(pk=country).exists():
        raise NoSuchCountryError(terms.WHICH_COUNTRY)
    today = now.date()
    leg = rules.Leg(country, None, None, today, today + terms.HERE_LASTS)
    draft = PartyDraft(
        members=[Member()],
        legs=[leg],
        phone="",
        mail="",
        language=language,
        level=terms.Level.INFORMATION,
    )
    party = register_party(draft=draft, now=now, actor=actor)
    add_phone(party_id=party.pk, subscription=subscription, language=language, now=now, actor=actor)
    return party
