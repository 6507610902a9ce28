"""From an id in a URL to an edition; whatever is not theirs is absent."""

from django.http import Http404

from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.missions.access import countries_of
from safeconduct.ground.places.models import Country
from safeconduct.readiness.advice.models import Edition, LevelText


def edition_for(edition_id: int, *, officer: Officer, permission: str) -> Edition:
    """The edition, if the officer holds ``permission`` for its country.

    :raises Http404: alike if it does not exist and if it is none of theirs.
    """
    rows = Edition.objects.select_related("country").prefetch_related("levels__words", "sections")
    edition = rows.filter(pk=edition_id).first()
    if edition is None or not _holds(officer, permission, edition.country_id):
        raise Http404
    return edition


def text_for(text_id: int, *, officer: Officer, permission: str) -> LevelText:
    """A level text of an edition that :func:`edition_for` would give.

    :raises Http404: alike if it does not exist and if it is none of theirs.
    """
    rows = LevelText.objects.select_related("edition").prefetch_related("words")
    text = rows.filter(pk=text_id).first()
    if text is None or not _holds(officer, permission, text.edition.country_id):
        raise Http404
    return text


def country_for(code: str, *, officer: Officer, permission: str) -> str:
    """A country the officer holds ``permission`` for.

    :raises Http404: alike for others and for codes of none.
    """
    if not _holds(officer, permission, code) or not Country.objects.filter(pk=code).exists():
        raise Http404
    return code


def _holds(officer: Officer, permission: str, country: str) -> bool:
    theirs = countries_of(officer, permission)
    return theirs is None or country in theirs
