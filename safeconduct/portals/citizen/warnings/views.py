"""Warnings on this phone, offered where somebody has just answered, reported or asked for help."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.places.queries import country_choices
from safeconduct.picture.registry import actions, queries, terms
from safeconduct.picture.registry.access import LinkNotOpenError, party_by_link
from safeconduct.picture.registry.models import Party
from safeconduct.picture.registry.web.crowding import crowded
from safeconduct.response.cases.access import RequestNotOpenError, followed
from safeconduct.wires.messaging.engine import push
from safeconduct.wires.messaging.engine.providers.guard import may_push_to
from safeconduct.wires.messaging.engine.push import Subscription, SubscriptionRefusedError


class NotFiledYetError(Exception):
    """The report this belongs to lies on the pile: a matter of seconds."""


def offer() -> dict[str, object]:
    """What a page needs that offers warnings on this phone; nothing where none are sent."""
    return {"push_key": push.public_key()} if push.is_offered() else {}


@csrf_exempt  # No cookie counts here: whoever posts hands over a browser of their own.
@require_http_methods(["GET", "HEAD", "POST"])
def warn(request: HttpRequest) -> HttpResponse:
    """The page that offers it by itself, and where every offer hands the browser in."""
    if request.method == "POST":
        return _switched_on(request)
    spoken = get_language() or "en"
    place = (request.GET.get("place") or request.COOKIES.get("where", ""))[:2]
    context = {"countries": country_choices(spoken), "country": place, **offer()}
    return render(request, "citizen/warn.html", context)


def _switched_on(request: HttpRequest) -> HttpResponse:
    if not push.is_offered():
        raise Http404
    if crowded(request, most=terms.MOST_FORMS_AN_HOUR, form="warn "):
        return HttpResponse(status=429)
    try:
        return JsonResponse({"record": _warned(request)}, status=201)
    except NotFiledYetError:
        return HttpResponse(status=409)
    except (SubscriptionRefusedError, Refusal, LinkNotOpenError, RequestNotOpenError):
        return HttpResponse(status=422)


def _warned(request: HttpRequest) -> str:
    """Note the browser; the address of a record that was made for it."""
    now, said, spoken = clock.now(), request.POST, get_language() or "en"
    given = Subscription.of(said.get("endpoint", ""), said.get("p256dh", ""), said.get("auth", ""))
    if not may_push_to(given.endpoint, mode=settings.MODE):
        raise SubscriptionRefusedError("not a push service")
    party = _party_of(said.get("record", ""), said.get("request", ""))
    if party is not None:
        actor = Actor.citizen(queries.party_members(party.pk)[0].pk)
        actions.add_phone(
            party_id=party.pk, subscription=given, language=spoken, now=now, actor=actor
        )
        return ""
    made = actions.warn_here(
        country=said.get("country", ""),
        subscription=given,
        language=spoken,
        now=now,
        actor=Actor.citizen(None),
    )
    if made is None:
        return ""
    return reverse("registration:record", args=[actions.link_of(made.pk, spoken, now)])


def _party_of(record: str, report: str) -> Party | None:
    """The party of a record's link, or the one a report made; None to be warned by place alone.

    The page of a request opens that request and nothing else: who is registered is warned by
    their record only.
    """
    now = clock.now()
    if record:
        return party_by_link(record, now)
    if not report:
        return None
    led = followed(report, now=now)
    if led.case is None and led.report is None:
        raise NotFiledYetError
    party_id = led.case.party_id if led.case else led.report and led.report.party_id
    own = Party.objects.filter(pk=party_id or 0, level=terms.Level.UNREGISTERED)
    return own.first()
