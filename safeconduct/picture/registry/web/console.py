"""People and lists, for officers. Names and addresses never stand in an address bar."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from safeconduct.ground.accounts.access import actor_of, officer_of
from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.missions.access import countries_of, officer_may
from safeconduct.ground.missions.actions import note_look
from safeconduct.ground.places.queries import country_choices
from safeconduct.picture.registry import actions, queries, seen, terms
from safeconduct.picture.registry.access import import_for, person_for
from safeconduct.picture.registry.web.confiding import ReasonForm
from safeconduct.picture.registry.web.forms import ListForm, PeopleForm


@never_cache
@officer_may(terms.VIEW)
def people(request: HttpRequest) -> HttpResponse:
    """Search by name in any script among people who stay in the officer's countries."""
    form = PeopleForm(request.POST if request.method == "POST" else None)
    found, reason = None, request.POST.get("reason", "")
    if request.method == "POST" and form.is_valid():
        countries = countries_of(officer_of(request), terms.VIEW)
        found = queries.people_named(
            form.cleaned_data["text"], countries=countries, limit=terms.MOST_SHOWN
        )
        _write_down(request, terms.SEARCHED, "search", None, count=len(found))
        _note_look(request, seen.FOUND, [person.pk for person in found], reason)
    shown = {"form": form, "found": found, "reason": reason, "reasons": seen.REASONS}
    return render(request, "registry/people.html", shown)


@never_cache
@officer_may(terms.VIEW)
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """All we hold of a person. Every look is written down, and the person may see by whom."""
    found = person_for(person_id, officer=officer_of(request))
    _write_down(request, terms.VIEWED, "person", found.pk)
    _note_look(request, seen.RECORD, [found.pk], request.GET.get("for", ""))
    party = [one for one in queries.party_members(found.party_id) if one.pk != found.pk]
    if kin := queries.kin_of(found.party_id):
        _note_look(request, seen.KIN, [found.pk], request.GET.get("for", ""))
    countries, now = countries_of(officer_of(request), terms.VIEW), clock.now()
    context = {"person": found, "party": party, "kin": kin, "language": get_language()}
    context["name"] = queries.shown_name(found.given_name, found.family_name)
    context["known"] = queries.known_of(found, countries=countries, now=now)
    context["reason_form"] = ReasonForm()
    return render(request, "registry/person.html", context)


@officer_may(terms.IMPORT)
def imports(request: HttpRequest) -> HttpResponse:
    """The officer's lists and the form to hand in another."""
    officer, now = officer_of(request), clock.now()
    allowed = countries_of(officer, terms.IMPORT)
    choices = country_choices(get_language() or "en")
    # Even an empty set of files binds a form, and a bound one complains before it is filled in.
    handed_in = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ListForm(
        *handed_in,
        countries=[pair for pair in choices if allowed is None or pair[0] in allowed],
        today=now.date(),
    )
    if request.method == "POST" and form.is_valid():
        run = _hand_in(request, form, allowed)
        return redirect("registry:import_run", run)
    runs = queries.import_runs(officer.pk)
    return render(request, "registry/imports.html", {"form": form, "runs": runs})


@never_cache
@officer_may(terms.IMPORT)
def import_run(request: HttpRequest, run_id: int) -> HttpResponse:
    """How far an import is; the page reloads itself until it is done."""
    run = import_for(run_id, officer=officer_of(request))
    is_in = run.finished_at is not None and not run.dry_run and not run.failure
    costs = actions.notice_costs(run) if is_in else []
    totals = {"messages": sum(c.messages for c in costs), "parts": sum(c.parts for c in costs)}
    context = {"run": run, "costs": costs, "totals": totals}
    return render(request, "registry/import_run.html", context)


@require_POST
@officer_may(terms.IMPORT)
def tell(request: HttpRequest, run_id: int) -> HttpResponse:
    """Send everybody of the list who has only a telephone the SMS that says we have them."""
    run = import_for(run_id, officer=officer_of(request))
    try:
        sent = actions.send_notices(run_id=run.pk, now=clock.now(), actor=actor_of(request))
        messages.success(
            request,
            ngettext("%(n)s SMS is on its way.", "%(n)s SMS are on their way.", sent) % {"n": sent},
        )
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    return redirect("registry:import_run", run.pk)


@never_cache
@officer_may(terms.IMPORT)
def refused_rows(request: HttpRequest, run_id: int) -> HttpResponse:
    """The rows that were refused, as they came, with the reason of each."""
    run = import_for(run_id, officer=officer_of(request))
    if run.refused is None:
        raise Http404
    _write_down(request, terms.REFUSED_TAKEN, "import", run.pk)
    response = HttpResponse(bytes(run.refused), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="refused-{run.pk}.csv"'
    return response


def _hand_in(request: HttpRequest, form: ListForm, allowed: frozenset[str] | None) -> int:
    told = form.cleaned_data
    plan = actions.Plan(
        label=told["label"],
        legal_basis=told["legal_basis"],
        collected_on=told["collected_on"],
        country=told["country"],
        allowed=allowed,
        dry_run=told["dry_run"],
    )
    run = actions.hand_in_list(
        content=told["file"].read(),
        plan=plan,
        language=get_language() or "en",
        officer_id=officer_of(request).pk,
        now=clock.now(),
        actor=actor_of(request),
    )
    messages.success(request, _("The list is being brought in."))
    return run.pk


def _note_look(request: HttpRequest, what: str, people: list[int], reason: str) -> None:
    officer = officer_of(request)
    note_look(
        officer=officer,
        permission=terms.VIEW,
        people=people,
        countries=queries.last_countries(people, countries_of(officer, terms.VIEW)),
        what=what,
        why=seen.why(reason),
        now=clock.now(),
    )


def _write_down(
    request: HttpRequest, kind: str, subject: str, subject_id: int | None, **detail: object
) -> None:
    with transaction.atomic():
        record(
            kind,
            actor=actor_of(request),
            subject_kind=subject,
            subject_id=subject_id,
            detail=detail,
            now=clock.now(),
        )
