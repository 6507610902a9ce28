"""Posts and appointments in the console."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from safeconduct.ground.accounts.access import actor_of, officer_of
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.missions import access, actions, queries, terms
from safeconduct.ground.missions.access import officer_may
from safeconduct.ground.missions.web.forms import AppointmentForm


@officer_may(terms.VIEW_POSTS)
def posts(request: HttpRequest) -> HttpResponse:
    """Every post, its telephone and the countries it answers for."""
    return render(request, "missions/posts.html", {"rows": queries.posts()})


@officer_may(terms.APPOINT)
def appointments(request: HttpRequest) -> HttpResponse:
    """Who holds which role where, and the form to appoint somebody."""
    post_ids = access.posts_of(officer_of(request), terms.APPOINT)
    form = AppointmentForm(request.POST or None, post_ids=post_ids)
    if request.method == "POST" and form.is_valid() and _appoint(request, form):
        return redirect("missions:appointments")
    held = queries.appointments_at(post_ids)
    page = {"form": form, "appointments": held, "roles": terms.ROLES, "now": clock.now()}
    return render(request, "missions/appointments.html", page)


@officer_may(terms.APPOINT)
def end_appointment(request: HttpRequest, appointment_id: int) -> HttpResponse:
    """Asks once, then ends the appointment."""
    held = access.appointment_for(appointment_id, officer_of(request))
    if request.method == "POST":
        now = clock.now()
        actions.end_appointment(appointment_id=held.pk, now=now, actor=actor_of(request))
        messages.success(request, _("The appointment has ended."))
        return redirect("missions:appointments")
    page = {
        "title": _("End this appointment?"),
        "text": f"{held.officer.name}: {terms.ROLES[held.role].label}",
        "button": _("End it"),
        "danger": True,
        "cancel_url": reverse("missions:appointments"),
    }
    return render(request, "ui/confirm.html", page)


def _appoint(request: HttpRequest, form: AppointmentForm) -> bool:
    chosen, post = form.cleaned_data, form.cleaned_data["post"]
    try:
        actions.appoint(
            officer_id=chosen["officer"].pk,
            role=chosen["role"],
            post_id=post and post.pk,
            now=clock.now(),
            actor=actor_of(request),
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal.message))
        return False
    messages.success(request, _("The officer is appointed."))
    return True
