"""The page of a request, for whoever sent it: where it stands, what was said, what they can do."""

from collections.abc import Callable
from functools import wraps
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.response.cases import actions, queries, rules
from safeconduct.response.cases.access import Followed, RequestNotOpenError, followed
from safeconduct.response.cases.holdings import notes_in
from safeconduct.response.cases.models import Case
from safeconduct.response.cases.terms import LARGEST_UPLOAD, MOST_PHOTOS, Need
from safeconduct.response.cases.web.forms import MessageForm, WishesForm
from safeconduct.response.cases.web.words import NEXT, STATES, refused_words
from safeconduct.wires.intake.engine.reported import reference_of

type View = Callable[..., HttpResponse]


def _own(view: View) -> View:
    """Kept by no cache, listed by no search engine; a link that opens nothing says so kindly."""

    @wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        try:
            response = view(request, token, followed(token, now=clock.now()))
        except RequestNotOpenError:
            response = render(request, "cases/not_open.html", status=404)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex"
        return response

    return guarded


def _with_case(view: View) -> View:
    """For what can be done about a request only; a mere "I am safe" has nothing to do."""

    @wraps(view)
    def guarded(request: HttpRequest, token: str, led: Followed) -> HttpResponse:
        if led.case is None:
            raise RequestNotOpenError
        return view(request, token, led.case)

    return guarded


@_own
def status(request: HttpRequest, token: str, led: Followed) -> HttpResponse:
    """Where it stands, in plain words."""
    if led.case is None:
        is_safe = bool(led.report and led.report.is_safe)
        reference = reference_of(led.key) if led.key else ""
        context = {"reference": reference, "is_safe": is_safe, "filed": led.report is not None}
        if led.unread is not None:
            context |= {"filed": led.unread.settled_at is not None, "unread": True}
        return render(request, "cases/received.html", context)
    return _page(request, token, led.case)


@require_POST
@_own
@_with_case
def message(request: HttpRequest, token: str, case: Case) -> HttpResponse:
    """Something more to say or to show."""
    form = MessageForm(request.POST)
    if not form.is_valid():
        return _page(request, token, case, form)
    try:
        is_whole = _hear(request, case, form)
    except Refusal as refusal:
        form.add_error(None, str(refusal.message))
        return _page(request, token, case, form)
    if is_whole:
        messages.success(request, _("Your message has arrived."))
    else:
        messages.error(request, _("Your message has arrived. Some photos could not be read."))
    return redirect("requests:status", token)


def _hear(request: HttpRequest, case: Case, form: MessageForm) -> bool:
    """Take a message in; whether all its photos could be."""
    files = request.FILES.getlist("photo")
    fitting = [file for file in files[:MOST_PHOTOS] if (file.size or 0) <= LARGEST_UPLOAD]
    lost = actions.hear(
        case_id=case.pk,
        words=form.cleaned_data["words"],
        key=form.cleaned_data["key"],
        photos=[file.read() for file in fitting],
        now=clock.now(),
        actor=_actor(case),
    )
    return not lost and len(fitting) == len(files)


@require_POST
@_own
@_with_case
def seen(request: HttpRequest, token: str, case: Case) -> HttpResponse:
    """Our answers have been read, up to one: said by the page, not by whoever fetches a link."""
    through = request.POST.get("through", "")
    if through.isascii() and through.isdigit() and len(through) < 19:
        actions.note_seen(case, through=int(through), now=clock.now())
        if request.POST.get("by") != "page":
            messages.success(request, _("Thank you: we know now that you have read it."))
    return redirect("requests:status", token)


@require_POST
@_own
@_with_case
def stop(request: HttpRequest, token: str, case: Case) -> HttpResponse:
    """Forget where I am."""
    actions.stop_position(case_id=case.pk, now=clock.now(), actor=_actor(case))
    messages.success(request, _("Your position is deleted."))
    return redirect("requests:status", token)


@require_POST
@_own
@_with_case
def longer(request: HttpRequest, token: str, case: Case) -> HttpResponse:
    """Keep the position for another day."""
    actions.keep_position_longer(case_id=case.pk, now=clock.now(), actor=_actor(case))
    messages.success(request, _("We hold it for another 24 hours."))
    return redirect("requests:status", token)


@_own
@_with_case
def withdraw(request: HttpRequest, token: str, case: Case) -> HttpResponse:
    """Take the request back, after asking once."""
    if request.method == "POST":
        actions.withdraw(case_id=case.pk, now=clock.now(), actor=_actor(case))
        return redirect("requests:status", token)
    return render(request, "cases/withdraw.html", {"token": token, "case": case})


@_own
@_with_case
def reach(request: HttpRequest, token: str, case: Case) -> HttpResponse:
    """How they may be reached, and who may read the request."""
    held = queries.wishes_of(case)
    form = WishesForm(request.POST or None, initial=held)
    try:
        if request.method == "POST" and form.is_valid():
            actions.set_wishes(
                case_id=case.pk, wishes=form.wishes(), now=clock.now(), actor=_actor(case)
            )
            messages.success(request, _("Saved. It holds for our answers from now on."))
            return redirect("requests:status", token)
    except Refusal as refusal:
        form.add_error(None, str(refusal.message))
    context = {"token": token, "form": form, "wrong": form.errors, "share": "share" in held}
    return render(request, "cases/reach.html", context, status=422 if form.errors else 200)


def _page(
    request: HttpRequest, token: str, case: Case, form: MessageForm | None = None
) -> HttpResponse:
    now = clock.now()
    said = queries.said_in(case, notes=False)
    unseen = [one.message.pk for one in said if one.is_ours and one.message.seen_at is None]
    context = {
        "token": token,
        "through": max(unseen, default=None),
        "case": case,
        "need": "" if case.what == Need.UNSAID else Need(case.what).label,
        "said": said,
        "position": queries.position_of(case, now),
        "photos": case.photos.count(),
        "open": case.closed_at is None,
        "form": form or MessageForm(initial={"key": uuid4()}),
        "wrong": form,
    }
    shown = context | _state(case)
    return render(request, "cases/status.html", shown, status=422 if form else 200)


def _state(case: Case) -> dict[str, object]:
    state, what_next = rules.told(
        case.state,
        owned=case.owner_id is not None,
        outcome=case.outcome,
        withdrawn=case.withdrawn_at is not None,
    )
    refused = refused_words(queries.wishes_of(case))
    return {
        "state": STATES[state],
        "next": NEXT[what_next],
        "refused": refused,
        "notes": notes_in([case]),
    }


def _actor(case: Case) -> Actor:
    return Actor.citizen(case.person_id)
