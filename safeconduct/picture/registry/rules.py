"""What is a name, a telephone, an address or a stay, and what is refused. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple, Protocol

import orjson
import phonenumbers
from django.utils.translation import gettext_lazy as _
from email_validator import EmailNotValidError, validate_email

from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.kernel.names import latin_key, search_key
from safeconduct.ground.kernel.telephones import usual_number
from safeconduct.picture.registry.terms import LONGEST_NAME, Confidence, StayKind
from safeconduct.wires.messaging.terms import SYNTHETIC_DOMAIN, SYNTHETIC_PREFIX

_OLDEST: Final = date(1900, 1, 1)
_SYNTHETIC_PHONE: Final = re.compile(r"\+999\d{4,12}")
# An atom of RFC 5321, 4.1.2, in the letters people use, at most 64 of them.
_PLAIN_MAIL: Final = re.compile(
    r"(?=.{1,64}@)[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9.-]{4,180}"
)
_BETWEEN_DIGITS: Final = re.compile(r"[\s()./–—-]+")
# What is dialled once a number has answered.
_EXTENSION: Final = re.compile(
    r"(?<![^\W\d_])[\s,;(]*(?:;ext=|(?:e?xtn?|extension|x|int|доб(?:авочный)?|вн(?:утренний)?"
    r"|daxili|dahili|əlavə)[\s.:]*|#)\d{1,6}\s*\)?(?=\s*$)",
    re.IGNORECASE,
)
_LETTER_BEHIND: Final = re.compile(r"\d.*[^\W\d_]", re.DOTALL)
_DATES: Final = (
    (re.compile(r"(?P<y>\d{4})[-./](?P<m>\d{1,2})[-./](?P<d>\d{1,2})(?:[T ].*)?"), "ymd"),
    (re.compile(r"(?P<d>\d{1,2})[-./](?P<m>\d{1,2})[-./](?P<y>\d{4})"), "dmy"),
)
# Nobody knows whether 25 is a child or of a hundred years.
_SHORT_YEAR: Final = re.compile(r"\d{1,2}[-./ ](?:\d{1,2}|[^\W\d_]+)[-./, ]+'?\d{2}(?: .*)?")
# Son and daughter of, as Azerbaijani, Turkish and Russian write it, folded to Latin.
_CHILD: Final = r"(?:og[lh]+[iuy]|[gkq]h?[iy]z[iy])"
_SON: Final = re.compile(rf"\b{_CHILD}\b")
_FATHER: Final = re.compile(rf"\b(?:\w+ ?)?{_CHILD}\b|\b\w+[eo]v(?:ich|na)\b")
_VOWELS: Final = re.compile("[aeiouy]+")
_OPEN: Final = str.maketrans("ey", "ai")
_RUNS: Final = re.compile(r"(.)\1+")
# The weak and the old: years up to (exclusive) → need, of 0 to 9 (terms of the roll call).
_NEEDS_BY_AGE: Final = ((2, 4), (12, 2), (65, 0), (80, 1), (200, 3))


class NameRefusedError(Refusal):
    """A name that is missing, too long or not made of writing."""


class ContactRefusedError(Refusal):
    """A telephone number or mail address nobody could be reached at."""


class DateRefusedError(Refusal):
    """A date that cannot be read or cannot be true."""


@dataclass(frozen=True, slots=True)
class Leg:
    """A residence, or one place of a trip: half-open, ``stay_until`` None where they live."""

    country: str
    city_id: int | None
    cell: int | None
    stay_from: date
    stay_until: date | None = None

    @property
    def kind(self) -> StayKind:
        return StayKind.RESIDENCE if self.stay_until is None else StayKind.TRIP


class Kin(NamedTuple):
    """Whom a party lets us call: in plain only on its way to a page, and back."""

    name: str
    relation: str
    phone: str


class Point(Protocol):
    """As much of a contact point as decides whether it works."""

    channel: int
    last_worked_at: datetime | None
    last_failed_at: datetime | None


def clean_name(raw: str) -> str:
    """A name as its bearer wrote it: composed, single spaces, nothing invisible.

    :raises NameRefusedError: for control characters, more than 100 letters, or no letter at all.
    """
    text = " ".join(unicodedata.normalize("NFC", raw).split())
    unseen = "" if text.isprintable() else text
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Co") for letter in unseen):
        raise NameRefusedError(_("The name holds characters that cannot be read."))
    if len(text) > LONGEST_NAME:
        raise NameRefusedError(_("The name is too long. 100 letters are the most."))
    if not any(letter.isalpha() for letter in text):
        raise NameRefusedError(_("Enter a name."))
    return text


@lru_cache(maxsize=50_000)
def normalised_phone(raw: str, region: str | None) -> str:
    """The number in E.164. ``region`` is the country whose national form is understood.

    Digits of any script are read, 00 stands for +, an extension is left out. Made-up numbers
    (+999) are let through, since providers refuse them.

    :raises ContactRefusedError: if no telephone can have this number.
    """
    digits = _ascii_digits(_BETWEEN_DIGITS.sub("", raw.strip()))
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    if found := usual_number(digits, region):
        return found
    if digits.startswith(SYNTHETIC_PREFIX):
        if _SYNTHETIC_PHONE.fullmatch(digits):
            return digits
        raise ContactRefusedError(_("This telephone number cannot be right."))
    digits = without_extension(digits)
    if _LETTER_BEHIND.search(digits):
        # The library would dial what they are on the keys of a telephone.
        raise ContactRefusedError(_("This telephone number cannot be right."))
    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException as refusal:
        raise ContactRefusedError(
            _("Enter a telephone number with its country code, like +994 50 123 45 67.")
        ) from refusal
    if not phonenumbers.is_valid_number(number):
        raise ContactRefusedError(_("This telephone number cannot be right."))
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def without_extension(number: str) -> str:
    """What is dialled first: "012 493 50 00, ext. 12" without its end."""
    return _EXTENSION.sub("", number)


def is_landline(number: str) -> bool:
    """Whether a number in E.164 can only be called; where plans mix both kinds it is not said."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        # Made-up numbers are no country's.
        return False
    return phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.FIXED_LINE


def normalised_mail(raw: str) -> str:
    """The address as RFC 5321 writes it, domain in small ASCII. Nobody is asked whether it exists.

    :raises ContactRefusedError: if it is none.
    """
    text = raw.strip()
    if _PLAIN_MAIL.fullmatch(text) and not text.lower().endswith(SYNTHETIC_DOMAIN):
        local, _at, domain = text.rpartition("@")
        return f"{local}@{_plain_domain(domain.lower())}"
    return _judged_mail(text)


@lru_cache(maxsize=10_000)
def _plain_domain(domain: str) -> str:
    # Lists repeat few domains; to judge one takes longer than all else about an address.
    return _judged_mail(f"a@{domain}").removeprefix("a@")


def _judged_mail(text: str) -> str:
    made_up = text.lower().endswith(SYNTHETIC_DOMAIN)
    # Reserved domains are refused by the validator: a made-up one is judged by its shape.
    judged = f"{text[: -len(SYNTHETIC_DOMAIN)]}.example.com" if made_up else text
    try:
        found = validate_email(judged, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as refusal:
        raise ContactRefusedError(_("This mail address cannot be right.")) from refusal
    written = f"{found.local_part}@{found.ascii_domain}"
    return written.removesuffix(".example.com") + SYNTHETIC_DOMAIN if made_up else written


def read_date(raw: str) -> date:
    """Year first, or day first as in Azerbaijan and Russia: 2026-02-01, 1.2.2026, 01/02/2026.

    :raises DateRefusedError: if it is no date.
    """
    text = _ascii_digits(raw.strip())
    for pattern, _order in _DATES:
        if found := pattern.fullmatch(text):
            try:
                return date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError:
                break
    if _SHORT_YEAR.fullmatch(text):
        raise DateRefusedError(_("Write the year with four digits, like 05.01.1985."))
    raise DateRefusedError(_("Enter a date as day.month.year."))


def accepted_birth(born: date, today: date) -> date:
    """:raises DateRefusedError: for a birth in the future or before 1900."""
    if not _OLDEST <= born <= today:
        raise DateRefusedError(_("This date of birth cannot be right."))
    return born


def day_after(last_day: date | None, begins: date) -> date | None:
    """The half-open end of a stay whose last day somebody named.

    Who writes the last day of all, as programs do (31.12.9999), means that there is none.

    :raises DateRefusedError: if it ends before it begins.
    """
    if last_day is None or last_day == date.max:
        return None
    if last_day < begins:
        raise DateRefusedError(_("The last day comes before the first."))
    return last_day + timedelta(days=1)


def leg_begins(begins: date | None, before: date | None, today: date) -> date:
    """When a leg begins: as said, else where the leg before it ends, else today."""
    return begins or before or today


# Days since the last confirmation up to (exclusive) → how far a record is relied upon.
FIRM_DAYS: Final = 90
FADING_DAYS: Final = 365


def confidence_in(confirmed_at: datetime | None, unanswered: int, *, now: datetime) -> Confidence:
    """How far we may rely on where somebody is held to be.

    By the age of what they last said; each question they let pass takes it down a step.
    """
    if confirmed_at is None:
        return Confidence.DOUBTFUL
    days = (now - confirmed_at).days
    step = 0 if days < FIRM_DAYS else 1 if days < FADING_DAYS else 2
    return list(Confidence)[min(step + unanswered, 2)]


class Named(NamedTuple):
    """Somebody as a list, or the registry, names them."""

    given: str
    family: str
    born: date | None


def is_somebody_else(known: Named, told: Named, *, shares_contact: bool) -> bool:
    """Whether two under one identifier of a list's maker cannot be one person.

    A family name changes by marriage, a given name is spelled anew, a birth date corrected:
    what makes two of one is the birth date, two words of the name, or a way to reach them.
    Where one names a single word, nothing else of it can be asked for. Brothers share a
    father's name and a family's: the father's proves nothing.
    """
    if known.born and known.born == told.born:
        return False
    has_two_words = len(_own_words(known) & _own_words(told)) > 1
    if not (known.born and told.born):
        one, other = _all_words(known), _all_words(told)
        return not (shares_contact or has_two_words or one <= other or other <= one)
    is_kin = shares_contact or not _spelled(known.family).isdisjoint(_all_words(told))
    return not (is_kin and (has_two_words or _share_given_name(known, told)))


def is_another_bearer(one: Named, other: Named) -> bool:
    """Whether two rows of one list with one identifier are two people, by their letters.

    Stricter than :func:`is_somebody_else`: of two rows that are one person one is dropped.
    """
    if one == other:
        return False
    has_other_birth = bool(one.born and other.born and one.born != other.born)
    return has_other_birth or _letters(one) != _letters(other)


@lru_cache(maxsize=50_000)
def family_key(family: str) -> frozenset[str]:
    """What a family name has in common for all who bear it: Əliyev and Əliyeva are of one."""
    return frozenset(_spelled(" ".join(map(_unsexed, latin_key(family).split()))))


def _unsexed(word: str) -> str:
    return word[:-1] if word.endswith(("ova", "eva")) else word


def _letters(named: Named) -> list[str]:
    return sorted(latin_key(f"{named.given} {named.family}").split())


def _all_words(named: Named) -> set[str]:
    return _spelled(f"{named.given} {named.family}")


def _own_words(named: Named) -> set[str]:
    return _spelled(_FATHER.sub(" ", latin_key(f"{named.given} {named.family}")))


def _share_given_name(one: Named, other: Named) -> bool:
    """Of columns with whole names nobody knows which word is the given one."""
    if not (one.family and other.family):
        return False
    given, others = (_spelled(_FATHER.sub(" ", latin_key(each.given))) for each in (one, other))
    return not given.isdisjoint(others)


def _spelled(text: str) -> set[str]:
    """The words of a name, each the same in Azerbaijani, English and Russian letters.

    Consonants by class and vowels: Anar is not Aynur, nor Samir Səmra, as sounds would have it.
    """
    return {
        f"{search_key(word)} {_vowels(word)}" for word in _SON.sub(" ", latin_key(text)).split()
    }


def _vowels(word: str) -> str:
    """Ə is a or e, y is written or not, and Russian has ю for ü and ё for ö."""
    runs = (_RUNS.sub(r"\1", run.translate(_OPEN)) for run in _VOWELS.findall(word))
    return " ".join(re.sub("i(?=[uo])", "", run) for run in runs)


def vulnerability_at(born: date | None, today: date) -> int:
    """0 to 9 by age alone; of an unknown age nothing is presumed."""
    if born is None:
        return 0
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return next(need for limit, need in _NEEDS_BY_AGE if years < limit)


def works(point: Point) -> bool:
    """A contact point works until it fails, and again once it has worked since."""
    if point.last_failed_at is None:
        return True
    return point.last_worked_at is not None and point.last_worked_at > point.last_failed_at


def reach_of(points: Iterable[Point]) -> int:
    """The bit set of channels with a contact point that works."""
    reach = 0
    for point in points:
        reach |= point.channel if works(point) else 0
    return reach


def six_digits(raw: str) -> str:
    """A code as it was typed, in ASCII: digits of any script, blanks and dashes left out."""
    return _ascii_digits(_BETWEEN_DIGITS.sub("", raw.strip()))


def kin_written(kin: Kin) -> str:
    """One text to be sealed; :func:`kin_read` takes it apart again."""
    return orjson.dumps([*kin]).decode()


def kin_read(text: str) -> Kin:
    name, relation, phone = orjson.loads(text)
    return Kin(name, relation, phone)


def passport_key(raw: str) -> str:
    """A passport number as it is looked up: capitals and digits alone, whatever the script.

    Letters that only look Latin are read as the Latin ones they stand for on a passport.
    """
    text = _ascii_digits(unicodedata.normalize("NFKC", raw)).upper().translate(_LOOK_ALIKES)
    return "".join(letter for letter in text if letter.isalnum())


def is_passport_number(raw: str) -> bool:
    """Whether a text could be one: four to fifteen letters and digits, and not letters alone."""
    key = passport_key(raw)
    return 4 <= len(key) <= 15 and any(letter.isdigit() for letter in key)


_LOOK_ALIKES: Final = str.maketrans("АВЕКМНОРСТУХ", "ABEKMHOPCTYX")


def _ascii_digits(text: str) -> str:
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.digit(letter)) if letter.isdigit() and not letter.isascii() else letter
        for letter in text
    )
