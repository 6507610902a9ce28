"""Requests for help, for officers: a list by urgency and age, and the page of each."""

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from safeconduct.ground.accounts.access import actor_of, officer_of
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.missions.access import countries_of, officer_may, posts_of, right_at
from safeconduct.ground.privacy.sealing import unseal_bytes
from safeconduct.picture.incidents.terms import VIEW as INCIDENTS
from safeconduct.response.cases import actions, queries
from safeconduct.response.cases.access import case_for, photo_for
from safeconduct.response.cases.actions.opening import CONTENT, subject_of
from safeconduct.response.cases.engine import listing
from safeconduct.response.cases.models import Case
from safeconduct.response.cases.terms import VIEW, WORK
from safeconduct.response.cases.web import forms
from safeconduct.response.cases.web.pages import (
    case_page,
    hand_form,
    note_listed,
    post_names,
    private,
    unsent,
)
from safeconduct.response.checkins.access import unclear_for

_SHOWN = 50


@require_safe
@officer_may(VIEW)
def case_list(request: HttpRequest) -> HttpResponse:
    """The most urgent first, of those the longest waiting."""
    officer = officer_of(request)
    posts = posts_of(officer, VIEW)
    form = _filter_form(request, posts)
    found = listing.listed(posts, _filters(form), officer_id=officer.pk)
    page = Paginator(found, _SHOWN).get_page(request.GET.get("page"))
    note_listed(officer, page, now=clock.now())
    context = {
        "rows": queries.rows_of(list(page)),
        "page": page,
        "form": form,
        "narrowed": form.has_changed(),
        "waiting": queries.waiting(posts),
        "post_names": dict(post_names(posts)),
        "unread": queries.unread_reports().count() if posts is None else 0,
        "previous_url": _turned(request, page.number - 1) if page.has_previous() else "",
        "next_url": _turned(request, page.number + 1) if page.has_next() else "",
    }
    return private(render(request, "cases/list.html", context))


@require_safe
@officer_may(VIEW)
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """All of a request; its sender may read who opened it."""
    found = case_for(case_id, officer=officer_of(request))
    return case_page(request, found)


@require_safe
@officer_may(VIEW)
def of_unclear(request: HttpRequest, unclear_id: int) -> HttpResponse:
    """To the request that was made of an unclear answer; to the list while there is none."""
    unclear = unclear_for(unclear_id, officer=officer_of(request))
    found = queries.case_of_unclear(unclear.key)
    return redirect("cases:case", found) if found else redirect("cases:list")


@require_POST
@officer_may(WORK)
def take(request: HttpRequest, case_id: int) -> HttpResponse:
    """Answer for it, also instead of a colleague where the officer says so."""
    take_over = request.POST.get("take_over") == "yes"
    return _do(request, case_id, actions.take_case, take_over=take_over)


@require_POST
@officer_may(WORK)
def back(request: HttpRequest, case_id: int) -> HttpResponse:
    """Give it back."""
    return _do(request, case_id, actions.give_back)


@require_POST
@officer_may(WORK)
def hand(request: HttpRequest, case_id: int) -> HttpResponse:
    """To another officer, or on to another post."""
    found = _worked(request, case_id)
    form = hand_form(found, request.POST)
    if not form.is_valid() or (form.chosen[0] == "post" and not _all_sent(request, form)):
        return case_page(request, found, wrong=form)
    kind, number = form.chosen
    version = form.cleaned_data["version"]
    if kind == "officer":
        return _do(request, case_id, actions.hand_over, to=number, version=version)
    return _do(request, case_id, actions.move_case, post_id=number, version=version, stay=False)


@require_POST
@officer_may(WORK)
def urgency(request: HttpRequest, case_id: int) -> HttpResponse:
    """How soon, by an officer's word."""
    return _do(request, case_id, actions.set_urgency, form=forms.UrgencyForm(request.POST))


@require_POST
@officer_may(WORK)
def state(request: HttpRequest, case_id: int) -> HttpResponse:
    """Where it stands."""
    return _do(request, case_id, actions.set_state, form=forms.StateForm(request.POST))


@require_POST
@officer_may(WORK)
def close(request: HttpRequest, case_id: int) -> HttpResponse:
    """How it ended."""
    form = forms.CloseForm(request.POST)
    if form.is_valid() and not _all_sent(request, form):
        return case_page(request, _worked(request, case_id), wrong=form)
    return _do(request, case_id, actions.close_case, form=form)


@require_POST
@officer_may(WORK)
def reply(request: HttpRequest, case_id: int) -> HttpResponse:
    """An answer. What was written stays on the page if it could not be sent."""
    return _do(request, case_id, actions.reply, form=forms.ReplyForm(request.POST))


@require_POST
@officer_may(WORK)
def note(request: HttpRequest, case_id: int) -> HttpResponse:
    """A word among officers, which the person can read unless it is kept back."""
    post_id, form = _worked(request, case_id).post_id, forms.NoteForm(request.POST)
    office = right_at(officer_of(request), WORK, post_id=post_id)
    return _do(request, case_id, actions.write_note, form=form, office=office)


@require_POST
@officer_may(WORK)
def join(request: HttpRequest, case_id: int, person_id: int) -> HttpResponse:
    """It is one of those suggested."""
    found = _worked(request, case_id)
    form = forms.VersionedForm(request.POST)
    suggested = {one.pk for one in queries.maybe_registered(found)}
    if not form.is_valid() or person_id not in suggested:
        return _shown_again(request, case_id)
    version = form.cleaned_data["version"]
    return _do(request, case_id, actions.join_person, person_id=person_id, version=version)


@require_safe
@officer_may(VIEW)
def photo(request: HttpRequest, photo_id: int) -> HttpResponse:
    """A photo, made anew by us; whatever it holds, a browser runs nothing of it."""
    found = photo_for(photo_id, officer=officer_of(request))
    content = unseal_bytes(subject=subject_of(found.case), field=CONTENT, sealed=found.content)
    response = HttpResponse(content, content_type="image/jpeg")
    # Pages show it all the same; opened by itself it is a file and no document of ours.
    response["Content-Disposition"] = f'attachment; filename="{found.pk}.jpg"'
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return private(response)


def _do(
    request: HttpRequest,
    case_id: int,
    action: Callable[..., object],
    *,
    form: Form | None = None,
    stay: bool = True,
    **said: object,
) -> HttpResponse:
    """One action on a request; a form that is refused stays on the page as it was filled in."""
    found = _worked(request, case_id)
    if form is not None:
        if not form.is_valid():
            return case_page(request, found, wrong=form)
        said |= form.cleaned_data
    try:
        action(case_id=case_id, now=clock.now(), actor=actor_of(request), **said)
    except Refusal as refusal:
        return _refused(request, case_id, str(refusal.message), form)
    messages.success(request, _("Done."))
    return _shown_again(request, case_id, done=form) if stay else redirect("cases:list")


def _refused(request: HttpRequest, case_id: int, why: str, form: Form | None) -> HttpResponse:
    if form is None:
        messages.error(request, why)
        return _shown_again(request, case_id)
    form.add_error(None, why)
    return case_page(request, case_for(case_id, officer=officer_of(request)), wrong=form)


def _shown_again(request: HttpRequest, case_id: int, *, done: Form | None = None) -> HttpResponse:
    """Back to the page; here and now where something on it waits to be sent."""
    if unsent(request, done):
        return case_page(request, case_for(case_id, officer=officer_of(request)), done=done)
    return redirect("cases:case", case_id)


def _all_sent(request: HttpRequest, form: Form) -> bool:
    """Whether nothing is left in the boxes; the form says so where the page would be gone."""
    if not unsent(request):
        return True
    form.add_error(None, _("Something you wrote was not sent. Send it or empty its box first."))
    return False


def _worked(request: HttpRequest, case_id: int) -> Case:
    return case_for(case_id, officer=officer_of(request), permission=WORK)


def _filters(form: forms.FilterForm) -> listing.Filters | None:
    if not form.is_valid():
        return None
    said = form.cleaned_data
    return listing.Filters(
        mine=said["whose"] == "mine",
        unowned=said["whose"] == "nobody",
        post_id=int(said["post"]) if said["post"] else None,
        closed=said["state"] == "closed",
        reference=said["reference"],
        incident_id=int(said["incident"]) if said["incident"] else None,
    )


def _filter_form(request: HttpRequest, posts: frozenset[int] | None) -> forms.FilterForm:
    countries = countries_of(officer_of(request), INCIDENTS)
    asked = request.GET.get("incident", "")
    incidents = listing.incidents_of(posts, countries, asked=asked)
    return forms.FilterForm(request.GET, posts=post_names(posts), incidents=incidents)


def _turned(request: HttpRequest, number: int) -> str:
    asked = request.GET.copy()
    asked["page"] = str(number)
    return f"?{asked.urlencode()}"
