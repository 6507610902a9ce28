"""Two records that may be one person's: linked by an officer, and parted again."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safeconduct.ground.accounts.access import actor_of, officer_of
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.missions.access import officer_may
from safeconduct.picture.registry import actions, queries, terms
from safeconduct.picture.registry.access import person_for


@require_POST
@officer_may(terms.WRITE)
def link(request: HttpRequest, person_id: int) -> HttpResponse:
    """Lets the newer record count for the older; one that never registered always for the other."""
    officer = officer_of(request)
    other_id = request.POST.get("other", "")
    if not (other_id.isascii() and other_id.isdigit() and len(other_id) < 18):
        raise Http404
    pair = [
        person_for(one, officer=officer, permission=terms.WRITE)
        for one in (person_id, int(other_id))
    ]
    second, first = sorted(pair, key=queries.rank_as_second, reverse=True)
    try:
        actions.link_people(
            person_id=second.pk, to_id=first.pk, now=clock.now(), actor=actor_of(request)
        )
        messages.success(request, _("The two records count as one person now."))
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    return redirect("registry:person", first.pk)


@require_POST
@officer_may(terms.WRITE)
def part(request: HttpRequest, person_id: int) -> HttpResponse:
    """Lets a record that was linked count for itself again."""
    first_id = queries.linked_to(person_id)
    if first_id is None:
        raise Http404
    first = person_for(first_id, officer=officer_of(request), permission=terms.WRITE)
    actions.part_people(person_id=person_id, now=clock.now(), actor=actor_of(request))
    messages.success(request, _("The two records count as two people again."))
    return redirect("registry:person", first.pk)
