"""The pages behind a record's link that say what becomes of its data."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.missions.holdings import looked as looks_at
from safeconduct.ground.privacy import actions, queries
from safeconduct.ground.privacy.consents import purposes
from safeconduct.ground.privacy.holdings import Holder
from safeconduct.ground.privacy.sealing import Subject
from safeconduct.picture.registry.access import party_by_link
from safeconduct.picture.registry.holdings import called, record_kept_until
from safeconduct.picture.registry.queries import party_members
from safeconduct.picture.registry.web.citizen import private_page
from safeconduct.portals.citizen.trust.asked import asked_of

# Older looks are in the file.
_MOST_LOOKS = 100


@require_safe
@private_page
def data(request: HttpRequest, token: str) -> HttpResponse:
    """Everything the house holds of a party, why, and until when."""
    holder = _holder(token)
    shown = {
        "token": token,
        "sections": queries.held_of(holder),
        "kept_until": record_kept_until(holder.person_ids),
        "forgotten_at": queries.last_forgotten(),
        "now": clock.now(),
    }
    return render(request, "trust/data.html", shown)


@require_safe
@private_page
def file(request: HttpRequest, token: str) -> HttpResponse:  # noqa: ARG001 -- as views are called
    """The same as a file that a program reads."""
    now = clock.now()
    told = queries.as_file(queries.held_of(_holder(token)), now=now)
    response = JsonResponse(told, json_dumps_params={"ensure_ascii": False, "indent": 1})
    name = f"my-data-{now.date().isoformat()}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
@private_page
def looked(request: HttpRequest, token: str) -> HttpResponse:
    """Who looked at it and why: role and post, never a name."""
    holder = _holder(token)
    found = looks_at(holder.person_ids, limit=_MOST_LOOKS)
    shown = {"token": token, "found": found, "names": called(holder.person_ids)}
    return render(request, "trust/looked.html", shown)


@private_page
def consent(request: HttpRequest, token: str) -> HttpResponse:
    """What the party agreed to, one purpose at a time, and the buttons to change it."""
    holder = _holder(token)
    if request.method == "POST":
        _choose(request, holder)
        return redirect(f"{reverse('trust:consent', args=[token])}?saved=1")
    said = queries.consents_of(Subject("party", holder.party_id))
    shown: dict[str, Any] = {
        "token": token,
        "asked": asked_of(said, get_language() or "en"),
        "saved": "saved" in request.GET,
    }
    return render(request, "trust/consent.html", shown)


def _choose(request: HttpRequest, holder: Holder) -> None:
    purpose = request.POST.get("purpose", "")
    if purpose not in purposes():
        raise Http404
    actions.choose_consents(
        subject=Subject("party", holder.party_id),
        choices={purpose: request.POST.get("agree") == "yes"},
        language=get_language() or "en",
        how="page",
        now=clock.now(),
        actor=Actor.citizen(holder.person_ids[0] if holder.person_ids else None),
    )


def _holder(token: str) -> Holder:
    party = party_by_link(token, clock.now())
    return Holder(party.pk, tuple(one.pk for one in party_members(party.pk)))
