"""A post's entry in the directory, written by its own officers."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from safeconduct.ground.accounts.access import actor_of, officer_of
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.missions import actions
from safeconduct.ground.missions.access import closure_for, officer_may, post_for
from safeconduct.ground.missions.models import Post
from safeconduct.ground.missions.terms import DESCRIBE
from safeconduct.ground.missions.web.entry_forms import ClosureForm, DescriptionForm


@officer_may(DESCRIBE)
def describe(request: HttpRequest, post_id: int) -> HttpResponse:
    """Address, hours, services: public as soon as they are saved."""
    post = post_for(post_id, officer_of(request))
    form = DescriptionForm(request.POST or None, post=post)
    if request.method == "POST" and form.is_valid() and _described(request, post, form):
        return redirect("missions:describe", post.pk)
    return _page(request, post, form, ClosureForm())


@officer_may(DESCRIBE)
def close(request: HttpRequest, post_id: int) -> HttpResponse:
    """Days on which the post is closed."""
    post = post_for(post_id, officer_of(request))
    form = ClosureForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _closed(request, post, form):
        return redirect("missions:describe", post.pk)
    return _page(request, post, DescriptionForm(None, post=post), form)


@officer_may(DESCRIBE)
def reopen(request: HttpRequest, closure_id: int) -> HttpResponse:
    """Asks once, then takes a closure away."""
    closure = closure_for(closure_id, officer_of(request))
    if request.method == "POST":
        actions.remove_closure(closure_id=closure.pk, now=clock.now(), actor=actor_of(request))
        return redirect("missions:describe", closure.post_id)
    page = {
        "title": _("Take this closure away?"),
        "text": f"{closure.first_on:%Y-%m-%d} – {closure.last_on:%Y-%m-%d}",
        "button": _("Take it away"),
        "cancel_url": reverse("missions:describe", args=[closure.post_id]),
    }
    return render(request, "ui/confirm.html", page)


def _described(request: HttpRequest, post: Post, form: DescriptionForm) -> bool:
    try:
        actions.describe_post(
            post_id=post.pk,
            description=form.description(),
            now=clock.now(),
            actor=actor_of(request),
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal.message))
        return False
    messages.success(request, _("The entry is public now."))
    return True


def _closed(request: HttpRequest, post: Post, form: ClosureForm) -> bool:
    told = form.cleaned_data
    try:
        actions.add_closure(
            post_id=post.pk,
            first_on=told["first_on"],
            last_on=told["last_on"],
            names=form.names(),
            now=clock.now(),
            actor=actor_of(request),
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal.message))
        return False
    return True


def _page(
    request: HttpRequest, post: Post, form: DescriptionForm, closing: ClosureForm
) -> HttpResponse:
    wrong = bool(form.errors or closing.errors)
    page = {"post": post, "form": form, "closing": closing, "forms": [form, closing]}
    page |= {"closures": post.closures.filter(last_on__gte=clock.now().date()), "wrong": wrong}
    return render(request, "missions/describe.html", page, status=422 if wrong else 200)
