"""The page for families: the same for everybody, about nobody."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from safeconduct.ground.kernel.languages import direction
from safeconduct.ground.missions.queries import post_to_call
from safeconduct.portals.public.families.texts import words


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """What a family can do, what it may be told, and how it sees whether a message is ours."""
    told = words(get_language() or "en")
    shown = {"words": told, "turned": direction(told.language), "post": post_to_call(None)}
    return render(request, "families/page.html", shown)
