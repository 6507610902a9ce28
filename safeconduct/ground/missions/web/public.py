"""The directory of posts as everybody reads it: one address per language, the same for all."""

from datetime import UTC, datetime
from typing import Any

import orjson
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.languages import in_words
from safeconduct.ground.kernel.names import sort_key
from safeconduct.ground.missions import queries
from safeconduct.ground.missions.engine import listing
from safeconduct.ground.missions.engine.sketch import sketch_of
from safeconduct.ground.missions.models import Post
from safeconduct.ground.places.queries import country_name
from safeconduct.ground.ui.web.shared import SharedResponse, same_for_all, shared_page

_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@require_safe
def here(_request: HttpRequest) -> HttpResponse:
    """To the directory in the reader's language."""
    response = redirect("public_posts:list", get_language() or settings.LANGUAGE_CODE)
    patch_cache_control(response, private=True, no_cache=True)
    return response


@same_for_all
def post_list(*, language: str) -> HttpResponse:
    """Every open post, by country in the reader's alphabet."""
    posts = _sorted(language)
    return shared_page(
        "missions/public_list.html",
        {"rows": posts},
        addresses=_addresses("list"),
        modified=_changed([post for post, _country in posts]),
    )


@same_for_all
def list_json(*, language: str) -> HttpResponse:
    now, posts = clock.now(), [post for post, _country in _sorted(language)]
    found = [listing.entry(post, language, now).as_data() for post in posts]
    body = orjson.dumps({"language": language, "posts": found})
    response = SharedResponse(body, modified=_changed(posts), content_type="application/json")
    # Public and about nobody: other sites may read it from a browser.
    response["Access-Control-Allow-Origin"] = "*"
    return response


@same_for_all
def post_page(*, language: str, post_id: int) -> HttpResponse:
    """One post: where it is, when it is open, whom to call at night."""
    post = _post(post_id)
    entry = listing.entry(post, language, clock.now())
    return shared_page(
        "missions/public_page.html",
        {"post": post, "entry": entry},
        addresses=_addresses("post", post_id=post.pk),
        modified=_changed([post]),
    )


@require_safe
def sketch(request: HttpRequest, post_id: int) -> HttpResponse:
    """Where in its country the post's town lies, as a drawing."""
    post = _post(post_id)
    place = queries.place_of(post)
    if place is None:
        raise Http404
    drawn = render(request, "missions/sketch.svg", {"sketch": sketch_of(post.country_id, place)})
    return SharedResponse(drawn.content, modified=_BEGINNING, content_type="image/svg+xml")


def _post(post_id: int) -> Post:
    post = queries.directory().filter(pk=post_id).first()
    if post is None:
        raise Http404
    return post


def _sorted(language: str) -> list[tuple[Post, str]]:
    """Posts and the country they are in; the ministry first, as it answers for everywhere."""
    named = [(post, country_name(post.country_id, language)) for post in queries.directory()]
    return sorted(named, key=lambda pair: _place_in_list(pair[0], pair[1], language))


def _place_in_list(post: Post, country: str, language: str) -> tuple[Any, ...]:
    name = in_words(post.names, language)
    return post.kind != "ministry", sort_key(country, language), sort_key(name, language), post.pk


def _changed(posts: list[Post]) -> datetime:
    return max((post.described_at for post in posts if post.described_at), default=_BEGINNING)


def _addresses(name: str, **parts: int) -> dict[str, str]:
    return {
        language: reverse(f"public_posts:{name}", kwargs={"language": language, **parts})
        for language, _name in settings.LANGUAGES
    }
