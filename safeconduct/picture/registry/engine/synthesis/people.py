"""One block of made-up people, drawn from a seed and the block's number alone.

Everything is drawn as arrays, one element a party or a person; ``load`` turns them into rows.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from safeconduct.picture.registry.engine.synthesis.corridors import Corridors

type Ints = NDArray[np.int64]
type Flags = NDArray[np.bool_]

BLOCK: Final = 20_000
# How often parties have one, two, three, four, five members.
_SIZES: Final = (0.55, 0.18, 0.12, 0.10, 0.05)
_TRIP: Final = 0.2
_SOMEWHERE: Final = 0.07
_TWIN: Final = 0.05
_NO_CONTACT: Final = 0.08
_FAMILY_SHARES_PHONE: Final = 0.6
_HAS_PHONE: Final = 0.85
_HAS_MAIL: Final = 0.5
_BIRTH_UNKNOWN: Final = 0.15
# Residents who left in truth while their record stands: last confirmed one to two years ago,
# since the register forgets who has confirmed nothing for longer.
_STALE: Final = 0.12
LANGUAGES: Final = ("az", "en", "ru", "fa", "ar")
# Shares of those five languages, by where people live.
_LANGUAGE_SHARES: Final = {
    "ru": ("RU", "UA", "BY", "KZ", "KG", "UZ", "TM", "TJ", "MD", "LV", "LT", "EE"),
    "fa": ("IR",),
    "ar": ("AE", "SA", "QA", "IQ", "EG"),
}
_SHARES: Final = {
    "ru": (0.5, 0.02, 0.48, 0.0, 0.0),
    "fa": (0.55, 0.03, 0.02, 0.4, 0.0),
    "ar": (0.55, 0.2, 0.1, 0.0, 0.15),
    "": (0.7, 0.2, 0.1, 0.0, 0.0),
}


@dataclass(frozen=True)
class Parties:
    """Arrays by party. ``cell`` is 0 for "somewhere in the country", ``until`` 0 for no end."""

    size: Ints
    country: Ints
    city: Ints
    cell: Ints
    trip: Flags
    language: Ints
    script: Ints
    family: Ints
    shares_phone: Flags
    began: Ints
    until: Ints
    confirmed: Ints


@dataclass(frozen=True)
class People:
    """Arrays by person; days count back from today (``began``) or from birth (``age_days``)."""

    party: Ints
    woman: Flags
    given: Ints
    family: Ints
    script: Ints
    age_days: Ints
    birth_known: Flags
    phone: Ints
    mail: Flags
    failed: Flags
    # The place of the first record of this person; one's own where there is no other.
    same_as: Ints


def draw_block(
    corridors: Corridors, *, seed: int, block: int, people: int
) -> tuple[Parties, People]:
    """``people`` people in parties, of which every twentieth was registered twice."""
    rng = np.random.default_rng([seed, block])
    sizes = _sizes(rng, people)
    parties = _parties(rng, corridors, sizes)
    return parties, _people(rng, parties)


def _sizes(rng: np.random.Generator, people: int) -> Ints:
    """Party sizes that add up to ``people``; the last ones are single so that twins fit in."""
    twins = int(people * _TWIN)
    drawn = rng.choice(np.arange(1, 6), size=people, p=_SIZES)
    count = int(np.searchsorted(np.cumsum(drawn), people - twins, side="right"))
    left = people - twins - int(drawn[:count].sum())
    return np.concatenate([drawn[:count], np.ones(left + twins, dtype=np.int64)]).astype(np.int64)


def _parties(rng: np.random.Generator, corridors: Corridors, sizes: Ints) -> Parties:
    count = len(sizes)
    trip = rng.random(count) < _TRIP
    draw = rng.random(count)
    country = np.where(
        trip,
        np.searchsorted(corridors.trip_share, draw, side="right"),
        np.searchsorted(corridors.resident_share, draw, side="right"),
    )
    city, cell = _places(rng, corridors, country)
    language = _languages(rng, corridors, country)
    began, until, confirmed = _periods(rng, trip)
    return Parties(
        size=sizes,
        country=country,
        city=city,
        cell=np.where(rng.random(count) < _SOMEWHERE, 0, cell),
        trip=trip,
        language=language,
        script=_scripts(rng, language),
        family=rng.integers(0, 1 << 16, count),
        shares_phone=(rng.random(count) < _FAMILY_SHARES_PHONE) & (sizes > 1),
        began=began,
        until=until,
        confirmed=confirmed,
    )


def _places(rng: np.random.Generator, corridors: Corridors, country: Ints) -> tuple[Ints, Ints]:
    city, cell = np.zeros(len(country), np.int64), np.zeros(len(country), np.int64)
    for index in np.unique(country):
        here = np.flatnonzero(country == index)
        chosen = np.searchsorted(corridors.city_share[index], rng.random(len(here)), side="right")
        city[here] = corridors.city_ids[index][chosen]
    within = rng.random(len(country))
    for position, city_id in enumerate(city.tolist()):
        cells = corridors.cells[city_id]
        cell[position] = cells[int(within[position] * len(cells))]
    return city, cell


def _languages(rng: np.random.Generator, corridors: Corridors, country: Ints) -> Ints:
    group_of = {code: group for group, codes in _LANGUAGE_SHARES.items() for code in codes}
    draw, language = rng.random(len(country)), np.zeros(len(country), np.int64)
    for index in np.unique(country):
        shares = np.cumsum(_SHARES[group_of.get(corridors.countries[index], "")])
        here = country == index
        language[here] = np.searchsorted(shares, draw[here] * shares[-1], side="right")
    return language


def _scripts(rng: np.random.Generator, language: Ints) -> Ints:
    """Mostly the script of the language people read; passports make a third of all Latin."""
    native = np.array([0, 0, 1, 2, 2])[language]
    return np.where(rng.random(len(language)) < 1 / 3, 0, native)


def _periods(rng: np.random.Generator, trip: Flags) -> tuple[Ints, Ints, Ints]:
    """Days: before today it began, after today it ends (0: open), before today it was confirmed."""
    count = len(trip)
    began = np.where(trip, rng.integers(0, 14, count), rng.integers(30, 3650, count))
    until = np.where(trip, rng.integers(1, 21, count), 0)
    stale = ~trip & (rng.random(count) < _STALE)
    fresh = np.minimum(rng.integers(0, 365, count), began)
    confirmed = np.where(stale, np.minimum(rng.integers(365, 700, count), began), fresh)
    return began, until, confirmed


def _people(rng: np.random.Generator, parties: Parties) -> People:
    party = np.repeat(np.arange(len(parties.size)), parties.size)
    count = len(party)
    first = np.concatenate([[True], party[1:] != party[:-1]])
    order = np.arange(count) - np.maximum.accumulate(np.where(first, np.arange(count), 0))
    child = order >= 2
    age_days = np.where(child, rng.integers(0, 6570, count), rng.integers(6570, 31000, count))
    reachable = rng.random(count) >= _NO_CONTACT
    phone, mail, failed = _contacts(rng, parties, party, child, reachable)
    drawn = People(
        party=party,
        woman=rng.random(count) < 0.5,
        given=rng.integers(0, 1 << 16, count),
        family=parties.family[party],
        script=parties.script[party],
        age_days=age_days,
        birth_known=rng.random(count) >= _BIRTH_UNKNOWN,
        phone=phone,
        mail=mail,
        failed=failed,
        same_as=np.arange(count),
    )
    return _with_twins(rng, drawn, child)


def _with_twins(rng: np.random.Generator, people: People, child: Flags) -> People:
    """Make the last twentieth of a block second records of grown-ups before them.

    Name, sex and birth are the first record's; script, place and contacts are
    the second's own, as when somebody registers again years later.
    """
    count = len(people.party)
    twins = int(count * _TWIN)
    if not twins:
        return people
    grown = np.flatnonzero(~child[: count - twins])
    people.same_as[count - twins :] = rng.choice(grown, twins, replace=False)
    same = people.same_as
    return replace(
        people,
        woman=people.woman[same],
        given=people.given[same],
        family=people.family[same],
        age_days=people.age_days[same],
        birth_known=people.birth_known[same],
    )


def _contacts(
    rng: np.random.Generator, parties: Parties, party: Ints, child: Flags, reachable: Flags
) -> tuple[Ints, Flags, Flags]:
    """Phone (0 none, 1 of one's own, 2 the party's), mail, and whether all of them have failed.

    One person in twelve has nothing that works: half of those gave nothing, half
    gave what has failed since.
    """
    count = len(party)
    phone = np.where(parties.shares_phone[party], 2, np.where(rng.random(count) < _HAS_PHONE, 1, 0))
    phone = np.where(child & (phone == 1), 0, phone)
    mail = ~child & (rng.random(count) < _HAS_MAIL)
    # Whoever is reachable has something: a grown-up their own phone, a child the family's.
    phone = np.where(reachable & (phone == 0) & ~mail, np.where(child, 2, 1), phone)
    gave_nothing = ~reachable & (rng.random(count) < 0.5)
    return np.where(gave_nothing, 0, phone), mail & ~gave_nothing, ~reachable & ~gave_nothing
