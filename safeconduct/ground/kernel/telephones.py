"""Telephone numbers in E.164, read at the speed of a list of a hundred thousand people.

The library takes a number apart by a dozen expressions, most of which only odd numbers need.
Here the usual ones are held against its own metadata; whatever is in any way odd is left to it.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumberDesc

_INTERNATIONAL: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_NATIONAL: Final = re.compile(r"[0-9]{5,15}")
_NEVER: Final = re.compile(r"(?!)")
_KINDS: Final = (
    "fixed_line", "premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager",
    "uan", "voicemail",
)  # fmt: skip


class _Shape(NamedTuple):
    """Numbers of one kind: how many digits they have, and which."""

    lengths: frozenset[int]
    digits: re.Pattern[str]

    def fits(self, number: str) -> bool:
        is_long_enough = not self.lengths or len(number) in self.lengths
        return is_long_enough and self.digits.fullmatch(number) is not None


class _Region(NamedTuple):
    """What the library knows of one region's numbers."""

    calling_code: str
    every: _Shape
    kinds: tuple[_Shape, ...]
    leading: re.Pattern[str] | None
    abroad: re.Pattern[str]
    prefix: re.Pattern[str]
    is_transformed: bool
    local_lengths: frozenset[int]

    def has(self, number: str) -> bool:
        return self.every.fits(number) and any(kind.fits(number) for kind in self.kinds)


def usual_number(digits: str, region: str | None) -> str:
    """The valid number in E.164 that the library would find; empty where only it can say.

    ``digits`` are ASCII alone, with a plus before a country's calling code or without one in the
    national form of ``region``.
    """
    if _INTERNATIONAL.fullmatch(digits):
        return _international(digits)
    if region and _NATIONAL.fullmatch(digits):
        return _national(digits, region.upper())
    return ""


def _international(digits: str) -> str:
    code = next((digits[1:end] for end in (2, 3, 4) if _regions(digits[1:end])), "")
    regions = _regions(code)
    number = digits[1 + len(code) :]
    # A prefix of calls within the country is no part of a number, but may look like one.
    if not regions or number.startswith("00") or regions[0].prefix.match(number):
        return ""
    return digits if _is_valid(number, regions) else ""


def _national(digits: str, region: str) -> str:
    known = _region(region)
    if known is None or known.abroad.match(digits) or digits.startswith(known.calling_code):
        return ""
    number = digits
    if prefix := known.prefix.match(digits):
        number = digits[prefix.end() :]
        is_odd = known.is_transformed or known.every.digits.fullmatch(digits)
        is_long_enough = len(number) in known.every.lengths - known.local_lengths
        if is_odd or not is_long_enough:
            return ""
    if number.startswith("00") or not _is_valid(number, _regions(known.calling_code)):
        return ""
    return f"+{known.calling_code}{number}"


def _is_valid(number: str, regions: Sequence[_Region]) -> bool:
    """As the library asks: of one region if that is all its code has, else of the first it fits."""
    if len(regions) == 1:
        return regions[0].has(number)
    for region in regions:
        if region.leading is None:
            if region.has(number):
                return True
        elif region.leading.match(number):
            return region.has(number)
    return False


@cache
def _regions(calling_code: str) -> tuple[_Region, ...]:
    """Of a calling code, the main one first; none where it is not one of countries alone."""
    names = COUNTRY_CODE_TO_REGION_CODE.get(int(calling_code or 0), ())
    found = tuple(filter(None, map(_region, names)))
    return found if len(found) == len(names) else ()


@cache
def _region(name: str) -> _Region | None:
    known = PhoneMetadata.metadata_for_region(name, None)
    if known is None or known.general_desc is None:
        return None
    alike = known.same_mobile_and_fixed_line_pattern
    kinds = _KINDS if alike else ("mobile", *_KINDS)
    return _Region(
        calling_code=str(known.country_code),
        every=_shape(known.general_desc),
        kinds=tuple(_shape(one) for kind in kinds if (one := getattr(known, kind))),
        leading=re.compile(known.leading_digits) if known.leading_digits is not None else None,
        abroad=re.compile(known.international_prefix) if known.international_prefix else _NEVER,
        prefix=(
            re.compile(known.national_prefix_for_parsing)
            if known.national_prefix_for_parsing
            else _NEVER
        ),
        is_transformed=bool(known.national_prefix_transform_rule),
        local_lengths=frozenset(known.general_desc.possible_length_local_only),
    )


def _shape(desc: PhoneNumberDesc) -> _Shape:
    pattern = desc.national_number_pattern
    return _Shape(
        lengths=frozenset(desc.possible_length),
        digits=re.compile(pattern) if pattern else _NEVER,
    )
