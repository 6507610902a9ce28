"""What people agreed to, what the house holds of them, and when it last forgot."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from safeconduct.ground.privacy.consents import purposes
from safeconduct.ground.privacy.fields import personal_fields
from safeconduct.ground.privacy.holdings import Entry, Fact, Holder, Holding, holdings
from safeconduct.ground.privacy.models import Consent, RetentionRun
from safeconduct.ground.privacy.sealing import Subject


@dataclass(frozen=True)
class Section:
    """A part of what we hold, with why we have it and how long."""

    name: str
    title: str
    entries: list[Entry]
    purposes: list[str]
    retentions: list[str]


def consents_of(subject: Subject) -> dict[str, Consent]:
    """The last word on each purpose somebody was asked about."""
    said = Consent.objects.filter(subject_kind=subject.kind, subject_id=subject.id)
    last = said.order_by("purpose", "-pk").distinct("purpose")
    return {consent.purpose: consent for consent in last}


def history_of(subject: Subject) -> list[Consent]:
    """Every word on every purpose, the newest first."""
    said = Consent.objects.filter(subject_kind=subject.kind, subject_id=subject.id)
    return list(said.order_by("-pk"))


def who_agrees(kind: str, ids: Iterable[int], purpose: str) -> set[int]:
    """Of these subjects, those who agree to a purpose; one query."""
    return _whose_last_word(kind, ids, purpose, given=True)


def who_declines(kind: str, ids: Iterable[int], purpose: str) -> set[int]:
    """Of these subjects, those who said No: not those who were never asked."""
    return _whose_last_word(kind, ids, purpose, given=False)


def who_answered(kind: str, purpose: str) -> set[int]:
    """Subjects of a kind that said Yes or No to a purpose at any time; one query."""
    said = Consent.objects.filter(subject_kind=kind, purpose=purpose)
    return set(said.values_list("subject_id", flat=True))


def who_said_yes(kind: str) -> Iterator[tuple[int, str, datetime]]:
    """Subjects of a kind with each purpose they agree to, and since when."""
    said = Consent.objects.filter(subject_kind=kind).order_by("subject_id", "purpose", "-pk")
    last = said.distinct("subject_id", "purpose")
    for one in last.iterator():
        if one.given:
            yield one.subject_id, one.purpose, one.at


def held_of(holder: Holder) -> list[Section]:
    """Everything the house holds of a party and its people, by section, in the reader's words."""
    ordered = sorted((one for _name, one in holdings.items()), key=lambda one: one.order)
    return [_section(one, holder) for one in ordered]


def as_file(sections: Iterable[Section], *, now: datetime) -> dict[str, object]:
    """The same for a file: moments in UTC (ISO 8601), keys that do not change with the language."""
    return {
        "made_at": now.isoformat(timespec="seconds"),
        "sections": [
            {
                "name": section.name,
                "title": section.title,
                "why": section.purposes,
                "kept": section.retentions,
                "entries": [{fact.key: _in_file(fact) for fact in one} for one in section.entries],
            }
            for section in sections
        ],
    }


def last_forgotten() -> datetime | None:
    """When every rule had last done its nightly work; None before the first night."""
    runs = list(RetentionRun.objects.values_list("ran_at", flat=True))
    return min(runs, default=None)


def runs() -> list[RetentionRun]:
    """Every rule's last run, those that fail first."""
    return sorted(RetentionRun.objects.all(), key=lambda run: (run.fails_since is None, run.rule))


def consents_held(holder: Holder) -> list[Entry]:
    """What the party agreed to, for "what you know about me"."""
    language = get_language() or "en"
    return [
        [
            Fact("purpose", _("What for"), _title(said, language)),
            Fact("version", _("Version of the words"), said.version),
            Fact("given", _("Agreed"), said.given),
            Fact("at", _("When"), said.at),
        ]
        for said in history_of(Subject("party", holder.party_id))
    ]


def _title(said: Consent, language: str) -> str:
    purpose = purposes().get(said.purpose)
    return purpose.wording(language, said.version).title if purpose else said.purpose


def _whose_last_word(kind: str, ids: Iterable[int], purpose: str, *, given: bool) -> set[int]:
    said = Consent.objects.filter(subject_kind=kind, subject_id__in=list(ids), purpose=purpose)
    last = said.order_by("subject_id", "-pk").distinct("subject_id")
    return {consent.subject_id for consent in last if consent.given == given}


def _section(one: Holding, holder: Holder) -> Section:
    declared = [
        field for name, field in personal_fields.items() if name.rpartition(".")[0] in one.tables
    ]
    return Section(
        name=one.name,
        title=str(one.title),
        entries=list(one.read(holder)),
        purposes=_distinct(field.purpose for field in declared),
        retentions=_distinct(field.retention for field in declared),
    )


def _distinct(sentences: Iterable[str | Promise]) -> list[str]:
    return list(dict.fromkeys(str(sentence) for sentence in sentences))


def _in_file(fact: Fact) -> object:
    return fact.in_file() if fact.in_file else _plain(fact.value)


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)
