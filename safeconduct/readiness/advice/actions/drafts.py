"""Writing an edition, until its writer lets it go."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.readiness.advice import rules, terms
from safeconduct.readiness.advice.engine.area import cells_of
from safeconduct.readiness.advice.models import Edition, LevelText, LevelWords, Section
from safeconduct.readiness.advice.queries import as_words
from safeconduct.readiness.advice.terms import Area, AreaKind, EditionState, SectionName, Words


class DraftRefusedError(Refusal):
    """The edition cannot be begun or written in as asked."""


@transaction.atomic
def start_edition(
    *, country: str, restore_id: int | None = None, now: datetime, actor: Actor
) -> Edition:
    """Begin the next edition from the one in force, or from an old one to bring it back.

    :raises DraftRefusedError: while another one of the country is being written.
    """
    rows = Edition.objects.filter(country_id=country)
    basis = (
        rows.get(pk=restore_id, number__isnull=False)
        if restore_id is not None
        else rows.filter(state=EditionState.LIVE).first()
    )
    edition = Edition(
        country_id=country,
        basis=basis,
        restores=restore_id is not None,
        is_demo=bool(basis and basis.is_demo),
        author_id=actor.id or 0,
        writers=[actor.id] if actor.id else [],
        created_at=now,
    )
    try:
        with transaction.atomic():
            edition.save()
    except IntegrityError as twice:
        raise DraftRefusedError(
            _("Somebody is writing the next edition already. Open that one.")
        ) from twice
    if basis is not None:
        _copy(basis, edition)
    _note(terms.STARTED, edition, actor, now)
    return edition


@transaction.atomic
def write_level(
    *,
    edition_id: int,
    version: int,
    text_id: int | None,
    level: int,
    area: Area,
    words: Mapping[str, Words],
    now: datetime,
    actor: Actor,
) -> LevelText:
    """Write a place, its level and its words in all languages; the old ones are gone.

    Words that read as before keep the day they were written on.

    :raises DraftRefusedError: if somebody saved meanwhile, it is no draft any more, the
        country has its level already, or there are more areas than anybody reads.
    """
    edition = _draft(edition_id, version)
    text = _text(edition, text_id, area)
    before = (
        {row.language: (as_words(row), row.since) for row in text.words.all()} if text_id else {}
    )
    runs = cells_of(area)
    text.level, text.kind, text.names = level, area.kind, area.names
    text.city_ids, text.radius_km, text.corners = area.city_ids, area.radius_km, area.corners
    text.cells_from, text.cells_until = runs.lows, runs.highs
    text.save()
    text.words.all().delete()
    LevelWords.objects.bulk_create(
        LevelWords(
            text=text,
            language=language,
            headline=said.headline.strip(),
            why=said.why.strip(),
            do=said.do.strip(),
            short=said.short.strip(),
            since=rules.since(before.get(language), _stripped(said), now),
        )
        for language, said in sorted(words.items())
        if not said.is_empty
    )
    _wrote(edition, actor, now)
    return text


@transaction.atomic
def remove_level(
    *, edition_id: int, version: int, text_id: int, now: datetime, actor: Actor
) -> None:
    """Take an area out of a draft.

    :raises DraftRefusedError: for the country's own level, or as :func:`write_level`.
    """
    edition = _draft(edition_id, version)
    text = edition.levels.get(pk=text_id)
    if text.kind == AreaKind.COUNTRY:
        raise DraftRefusedError(_("The country's own level stays. Change it instead."))
    text.delete()
    _wrote(edition, actor, now)


@transaction.atomic
def write_section(
    *,
    edition_id: int,
    version: int,
    name: SectionName,
    bodies: Mapping[str, str],
    now: datetime,
    actor: Actor,
) -> None:
    """Write a section in all languages at once; an empty one leaves the page.

    :raises DraftRefusedError: if somebody saved meanwhile, or it is no draft any more.
    """
    edition = _draft(edition_id, version)
    rows = edition.sections.filter(name=name)
    before = {row.language: (row.body, row.since) for row in rows}
    rows.delete()
    Section.objects.bulk_create(
        Section(
            edition=edition,
            name=name,
            language=language,
            body=body.strip(),
            since=before[language][1] if before.get(language, ("",))[0] == body.strip() else now,
        )
        for language, body in sorted(bodies.items())
        if body.strip()
    )
    _wrote(edition, actor, now)


@transaction.atomic
def set_review(
    *,
    edition_id: int,
    version: int,
    review_on: date,
    news: Mapping[str, str],
    now: datetime,
    actor: Actor,
) -> None:
    """Say by when it must be read again, and what is new in it.

    :raises DraftRefusedError: if somebody saved meanwhile, or it is no draft any more.
    """
    edition = _draft(edition_id, version)
    edition.review_on = review_on
    edition.news = {language: said.strip() for language, said in news.items() if said.strip()}
    _wrote(edition, actor, now)


@transaction.atomic
def discard_edition(*, edition_id: int, version: int, now: datetime, actor: Actor) -> None:
    """Throw a draft away; what is in force stays.

    :raises DraftRefusedError: if somebody saved meanwhile, or it is no draft any more.
    """
    edition = _draft(edition_id, version)
    _note(terms.DISCARDED, edition, actor, now)
    edition.delete()


def _draft(edition_id: int, version: int) -> Edition:
    edition = Edition.objects.select_for_update().get(pk=edition_id)
    if edition.state != EditionState.DRAFT:
        raise DraftRefusedError(_("This edition is no draft any more."))
    if edition.version != version:
        raise DraftRefusedError(
            _("Somebody else saved this edition meanwhile. Open it again and repeat your change.")
        )
    return edition


def _text(edition: Edition, text_id: int | None, area: Area) -> LevelText:
    others = [text for text in edition.levels.all() if text.pk != text_id]
    if area.kind == AreaKind.COUNTRY and any(text.kind == AreaKind.COUNTRY for text in others):
        raise DraftRefusedError(_("The country has its level already. Change that one."))
    if len(others) >= terms.MOST_AREAS:
        raise DraftRefusedError(_("That is more areas than anybody reads. Join some."))
    if text_id is not None:
        return edition.levels.get(pk=text_id)
    return LevelText(edition=edition, position=len(others))


def _stripped(said: Words) -> Words:
    parts = (said.headline, said.why, said.do, said.short)
    return Words(*(part.strip() for part in parts))


def _wrote(edition: Edition, actor: Actor, now: datetime) -> None:
    if actor.id is not None and actor.id not in edition.writers:
        edition.writers = [*edition.writers, actor.id]
    edition.version += 1
    edition.save()
    _note(terms.WRITTEN, edition, actor, now)


def _copy(basis: Edition, edition: Edition) -> None:
    """Everything of an edition into the next one, with the days its words were written on."""
    for text in basis.levels.prefetch_related("words"):
        copied = LevelText(edition=edition, **_values(text, "id", "edition"))
        copied.save()
        LevelWords.objects.bulk_create(
            LevelWords(text=copied, **_values(row, "id", "text")) for row in text.words.all()
        )
    Section.objects.bulk_create(
        Section(edition=edition, **_values(row, "id", "edition")) for row in basis.sections.all()
    )


def _values(row: Model, *but: str) -> dict[str, Any]:
    fields = row._meta.fields  # noqa: SLF001 -- Django documents it under this name
    names = [field.name for field in fields if field.name not in but]
    return {name: getattr(row, name) for name in names}


def _note(kind: str, edition: Edition, actor: Actor, now: datetime) -> None:
    record(
        kind,
        actor=actor,
        subject_kind="edition",
        subject_id=edition.pk,
        detail={"country": edition.country_id},
        now=now,
    )
