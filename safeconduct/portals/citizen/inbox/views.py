"""The inbox of a party: behind its signed link, kept on the phone only if its owner says so."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from safeconduct.ground.kernel import clock
from safeconduct.picture.registry.access import party_by_link
from safeconduct.picture.registry.web.citizen import private_page
from safeconduct.portals.citizen.inbox.queries import messages_of


@require_safe
@private_page
def messages(request: HttpRequest, token: str) -> HttpResponse:
    """Warnings sent to the party and what its post answered, the latest first."""
    now = clock.now()
    party = party_by_link(token, now)
    found = messages_of(party.pk, get_language() or "en", now)
    return render(request, "citizen/messages.html", {"token": token, "found": found})
