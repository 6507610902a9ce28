"""The joined styles, for every page."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from safeconduct.ground.ui.sheets import sheet


@require_safe
def style(request: HttpRequest, name: str) -> HttpResponse:
    """A sheet; kept for ever under its version, under no other for longer than a minute."""
    found = sheet(name)
    response = HttpResponse(found.body, content_type="text/css; charset=utf-8")
    is_current = request.GET.get("v") == found.version
    lasting = "max-age=31536000, immutable" if is_current else "max-age=60"
    response["Cache-Control"] = f"public, {lasting}"
    return response
