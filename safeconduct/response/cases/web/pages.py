"""What the page of a request shows an officer."""

from collections.abc import Iterable
from datetime import datetime
from typing import cast
from uuid import uuid4

from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.accounts.access import officer_of
from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.accounts.queries import officer_names
from safeconduct.ground.audit.looks import Why
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.languages import in_words
from safeconduct.ground.missions import queries as missions
from safeconduct.ground.missions.access import permissions_of
from safeconduct.ground.missions.actions import note_look
from safeconduct.picture.incidents.models import Incident
from safeconduct.picture.registry.models import Person
from safeconduct.response.cases import queries, rules
from safeconduct.response.cases.models import Case
from safeconduct.response.cases.terms import (
    CLOSES_CALL,
    FOR_REQUEST,
    LISTED,
    LOOKED,
    VIEW,
    WORK,
    Deed,
    Need,
    Outcome,
    State,
    Urgency,
    Way,
)
from safeconduct.response.cases.web import forms
from safeconduct.response.cases.web.words import refused_words
from safeconduct.wires.messaging.terms import Channel
from safeconduct.wires.messaging.terms import State as Sent

LABELS = {
    "name": _("Name"),
    "phone": _("Telephone"),
    "email": _("E-mail"),
    "place": _("Place"),
    "people": _("How many people"),
    "with": _("Who is with them"),
    "injuries": _("Injuries"),
    "reach_how": _("How to reach them safely"),
    "reach_when": _("When to reach them safely"),
}
_CHANNELS = {
    Channel.SMS: _("SMS"),
    Channel.EMAIL: _("e-mail"),
    Channel.PUSH: _("push"),
}
_FARED = {
    Sent.WAITING: _("waits to be sent"),
    Sent.CLAIMED: _("is being sent"),
    Sent.HANDED: _("handed over"),
    Sent.DELIVERED: _("arrived"),
    Sent.EXPIRED: _("came too late to be sent"),
    Sent.STOPPED: _("stopped"),
}
_FAILED = _("did not get through")
# What somebody may be writing when they press a button elsewhere on the page.
_BOXES: dict[str, type[forms.WrittenForm]] = {"reply": forms.ReplyForm, "note": forms.NoteForm}


def case_page(
    request: HttpRequest, case: Case, *, wrong: Form | None = None, done: Form | None = None
) -> HttpResponse:
    """The page, with the form that was refused as it was filled in.

    All of the page is one form: what stands in a box that was not sent came along, and is in it
    again. Only the form that is ``done`` is empty. Nothing of it is kept here; in the browser only
    what was sent, in its tab, until we have it.
    """
    officer, now = officer_of(request), clock.now()
    _note_look(officer, case, now)
    said = queries.said_in(case, notes=True)
    context = {
        "case": case,
        "said": [(one, list(_fared(one))) for one in said],
        "form": wrong,
        "works": WORK in permissions_of(officer),
        "forms": _forms(case, said, wrong, unsent(request, wrong or done)),
        "closed": case.state == State.CLOSED,
        "lost": [str(one["words"]) for one in unsent(request, done).values()],
        "mine": case.owner_id == officer.pk,
        "closes_call": [Outcome(one).label for one in CLOSES_CALL],
    }
    shown = context | _standing(case) | _told(case, now)
    return private(render(request, "cases/case.html", shown, status=422 if wrong else 200))


def private(response: HttpResponse) -> HttpResponse:
    """An answer that no browser and nobody between keeps."""
    response["Cache-Control"] = "private, no-store"
    return response


def unsent(request: HttpRequest, sent: Form | None = None) -> dict[str, dict[str, object]]:
    """What stands in the boxes of the page but for the form that was sent; no empty ones."""
    found: dict[str, dict[str, object]] = {}
    for name, kind in _BOXES.items():
        empty = kind()
        if not isinstance(sent, kind) and request.POST.get(empty.add_prefix("words"), "").strip():
            found[name] = {one: request.POST.get(empty.add_prefix(one)) for one in empty.fields}
    return found


def _note_look(officer: Officer, case: Case, now: datetime) -> None:
    """Those it speaks for may read who opened it."""
    if not case.people:
        return
    with transaction.atomic():
        note_look(
            officer=officer,
            permission=VIEW,
            people=case.people,
            posts=dict.fromkeys(case.people, case.post_id),
            what=LOOKED,
            why=Why(FOR_REQUEST, case.pk),
            now=now,
        )


def note_listed(officer: Officer, cases: Iterable[Case], *, now: datetime) -> None:
    """Who stood on the list by name may read of it, once a day."""
    posts = {one.person_id: one.post_id for one in cases if one.person_id}
    note_look(
        officer=officer,
        permission=VIEW,
        people=posts,
        posts=posts,
        what=LISTED,
        why=Why(FOR_REQUEST),
        now=now,
    )


def hand_form(case: Case, data: QueryDict | None = None) -> forms.HandForm:
    """Whom a request may be handed to: officers of its post, or another post."""
    officers = queries.officers_at(case.post_id, now=clock.now())
    return forms.HandForm(
        data,
        officers=[(one.pk, one.name) for one in officers if one.pk != case.owner_id],
        posts=[(pk, name) for pk, name in post_names(None) if pk != case.post_id],
        initial={"version": case.version},
    )


def post_names(posts: Iterable[int] | None) -> list[tuple[int, str]]:
    """Posts by number, in the reader's language."""
    spoken = get_language() or "en"
    return [(post.id, in_words(post.names, spoken)) for post in missions.posts(posts)]


def _standing(case: Case) -> dict[str, object]:
    """Where a request stands, in the reader's words."""
    (row,) = queries.rows_of([case])
    return {
        "name": row.name,
        "need": row.need,
        "urgency": row.urgency,
        "urgency_tone": row.tone,
        "state": row.state,
        "way": Way(case.way).label,
        "owner": row.owner,
        "post": dict(post_names(None)).get(case.post_id or 0, ""),
        "incident": Incident.objects.filter(pk=case.incident_id or 0).first(),
        "outcome": Outcome(case.outcome).label if case.outcome else "",
    }


def _told(case: Case, now: datetime) -> dict[str, object]:
    """What is known of who asks and of what was done."""
    details = queries.details_of_cases([case]).get(case.pk, {})
    why = rules.why_urgent(Need(case.what), injuries=bool(details.get("injuries")))
    return {
        "why_urgent": "" if case.urgency_by else why,
        "details": [(name, LABELS[name], str(details[name])) for name in LABELS if name in details],
        "may_call": details.get("no_call") != "yes" and not case.exercise,
        "refused": refused_words(details),
        "careful": rules.asks_for_care(details),
        "reach": [str(details[name]) for name in ("reach_how", "reach_when") if name in details],
        "position": queries.position_of(case, now),
        "photos": list(case.photos.defer("content")),
        "people": list(Person.objects.filter(pk__in=case.people).order_by("pk")),
        "unclear": queries.unclear_of(case),
        "suggested": queries.maybe_registered(case) if not case.closed_at else [],
        "events": [
            (event, Deed(event.deed).label, who, _words(event.detail))
            for event, who in queries.events_of(case)
        ],
    }


def _words(detail: dict[str, object]) -> str:
    """What an event's detail says, in the reader's words."""
    return ", ".join(word for name, said in detail.items() if (word := _word(name, str(said))))


def _word(name: str, said: str) -> str:
    match name:
        case "urgency":
            return str(Urgency[said.upper()].label)
        case "state":
            return str(State(said).label)
        case "outcome":
            return str(Outcome(said).label)
        case "post":
            return dict(post_names(None)).get(int(said), "")
        case "to":
            return officer_names([int(said)]).get(int(said), "")
    return said if name in {"count", "reference"} else ""


def _forms(
    case: Case, said: list[queries.Said], wrong: Form | None, typed: dict[str, dict[str, object]]
) -> dict[str, Form]:
    seen = max((one.message.pk for one in said), default=0)
    made = _boxes(case, seen, typed) | _choices(case)
    for name, form in made.items():
        if wrong is not None and type(wrong) is type(form):
            made[name] = _renewed(wrong, seen=seen, version=case.version)
        # Six forms in one: each has controls of its own.
        made[name].auto_id = f"{name}_%s"
    return made


def _boxes(case: Case, seen: int, typed: dict[str, dict[str, object]]) -> dict[str, Form]:
    # Where they ask for care an officer has to choose: nothing is chosen for them.
    tell = None if rules.asks_for_care(queries.wishes_of(case)) else "yes"
    answer = {"tell": tell} | typed.get("reply", {}) | {"key": uuid4(), "seen": seen}
    return {
        "reply": forms.ReplyForm(initial=answer),
        "note": forms.NoteForm(initial=typed.get("note", {}) | {"key": uuid4()}),
    }


def _choices(case: Case) -> dict[str, Form]:
    version = {"version": case.version}
    return {
        "urgency": forms.UrgencyForm(initial=version | {"urgency": case.urgency}),
        "state": forms.StateForm(initial=version | {"state": case.state}),
        "close": forms.CloseForm(initial=version),
        "hand": hand_form(case),
    }


def _renewed(form: Form, **fresh: int) -> Form:
    """The refused form with what was written, made of what the page shows now."""
    data = cast("QueryDict", form.data).copy()
    for name, value in fresh.items():
        if name in form.fields:
            data[form.add_prefix(name)] = str(value)
    form.data = data
    return form


def _fared(said: queries.Said) -> Iterable[tuple[str, str]]:
    """By which ways the word of an answer went, and how each fared."""
    for one in said.tried:
        fared = str(_FARED.get(one.state, _FAILED))
        yield str(_CHANNELS.get(one.channel, "")), fared
