"""From an id in a URL to a call; a call is its officer's own and nobody else's."""

from django.http import Http404

from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.missions.access import countries_of
from safeconduct.response.calls.models import Call
from safeconduct.response.calls.terms import CALL
from safeconduct.wires.messaging.models import Delivery


def call_for(call_id: int, *, officer: Officer) -> Call:
    """The call, if this officer took it and still answers for where the person is.

    :raises Http404: alike if there is none and if it is none of theirs.
    """
    call = Call.objects.filter(pk=call_id, officer_id=officer.pk).first()
    if call is None or not _in_reach(call, officer):
        raise Http404
    return call


def _in_reach(call: Call, officer: Officer) -> bool:
    countries = countries_of(officer, CALL)
    if countries is None:
        return True
    found = Delivery.objects.filter(batch_id=call.batch_id, id=call.delivery_id)
    return found.filter(country__in=countries).exists()
