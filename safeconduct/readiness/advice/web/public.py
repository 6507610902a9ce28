"""Travel advice as everybody reads it: one address per language, the same for all readers."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.names import sort_key
from safeconduct.ground.missions import queries as missions
from safeconduct.ground.places import queries as places
from safeconduct.ground.ui.web.shared import SharedResponse, same_for_all, shared_page
from safeconduct.readiness.advice import queries
from safeconduct.readiness.advice.engine import data, wording
from safeconduct.readiness.advice.engine.sketch import sketch_of
from safeconduct.readiness.advice.engine.witnesses import said_about


@require_safe
def here(_request: HttpRequest) -> HttpResponse:
    """To the list in the reader's language."""
    response = redirect("public_advice:list", get_language() or settings.LANGUAGE_CODE)
    patch_cache_control(response, private=True, no_cache=True)
    return response


@same_for_all
def advice_list(*, language: str) -> HttpResponse:
    """Every country there is advice for."""
    rows = _rows(language)
    return shared_page(
        "advice/public_list.html",
        {"rows": rows, "levels": wording.level_names(language)},
        addresses=data.addresses(),
        modified=_latest(rows),
    )


@same_for_all
def list_atom(*, language: str) -> HttpResponse:
    rows = sorted(_rows(language), key=lambda row: row.approved_at, reverse=True)
    return data.as_atom(data.list_feed(rows, language), _latest(rows))


@same_for_all
def list_json(*, language: str) -> HttpResponse:
    rows = _rows(language)
    return data.as_json(data.list_data(rows, language), _latest(rows))


@same_for_all
def country(*, language: str, code: str) -> HttpResponse:
    """What to know of a country; numbers and posts also where there is no advice."""
    context = _about(code, language)
    return shared_page(
        "advice/public_page.html",
        context,
        addresses=data.addresses(code),
        modified=_changed(context),
    )


@same_for_all
def country_atom(*, language: str, code: str) -> HttpResponse:
    context = _about(code, language)
    return data.as_atom(data.country_feed(context, language), _changed(context))


@same_for_all
def country_json(*, language: str, code: str) -> HttpResponse:
    context = _about(code, language)
    return data.as_json(data.country_data(context, language), _changed(context))


@same_for_all
def country_map(*, language: str, code: str) -> HttpResponse:  # noqa: ARG001 -- its digits are the language's
    """The country's levels as a drawing; its page says the same in words."""
    edition = queries.live_edition(code)
    sketch = sketch_of(edition) if edition else None
    if edition is None or sketch is None:
        raise Http404
    drawn = render_to_string("advice/sketch.svg", {"sketch": sketch})
    changed = edition.approved_at or data.BEGINNING
    return SharedResponse(drawn, modified=changed, content_type="image/svg+xml")


def _rows(language: str) -> list[queries.Listed]:
    rows = queries.listed(language, now=clock.now())
    return sorted(rows, key=lambda row: (sort_key(row.name, language), row.country))


def _about(code: str, language: str) -> dict[str, Any]:
    if not places.is_country(code):
        raise Http404
    now, edition = clock.now(), queries.live_edition(code)
    near = missions.nearest_posts(country=code)
    return {
        "code": code,
        "name": places.country_name(code, language),
        "page": queries.shown(edition, language, now=now) if edition else None,
        "sketch": sketch_of(edition) if edition else None,
        "history": queries.history_of(code, language),
        "numbers": places.local_numbers(code),
        "posts": [(one.post, missions.state_of(one.post, now)) for one in near],
        "warnings": [said for said in said_about([code], now, language) if said.shown_at],
    }


def _latest(rows: list[queries.Listed]) -> datetime:
    return max((row.approved_at for row in rows), default=data.BEGINNING)


def _changed(context: dict[str, Any]) -> datetime:
    """When anything on the page changed last, as far as rows tell; its ETag knows everything."""
    page = context["page"]
    moments = [page.approved_at] if page else []
    moments += [post.described_at for post, _state in context["posts"] if post.described_at]
    moments += [said.said_at for said in context["warnings"]]
    return max(moments, default=data.BEGINNING)
