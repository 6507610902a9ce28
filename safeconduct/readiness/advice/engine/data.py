"""The same advice for machines: addresses, JSON and Atom."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from safeconduct.ground.kernel import atom
from safeconduct.ground.kernel.languages import in_words
from safeconduct.ground.missions import queries as missions
from safeconduct.ground.ui.web.shared import SharedResponse
from safeconduct.readiness.advice import queries, terms

_AUTHOR = "SENDER_NAME"
# What is dated by nothing: before any advice of ours.
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
# Feeds are read by machines that poll: they want what is new, not everything.
_FEED_LENGTH = 50


def addresses(code: str = "") -> dict[str, str]:
    """The list's, or a country page's, address in each language."""
    return {language: _page(language, code) for language, _name in settings.LANGUAGES}


def as_atom(feed: atom.Feed, modified: datetime) -> SharedResponse:
    return SharedResponse(atom.document(feed), modified=modified, content_type=atom.MEDIA_TYPE)


def as_json(found: dict[str, Any], modified: datetime) -> SharedResponse:
    response = SharedResponse(
        orjson.dumps(found), modified=modified, content_type="application/json"
    )
    # Public and about nobody: other sites may read it from a browser.
    response["Access-Control-Allow-Origin"] = "*"
    return response


def level_data(shown: queries.LevelShown) -> dict[str, Any]:
    """A level text as JSON says it."""
    words = shown.words
    return {
        "place": shown.place,
        "level": shown.level.level,
        "level_name": shown.level.name,
        "meaning": shown.level.means,
        "cities": shown.cities,
        "headline": words.headline,
        "why": words.why,
        "do": words.steps,
        "language": shown.language,
        "since": shown.since,
    }


def list_feed(rows: Sequence[queries.Listed], language: str) -> atom.Feed:
    """One entry for each country, the one that changed last first."""
    return atom.Feed(
        title=_("Travel advice"),
        author=settings.ALERTS[_AUTHOR],
        language=language,
        address=_absolute(reverse("public_advice:list_atom", args=[language])),
        page=_absolute(_page(language)),
        entries=[_listed_entry(row, language) for row in rows[:_FEED_LENGTH]],
        since=BEGINNING,
    )


def country_feed(context: dict[str, Any], language: str) -> atom.Feed:
    """One entry for each edition that was ever in force, the latest first."""
    code, name = context["code"], context["name"]
    return atom.Feed(
        title=_("Travel advice: %(country)s") % {"country": name},
        author=settings.ALERTS[_AUTHOR],
        language=language,
        address=_absolute(reverse("public_advice:country_atom", args=[language, code])),
        page=_absolute(_page(language, code)),
        entries=[
            _history_entry(line, code, name, language) for line in context["history"][:_FEED_LENGTH]
        ],
        since=BEGINNING,
    )


def list_data(rows: Sequence[queries.Listed], language: str) -> dict[str, Any]:
    return {
        "language": language,
        "countries": [
            {
                "country": row.country,
                "name": row.name,
                "level": row.level.level,
                "level_name": row.level.name,
                "highest_level": row.highest,
                "headline": row.headline,
                "headline_language": row.language,
                "approved_at": row.approved_at,
                "review_on": row.review_on,
                "review_overdue": row.has_lapsed,
                "url": _absolute(_page(language, row.country)),
            }
            for row in rows
        ],
    }


def country_data(context: dict[str, Any], language: str) -> dict[str, Any]:
    """Everything that stands on the page; ``advice`` is null where there is none."""
    numbers = context["numbers"]
    return {
        "country": context["code"],
        "name": context["name"],
        "language": language,
        "url": _absolute(_page(language, context["code"])),
        "languages": {key: _absolute(url) for key, url in addresses(context["code"]).items()},
        "advice": context["page"] and _advice(context["page"]),
        "alerts": [
            {"title": said.title, "at": said.said_at, "url": _absolute(said.shown_at)}
            for said in context["warnings"]
        ],
        "local_numbers": {
            "known": numbers.is_known,
            "mobile": numbers.mobile,
            "checked_on": numbers.checked_on,
            **numbers.numbers,
        },
        "posts": [_post(post, state, language) for post, state in context["posts"]],
        "history": [
            {
                "number": line.number,
                "approved_at": line.approved_at,
                "change": line.change,
                "levels": [{"place": place, "level": one.level} for place, one in line.levels],
                "news": line.news,
            }
            for line in context["history"]
        ],
    }


def _advice(page: queries.Page) -> dict[str, Any]:
    return {
        "number": page.number,
        "approved_at": page.approved_at,
        "review_on": page.review_on,
        "review_overdue": page.has_lapsed,
        "demonstration": page.is_demo,
        "country": level_data(page.whole),
        "areas": [level_data(area) for area in page.areas],
        "sections": [
            {"section": part.name, "text": part.body, "language": part.language}
            for part in page.sections
        ],
    }


def _post(post: Any, state: Any, language: str) -> dict[str, Any]:  # noqa: ANN401 -- a row and its state
    return {
        "id": post.pk,
        "name": in_words(post.names, language),
        "country": post.country_id,
        "duty_number": post.emergency_number,
        "telephone": post.telephone,
        "email": post.email,
        "opening": state.opening,
        "time_zone": str(missions.zone_of(post)),
        "url": _absolute(reverse("public_posts:post", args=[language, post.pk])),
    }


def _listed_entry(row: queries.Listed, language: str) -> atom.Entry:
    url = _absolute(_page(language, row.country))
    return atom.Entry(
        # The country's entry, whichever edition it speaks of: readers see it change.
        id=url,
        title=_title(row.name, row.level.level, row.level.name),
        summary=row.headline,
        at=row.approved_at,
        url=url,
    )


def _history_entry(line: queries.HistoryLine, code: str, name: str, language: str) -> atom.Entry:
    url = _absolute(_page(language, code))
    whole = next((level for place, level in line.levels if not place), line.levels[0][1])
    change = str(terms.Change(line.change).label)
    return atom.Entry(
        id=f"{url}#edition-{line.number}",
        title=f"{_title(name, whole.level, whole.name)} ({change})",
        summary=line.news or change,
        at=line.approved_at,
        url=url,
    )


def _title(name: str, level: int, level_name: str) -> str:
    said = {"country": name, "level": level, "name": level_name}
    return _("%(country)s: level %(level)s of 4, %(name)s") % said


def _page(language: str, code: str = "") -> str:
    if code:
        return reverse("public_advice:country", args=[language, code])
    return reverse("public_advice:list", args=[language])


def _absolute(path: str) -> str:
    return settings.PUBLIC_URL + path
