"""Warnings on this phone: switched on and off on one's own page, renewed by the browser."""

from hashlib import sha256

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.picture.registry import actions, queries, terms
from safeconduct.picture.registry.access import party_by_link
from safeconduct.picture.registry.web.crowding import crowded
from safeconduct.wires.messaging.engine import push
from safeconduct.wires.messaging.engine.providers.guard import may_push_to
from safeconduct.wires.messaging.engine.push import Subscription, SubscriptionRefusedError

_LARGEST_BODY = 4000


def phones_context(party_id: int) -> dict[str, object]:
    """What one's own page needs to know of the browsers that are warned."""
    if not push.is_offered():
        return {}
    known = actions.phones_of(party_id)
    return {
        "push_key": push.public_key(),
        "phones": len(known),
        # Enough for a browser to recognise itself, and of no use to anybody else.
        "phone_marks": " ".join(_mark(address) for address in known),
    }


@require_POST
def add(request: HttpRequest, token: str) -> HttpResponse:
    """Take what the browser hands over after its owner tapped and agreed."""
    now = clock.now()
    party = party_by_link(token, now)
    try:
        given = _allowed(
            request.POST.get("endpoint", ""),
            request.POST.get("p256dh", ""),
            request.POST.get("auth", ""),
        )
        actions.add_phone(
            party_id=party.pk,
            subscription=given,
            language=get_language() or "en",
            now=now,
            actor=Actor.citizen(queries.party_members(party.pk)[0].pk),
        )
    except (SubscriptionRefusedError, Refusal):
        return _back(token, "refused")
    return _back(token, "on")


@require_POST
def remove(request: HttpRequest, token: str) -> HttpResponse:
    """Warn in the browser that is named no more; without a name in none."""
    now = clock.now()
    party = party_by_link(token, now)
    actor = Actor.citizen(queries.party_members(party.pk)[0].pk)
    endpoint = request.POST.get("endpoint") or None
    actions.remove_phones(party_id=party.pk, endpoint=endpoint, now=now, actor=actor)
    return _back(token, "off")


@csrf_exempt  # No cookie counts here: only the browser knows the address it gives up.
@require_POST
def renew(request: HttpRequest) -> HttpResponse:
    """A browser changed its subscription by itself. The answer never says whether it was known."""
    if crowded(request, most=terms.MOST_FORMS_AN_HOUR, form="renew "):
        return HttpResponse(status=429)
    # Not every 204 is ours: log-in pages of networks answer so as well.
    heard = HttpResponse(status=204, headers={"X-Heard": "renewal"})
    try:
        said = orjson.loads(request.body[:_LARGEST_BODY])
        old = Subscription.of(**said["old"]).address
        fresh = _allowed(**said["fresh"])
    except (orjson.JSONDecodeError, KeyError, TypeError, SubscriptionRefusedError):
        return heard
    actions.renew_phone(old=old, fresh=fresh, now=clock.now())
    return heard


def _allowed(endpoint: str, p256dh: str, auth: str) -> Subscription:
    found = Subscription.of(endpoint, p256dh, auth)
    if not may_push_to(found.endpoint, mode=settings.MODE):
        raise SubscriptionRefusedError("not a push service")
    return found


def _mark(address: str) -> str:
    return sha256(address.partition("#")[0].encode()).hexdigest()[:16]


def _back(token: str, said: str) -> HttpResponse:
    return redirect(f"{reverse('registration:record', args=[token])}?phone={said}#phones")
