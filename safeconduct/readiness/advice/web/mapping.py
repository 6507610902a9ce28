"""What the map an officer draws an area on needs: the towns of the country."""

from typing import Final

from django.http import HttpRequest, JsonResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from safeconduct.ground.accounts.access import officer_of
from safeconduct.ground.missions.access import officer_may
from safeconduct.ground.places.models import City
from safeconduct.readiness.advice import terms
from safeconduct.readiness.advice.access import country_for

# More dots than that are one blot on a country seen whole.
_MOST: Final = 300


@require_safe
@officer_may(terms.WRITE)
def towns(request: HttpRequest, code: str) -> JsonResponse:
    """The largest towns of a country by the names the form knows them by, the largest first."""
    country_for(code, officer=officer_of(request), permission=terms.WRITE)
    reader = get_language() or "en"
    rows = City.objects.filter(country_id=code).order_by("-population", "pk")[:_MOST]
    found = [
        {"name": row.names.get(reader) or row.name, "lat": row.latitude, "lon": row.longitude}
        for row in rows
    ]
    response = JsonResponse({"towns": found})
    response["Cache-Control"] = "private, max-age=600"
    return response
