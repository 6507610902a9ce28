"""Which live texts contradict each other: of one edition, of all, and of one that is to come."""

from collections.abc import Sequence
from datetime import datetime

from safeconduct.readiness.advice.engine.clashes import (
    Contradiction,
    against_each_other,
    against_level,
)
from safeconduct.readiness.advice.engine.contradictions import contradictions_in
from safeconduct.readiness.advice.engine.witnesses import Said, said_about
from safeconduct.readiness.advice.models import Edition
from safeconduct.readiness.advice.queries import editions_in
from safeconduct.readiness.advice.terms import EditionState


def contradictions_of(edition: Edition, language: str, *, now: datetime) -> list[Contradiction]:
    """What in this edition, live or not yet, disagrees with itself or with what is live."""
    return contradictions_in(edition, said_about([edition.country_id], now, language), language)


def all_contradictions(
    countries: frozenset[str] | None, language: str, *, now: datetime
) -> list[Contradiction]:
    """Every contradiction of what is in force for these countries (None: all)."""
    editions = list(editions_in(countries, EditionState.LIVE))
    said, advised = said_about(countries, now, language), {one.country_id for one in editions}
    found = [one for edition in editions for one in contradictions_in(edition, said, language)]
    # Two alerts can contradict each other also where we advise nothing.
    found += against_each_other(one for one in said if one.country not in advised)
    return sorted(found, key=lambda one: (not one.is_dangerous, one.country))


def contradictions_with(
    about: Sequence[Said], language: str, *, now: datetime
) -> list[Contradiction]:
    """What disagrees with something that is said, or is about to be: one text by country."""
    countries = [said.country for said in about]
    live = editions_in(frozenset(countries), EditionState.LIVE)
    texts = {one.country_id: list(one.levels.all()) for one in live}
    heard = said_about(countries, now, language)
    found = [
        clash
        for said in about
        for clash in (
            *against_level(texts.get(said.country, []), said),
            *(
                one
                for other in heard
                if other.address != said.address
                for one in against_each_other([said, other])
            ),
        )
    ]
    return sorted(found, key=lambda one: (not one.is_dangerous, one.country))
