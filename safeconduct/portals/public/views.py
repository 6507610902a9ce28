"""The first page: what warns now, where to register, whom to call."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from safeconduct.ground.kernel import clock
from safeconduct.ground.missions import queries as missions
from safeconduct.portals.public.forms import WhereForm
from safeconduct.response.alerts.queries import active_messages


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Readable by everybody and about nobody; the country asked for is not kept."""
    where = WhereForm(request.GET if "country" in request.GET else None)
    asked = where.cleaned_data["country"] if where.is_valid() else None
    shown = {
        "warnings": active_messages(clock.now(), get_language() or settings.LANGUAGE_CODE),
        "form": where,
        "post": missions.post_to_call(asked),
    }
    return render(request, "public/home.html", shown)
