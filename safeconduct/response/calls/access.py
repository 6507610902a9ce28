"""From an id or a link in an address to a call; a call is its officer's or warden's own."""

from datetime import datetime

from django.http import Http404

from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.kernel import tokens
from safeconduct.ground.kernel.tokens import Link
from safeconduct.ground.missions.access import countries_of
from safeconduct.picture.registry.access import LinkNotOpenError
from safeconduct.response.calls.models import Call, WardenCall, WardenList
from safeconduct.response.calls.terms import CALL, HAND_OVER, WARDEN_LINK
from safeconduct.wires.messaging.models import Delivery


def call_for(call_id: int, *, officer: Officer) -> Call:
    """The call, if this officer took it and still answers for where the person is.

    :raises Http404: alike if there is none and if it is none of theirs.
    """
    call = Call.objects.filter(pk=call_id, officer_id=officer.pk, warden_list_id=None).first()
    if call is None or not _in_reach(call, officer):
        raise Http404
    return call


def link_of(made: WardenList) -> str:
    """The key to a warden's list; it says when it ends and nothing else that can be read."""
    return tokens.mint(Link(made.pk, made.until.date(), made.language, 0), purpose=WARDEN_LINK)


def list_by_link(token: str, now: datetime) -> WardenList:
    """The warden's list whose link this is, while it lasts.

    :raises LinkNotOpenError: if it opens nothing, or nothing any more.
    """
    try:
        link = tokens.read(token, purpose=WARDEN_LINK)
    except tokens.LinkRefusedError as refusal:
        raise LinkNotOpenError from refusal
    made = WardenList.objects.filter(pk=link.subject_id).first()
    if made is None or not made.is_open(now):
        raise LinkNotOpenError
    return made


def warden_call_for(number: int, *, made: WardenList) -> WardenCall:
    """A call of this very list.

    :raises Http404: alike if there is none and if it is on another.
    """
    call = made.calls.filter(pk=number).first()
    if call is None:
        raise Http404
    return call


def list_for(list_id: int, *, officer: Officer) -> WardenList:
    """A list over people in a country of the officer's posts.

    :raises Http404: alike if there is none and if it is elsewhere.
    """
    made = WardenList.objects.filter(pk=list_id).first()
    countries = countries_of(officer, HAND_OVER)
    if made is None or (countries is not None and made.country not in countries):
        raise Http404
    return made


def _in_reach(call: Call, officer: Officer) -> bool:
    countries = countries_of(officer, CALL)
    if countries is None:
        return True
    found = Delivery.objects.filter(batch_id=call.batch_id, id=call.delivery_id)
    return found.filter(country__in=countries).exists()
