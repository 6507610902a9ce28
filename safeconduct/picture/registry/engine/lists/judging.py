"""One row of a list turned into a person, or refused with the reason."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from typing import Final

from django.utils.translation import gettext_lazy as _

from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.kernel.names import latin_key
from safeconduct.picture.registry import rules
from safeconduct.picture.registry.engine.lists.cells import day, given, said, several
from safeconduct.picture.registry.engine.lists.cells import mails as mails_in
from safeconduct.picture.registry.engine.lists.cells import phones as phones_in
from safeconduct.picture.registry.engine.lists.speaking import language_named
from safeconduct.picture.registry.engine.lists.whereabouts import Whereabouts

# People registered by a list speak this unless it says otherwise.
DEFAULT_LANGUAGE: Final = "az"
_MOST_OF_A_KIND: Final = 12
# So many of the first column tell a row without an identifier of its own from others.
_TELLING: Final = 3
# A name or a mark of the list's own may look like the word for nothing.
_MAY_BE_NO: Final = frozenset({"given_name", "family_name", "full_name", "own_id", "country"})


# What begins a line below the people of a list.
_NOTES: Final = frozenset(
    map(
        latin_key,
        ("cəmi", "yekun", "ümumi", "toplam", "total", "sum", "итого", "всего", "icraçı", "imza",
         "hazırladı", "hazırlayan", "qeyd", "müdir", "rəis", "исполнитель", "подпись", "составил",
         "примечание", "signature", "signed", "prepared", "note", "notes", "imzası", "not",
         "المجموع", "الإجمالي", "ملاحظة", "جمع", "مجموع"),
    )
)  # fmt: skip


class RowRefusedError(Refusal):
    """The row cannot become a person who could be warned; the message says why."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A person as a list describes them. ``key`` is the same whenever the row is.

    ``plain_key`` speaks of all the row says where ``key`` is the list's own identifier: it
    takes over where that turns out to be somebody else's.
    """

    key: str
    plain_key: str
    given_name: str
    family_name: str
    birth_on: date | None
    phones: tuple[str, ...]
    mails: tuple[str, ...]
    language: str
    country: str
    city_id: int | None
    cell: int | None
    stay_from: date
    stay_until: date | None
    party: str
    place_unknown: bool
    language_unknown: bool


@dataclass
class Judge:
    """Judges the rows of one list. ``allowed`` are the countries it may speak of; None: all.

    ``more`` are further columns of telephones and mail addresses. ``wrong`` finds words
    no name holds, where the letters of the list had to be guessed; ``month_first`` whether
    it writes 12/31/1990.
    """

    columns: dict[str, int]
    whereabouts: Whereabouts
    origin: str
    collected_on: date
    default_country: str = ""
    allowed: frozenset[str] | None = None
    today: date = field(default_factory=date.today)
    more: dict[str, tuple[int, ...]] = field(default_factory=dict)
    wrong: re.Pattern[str] | None = None
    month_first: bool = False

    def judge(self, cells: list[str]) -> Judged:
        """:raises Refusal: with the reason, for whoever corrects the list."""
        first, family = self._names(cells)
        born = self._date(cells, "birth_on")
        if born:
            rules.accepted_birth(born, self.today)
        country = self._country(cells)
        # A number without its country's code is one of the country its row names: read as
        # another's it would be a stranger's, and a real one.
        phones, told = self._several(cells, "phone", lambda part: phones_in(part, country))
        mails, written = self._several(cells, "mail", mails_in)
        if not (born or phones or mails) and _is_note(first):
            raise RowRefusedError(_("This line looks like a total or a note, not like a person."))
        language = self._cell(cells, "language")
        spoken = language_named(language)
        stay_from = self._date(cells, "stay_from") or self.collected_on
        last_day = self._date(cells, "stay_until")
        stay_until = rules.day_after(last_day, stay_from)
        city_id, cell = self.whereabouts.city(self._cell(cells, "place"), country)
        plain_key = _key("", first, family, born, *told, *written, country, city_id)
        own = self._cell(cells, "own_id")
        return Judged(
            key=_key(self.origin, own) if own else plain_key,
            plain_key=plain_key,
            given_name=first,
            family_name=family,
            birth_on=born,
            phones=phones,
            mails=mails,
            language=spoken or DEFAULT_LANGUAGE,
            country=country,
            city_id=city_id,
            cell=cell,
            stay_from=stay_from,
            stay_until=stay_until,
            party=self._cell(cells, "party"),
            place_unknown=bool(self._cell(cells, "place")) and city_id is None,
            language_unknown=bool(language) and not spoken,
        )

    def _cell(self, cells: list[str], name: str) -> str:
        place = self.columns.get(name)
        if place is None:
            return ""
        return said(cells[place]) if name in _MAY_BE_NO else given(cells[place])

    def _several(
        self, cells: list[str], name: str, found_in: Callable[[str], Iterable[str]]
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """All of a kind, each once, and those that tell the row from others."""
        first = self._cell(cells, name)
        further = filter(None, (given(cells[place]) for place in self.more.get(name, ())))
        own = [one for part in several(first) for one in found_in(part)] if first else []
        more = [one for text in further for part in several(text) for one in found_in(part)]
        if not (own or more):
            return (), ()
        if len(own) + len(more) > _MOST_OF_A_KIND:
            raise RowRefusedError(
                _("More than twelve telephones or mail addresses for one person.")
            )
        return tuple(dict.fromkeys([*own, *more])), tuple(dict.fromkeys(own[:_TELLING]))

    def _names(self, cells: list[str]) -> tuple[str, str]:
        first = self._cell(cells, "given_name") or self._cell(cells, "full_name")
        family = self._cell(cells, "family_name")
        if not first and family:
            first, family = family, ""
        if "\n" in first + family or "\r" in first + family:
            raise RowRefusedError(_("A name holds a line break: one line is one person."))
        # Excel writes ?liyeva where its page of letters lacks the Ə.
        name = f"{first} {family}"
        if "?" in name or (self.wrong and self.wrong.search(name)):
            raise RowRefusedError(_("The name holds characters that cannot be read."))
        return rules.clean_name(first), rules.clean_name(family) if family else ""

    def _date(self, cells: list[str], name: str) -> date | None:
        text = self._cell(cells, name)
        return day(text, month_first=self.month_first) if text else None

    def _country(self, cells: list[str]) -> str:
        written = self._cell(cells, "country")
        code = self.whereabouts.country(written) if written else self.default_country
        if not code:
            raise RowRefusedError(
                _("We know no country of this name.") if written else _("No country is given.")
            )
        if self.allowed is not None and code not in self.allowed:
            raise RowRefusedError(_("Your posts do not answer for this country."))
        return code


def _is_note(name: str) -> bool:
    """Whether it is a total or a signature: no name has a colon, nor begins so."""
    return ":" in name or latin_key(name).partition(" ")[0] in _NOTES


def _key(*told: object) -> str:
    return blake2b("\x1f".join(map(str, told)).casefold().encode(), digest_size=20).hexdigest()
