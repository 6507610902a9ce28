"""Whose telephones a column holds, where a list names somebody else beside its people.

A column read for the wrong person makes a stranger answer for them: what may be another's is
not read, and said to be so.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from safeconduct.ground.kernel.names import latin_key

NAMES: Final = ("given_name", "family_name", "full_name")
# How words begin that announce another person in a heading nothing is taken from.
_SOMEBODY_ELSE: Final = tuple(
    map(
        latin_key,
        ("qohum", "yaxın", "təcili", "yoldaş", "valideyn", "himayə", "qəyyum", "nümayəndə",
         "işəgötürən", "anası", "atası", "qardaş", "bacı", "emergency", "kin", "contact person",
         "contact name", "spouse", "husband", "wife", "guardian", "relative", "sponsor",
         "employer", "parent", "guarantor", "representative", "mother", "father", "brother",
         "sister", "əlaqə şəxsi", "əlaqədar", "родств", "родител", "супруг", "экстренн",
         "близк", "доверенн", "контактное лицо", "работодат", "представит", "опекун", "поручит",
         "отца", "отец", "мать", "матери", "жена", "жены", "брат", "сестра", "сестры", "acil",
         "yakın", "eşi", "annesi", "babası", "veli", "vasi", "kefil", "kardeş", "işveren"),
    )
)  # fmt: skip


def again(header: Sequence[str]) -> set[int]:
    """Places of the columns that are called like one before them."""
    keys = [latin_key(heading) for heading in header]
    return {place for place, key in enumerate(keys) if key and key in keys[:place]}


def doubtful(
    header: Sequence[str], fields: Mapping[int, str], places: Mapping[str, int], field: str
) -> set[int]:
    """Places of the further columns of a field that may be somebody else's.

    Behind the first of them somebody else was named; or, of one that is called like another
    before it, something stands between of which nobody knows what it is.
    """
    if field not in places:
        return set()
    first, repeated = places[field], again(header)
    theirs, unknown, found = False, False, set()
    for place in range(first + 1, len(header)):
        meant = fields.get(place, "")
        is_told = meant in NAMES and place not in places.values()
        theirs = theirs or is_told or (not meant and _names_somebody(header[place]))
        unknown = unknown or not meant
        if meant == field and (theirs or (unknown and place in repeated)):
            found.add(place)
    return found


def _names_somebody(heading: str) -> bool:
    words = latin_key(heading)
    return any(f" {words}".find(f" {stem}") >= 0 for stem in _SOMEBODY_ELSE)
