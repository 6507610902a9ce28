"""The words of the registry: permissions, deeds, kinds, and how long things last."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from safeconduct.ground.audit import kinds
from safeconduct.ground.audit.kinds import Shredder
from safeconduct.ground.kernel.permissions import declare

VIEW: Final = declare("registry.view", _("Find nationals in the posts' countries and see them"))
WRITE: Final = declare("registry.write", _("Correct the records of nationals"))
UNSEAL: Final = declare("registry.unseal", _("Open passport numbers and medical notes"))
IMPORT: Final = declare("registry.import", _("Bring in lists of nationals"))

_ABOUT_ONE = Shredder.FORGET_SUBJECT
REGISTERED: Final = kinds.declare(
    "registry.registered", _("{actor} registered party {subject}."), _ABOUT_ONE
)
CHANGED: Final = kinds.declare(
    "registry.changed", _("{actor} changed the record of party {subject}."), _ABOUT_ONE
)
DEPARTED: Final = kinds.declare(
    "registry.departed", _("{actor} noted that party {subject} has left."), _ABOUT_ONE
)
DELETED: Final = kinds.declare(
    "registry.deleted", _("{actor} deleted the record of party {subject}."), _ABOUT_ONE
)
VIEWED: Final = kinds.declare(
    "registry.viewed", _("{actor} looked at the record of person {subject}."), _ABOUT_ONE
)
STOPPED: Final = kinds.declare(
    "registry.stopped",
    _("Person {subject} wrote STOP ({channel}): only threats to life are still sent there."),
    _ABOUT_ONE,
)
STARTED: Final = kinds.declare(
    "registry.started",
    _("Person {subject} wrote START ({channel}): everything is sent there again."),
    _ABOUT_ONE,
)
KIN_NAMED: Final = kinds.declare(
    "registry.kin_named", _("{actor} named somebody to call for party {subject}."), _ABOUT_ONE
)
KIN_REMOVED: Final = kinds.declare(
    "registry.kin_removed",
    _("{actor} took back whom to call for party {subject}."),
    _ABOUT_ONE,
)
CONTACT_ADDED: Final = kinds.declare(
    "registry.contact_added",
    _("{actor} added a way to reach person {subject} ({channel})."),
    _ABOUT_ONE,
)
PHONE_ADDED: Final = kinds.declare(
    "registry.phone_added",
    _("{actor} switched on warnings on a phone of party {subject}."),
    _ABOUT_ONE,
)
PHONE_REMOVED: Final = kinds.declare(
    "registry.phone_removed",
    _("{actor} switched off warnings on phones of party {subject}."),
    _ABOUT_ONE,
)
CONFIRMED: Final = kinds.declare(
    "registry.confirmed",
    _("{actor} confirmed an address of party {subject} with a code."),
    _ABOUT_ONE,
)
OPENED: Final = kinds.declare(
    "registry.opened", _("{actor} opened the record of party {subject} with a code."), _ABOUT_ONE
)
LINKED: Final = kinds.declare(
    "registry.linked",
    _("{actor} linked person {subject} to an earlier record of the same person."),
    _ABOUT_ONE,
)
UNLINKED: Final = kinds.declare(
    "registry.unlinked",
    _("{actor} parted person {subject} from a record linked before."),
    _ABOUT_ONE,
)
CONFIDED: Final = kinds.declare(
    "registry.confided",
    _("{actor} told us something under seal of person {subject}."),
    _ABOUT_ONE,
)
STILL_ASKED: Final = kinds.declare(
    "registry.still_asked",
    lambda number: ngettext(
        "{actor} asked {count} party whether it is still there ({reason}).",
        "{actor} asked {count} parties whether they are still there ({reason}).",
        number,
    ),
)
STILL_SAID: Final = kinds.declare(
    "registry.still_said", _("Party {subject} said that it is still there."), _ABOUT_ONE
)
REPORTED: Final = kinds.declare(
    "registry.reported",
    _("Party {subject} said in a crisis that it is there. People in it: {people}."),
    _ABOUT_ONE,
)
SEARCHED: Final = kinds.declare(
    "registry.searched", _("{actor} searched for people and was shown {count}.")
)
IMPORTED: Final = kinds.declare(
    "registry.imported",
    lambda number: ngettext(
        "{actor} brought in a list: {count} new person.",
        "{actor} brought in a list: {count} new people.",
        number,
    ),
)
RENEWED: Final = kinds.declare(
    "registry.renewed",
    lambda number: ngettext(
        "{actor} bettered {count} known person by a newer list; confirmed by it: {confirmed}.",
        "{actor} bettered {count} known people by a newer list; confirmed by it: {confirmed}.",
        number,
    ),
)
IMPORT_STARTED: Final = kinds.declare(
    "registry.import_started", _("{actor} handed in a list, import {subject}.")
)
NOTICED: Final = kinds.declare(
    "registry.noticed",
    lambda number: ngettext(
        "{actor} told people of import {subject} by SMS that we hold them: {count} message.",
        "{actor} told people of import {subject} by SMS that we hold them: {count} messages.",
        number,
    ),
)
TOLD: Final = kinds.declare(
    "registry.told",
    lambda number: ngettext(
        "{count} person of a list was told where we have them from.",
        "{count} people of a list were told where we have them from.",
        number,
    ),
)
REFUSED_TAKEN: Final = kinds.declare(
    "registry.refused_taken", _("{actor} took the refused rows of import {subject}.")
)

# What the link to one's own record is signed for, and how long it opens it.
LINK_PURPOSE: Final = "registration"
LINK_LIFE: Final = timedelta(days=730)

# Ours, from practice abroad (a trip 2 days to 1 year): see the guide on data protection.
TRIP_KEPT: Final = timedelta(days=14)
RESIDENCE_KEPT: Final = timedelta(days=730)
NOWHERE_KEPT: Final = timedelta(days=30)
UPLOAD_KEPT: Final = timedelta(days=7)

LEGAL_BASES: Final = [
    ("vital interests", _("Vital interests of those listed")),
    ("public task", _("The ministry's task by law")),
    ("consent", _("Consent of those listed")),
]
LARGEST_LIST: Final = 100 * 1024 * 1024
MOST_SHOWN: Final = 20

MOST_IN_PARTY: Final = 12
# Browsers in which one party is warned.
MOST_PHONES: Final = 12
WHICH_COUNTRY: Final = _("Choose a country.")
TOO_MANY_PHONES: Final = _("Twelve phones are the most. Remove one first.")
LONGEST_NAME: Final = 100
# Registrations from one network in an hour: a school class or an embassy's guests must fit.
MOST_FORMS_AN_HOUR: Final = 120


# A one-time code: how long it works, how often it is sent to one address, how often it is tried.
CODE_LASTS: Final = timedelta(minutes=15)
CODES_APART: Final = timedelta(minutes=1)
MOST_CODES_A_DAY: Final = 5
MOST_TRIES: Final = 5
# Contact points of one address that a code stands for: a camp may share a telephone.
MOST_POINTS_OF_CODE: Final = 200

# The question whether people are still there: links that answer it and open nothing else, how
# long it may wait to be sent, how far apart it is asked, after how long silence counts.
STILL_PURPOSE: Final = "still"
STILL_LINK_LIFE: Final = timedelta(days=60)
STILL_SENT_WITHIN: Final = timedelta(days=3)
STILL_APART: Final = timedelta(days=14)
ANSWERED_WITHIN: Final = timedelta(days=7)
# How much longer somebody is held to be there who says so after a trip and names no day.
PROLONGED_BY: Final = timedelta(days=14)

# Where the two sealed fields are bound to, and what the blind index of the first is made for.
PASSPORT_FIELD: Final = "registry.Confided.passport"
MEDICAL_FIELD: Final = "registry.Confided.medical"
KIN_FIELD: Final = "registry.EmergencyContact.sealed"
PASSPORT_PURPOSE: Final = "passport"
# Fields of what is confided, each remembered by itself once it is deleted.
CONFIDED_KINDS: Final = ("passport", "medical")

# Places of one trip.
MOST_LEGS: Final = 8
# Of one report: a bus may stand behind a single telephone.
MOST_IN_REPORT: Final = 60
# How long somebody is held to be where they said "I am here", without ever having registered.
HERE_LASTS: Final = timedelta(days=14)


class StayKind(StrEnum):
    RESIDENCE = "residence"
    TRIP = "trip"


class SourceKind(StrEnum):
    WEB = "web"
    IMPORT = "import"
    SYNTHETIC = "synthetic"
    # "I am here", said in a crisis by somebody who never registered.
    HERE = "here"


class Level(StrEnum):
    """How much a party chose to tell."""

    INFORMATION = "information"
    REACHABLE = "reachable"
    FULL = "full"
    # Never registered: they only said in a crisis that they are there.
    UNREGISTERED = "unregistered"


class StillReason(StrEnum):
    """Why somebody is asked whether they are still there."""

    TRIP = "trip"
    RESIDENT = "resident"
    LEVEL = "level"


class Confidence(StrEnum):
    """How far a record may be relied upon, the best first."""

    FIRM = "firm"
    FADING = "fading"
    DOUBTFUL = "doubtful"


LEVELS: Final = {
    Level.INFORMATION: _("Information only"),
    Level.REACHABLE: _("Reachable"),
    Level.FULL: _("Full"),
    Level.UNREGISTERED: _("Not registered: said in a crisis that they are there"),
}
NAMELESS: Final = _("No name given")


# What we keep of a person and why: the words the person reads.
KEPT_UNTIL: Final = _(
    "A trip until 14 days after its end, a residence until 24 months after you last"
    " confirmed it, or until you delete it."
)
PERSONAL_FIELDS: Final = {
    "Person.given_name": _("To address you and to know who answered."),
    "Person.family_name": _("To address you and to know who answered."),
    "Person.name_language": _("To write your name as you do."),
    "Person.name_script": _("To write your name as you do."),
    "Person.name_key": _("To find you by any spelling of your name."),
    "Person.sort_key": _("To list people in the order of the alphabet."),
    "Person.twin_key": _("To notice that somebody is registered twice."),
    "Person.birth_on": _(
        "To tell people of one name apart and to help children and the old first."
    ),
    "Person.language": _("To write to you in your language."),
    "Person.reach": _("To know how you can be reached."),
    "Person.vulnerability": _("To look first for those who need it most."),
    "ContactPoint.address": _("To warn you and to hear from you."),
    "ContactPoint.language": _("To write to you in your language."),
    "ContactPoint.last_worked_at": _("To know whether messages reach you."),
    "ContactPoint.last_failed_at": _("To know whether messages reach you."),
    "ContactPoint.stopped_at": _("To leave you in peace when you ask for it."),
    "Stay.country": _("To warn those, and only those, whom a danger concerns."),
    "Stay.city": _("To warn those, and only those, whom a danger concerns."),
    "Stay.cell": _("To warn those, and only those, whom a danger concerns; about 5 km² exact."),
    "Stay.stay_from": _("To warn you while you are there."),
    "Stay.stay_until": _("To warn you while you are there, and to forget you afterwards."),
    "Stay.departed_on": _("To leave you in peace once you have left."),
    "Stay.told_by": _("To count you once where you registered twice."),
    "ContactPoint.lent_by": _("To count you once where you registered twice."),
    "ContactPoint.verified_at": _("To know that the number or address is yours."),
    "Party.level": _("To ask no more of you than you chose."),
    "Person.same_as": _("To count you once where you registered twice."),
    "Person.unanswered": _("To know how far we may rely on your record."),
    "StillThere.answered_at": _("To know how far we may rely on your record."),
}
