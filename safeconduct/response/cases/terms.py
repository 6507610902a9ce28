"""The words of requests for help: what is needed, how soon, where it stands, how it ended."""

from datetime import timedelta
from enum import IntEnum
from typing import Final

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from safeconduct.ground.audit import kinds
from safeconduct.ground.audit.kinds import Shredder
from safeconduct.ground.audit.looks import look_kind, look_reason
from safeconduct.ground.kernel.permissions import declare
from safeconduct.picture.rollcall.terms import Closing
from safeconduct.wires.messaging.terms import Channel

VIEW: Final = declare("cases.view", _("See requests for help"))
WORK: Final = declare("cases.work", _("Answer requests for help, take them on and close them"))

kinds.declare(
    "cases.reports_filed",
    lambda number: ngettext(
        "{count} report was filed; asking for help: {requests}.",
        "{count} reports were filed; asking for help: {requests}.",
        number,
    ),
)
kinds.declare(
    "cases.calls_filed",
    lambda number: ngettext(
        "{count} call for help became a request.", "{count} calls for help became requests.", number
    ),
)
kinds.declare(
    "cases.set_aside",
    lambda number: ngettext(
        "{count} report waits for somebody to read it.",
        "{count} reports wait for somebody to read them.",
        number,
    ),
)
kinds.declare("cases.report_settled", _("{actor} settled report {subject}: {outcome}."))
for _name, _sentence in (
    ("cases.taken", _("{actor} took on request {subject}, from officer {from}.")),
    ("cases.given_back", _("{actor} gave request {subject} back.")),
    ("cases.handed_over", _("{actor} handed request {subject} over to officer {to}.")),
    ("cases.moved", _("{actor} passed request {subject} to post {post}.")),
    ("cases.urgency_set", _("{actor} set the urgency of request {subject}: {urgency}.")),
    ("cases.state_set", _("{actor} set request {subject} to {state}.")),
    (
        "cases.replied",
        lambda number: ngettext(
            "{actor} answered request {subject}; {count} message says so.",
            "{actor} answered request {subject}; {count} messages say so.",
            number,
        ),
    ),
    ("cases.noted", _("{actor} wrote a note on request {subject}.")),
    ("cases.closed", _("{actor} closed request {subject}: {outcome}.")),
    ("cases.joined", _("{actor} found that request {subject} is of person {person}.")),
    ("cases.heard", _("The sender of request {subject} wrote a message.")),
    ("cases.withdrawn", _("The sender of request {subject} took it back.")),
    ("cases.wishes_set", _("The sender of request {subject} said how they may be reached.")),
    ("cases.position_stopped", _("The position of request {subject} was deleted ({why}).")),
):
    kinds.declare(_name, _sentence, Shredder.FORGET_SUBJECT)
kinds.declare(
    "cases.positions_ended",
    lambda number: ngettext(
        "{count} position was deleted when its time ended.",
        "{count} positions were deleted when their time ended.",
        number,
    ),
)

LOOKED: Final = look_kind("cases.request", _("Your request for help"))
LISTED: Final = look_kind(
    "cases.listed", _("Your name stood on the list of requests for help."), daily=True
)
FOR_REQUEST: Final = look_reason("cases.request", _("To answer your request for help"))

# By which ways no word of an answer may go, by what the form calls each refusal.
REFUSED_WAYS: Final = {
    "no_sms": Channel.SMS,
    "no_mail": Channel.EMAIL,
    "no_push": Channel.PUSH,
}
REFUSED_LABELS: Final = {
    "no_call": _("calls"),
    "no_sms": _("SMS"),
    "no_mail": _("e-mail"),
    "no_push": _("notifications on the phone"),
}
# All that a sender may ask for: ways, their own words on it, and who may read the request.
WISHES: Final = ("no_call", *REFUSED_WAYS, "reach_how", "reach_when", "share")

# Links of notices carry the number of a request; of reports, their own key (intake).
LINK_PURPOSE: Final = "request"
LINK_LIFE: Final = timedelta(days=120)
# How long a position is held where nobody ends it sooner; its owner sees the clock.
POSITION_KEPT: Final = timedelta(hours=24)
# A report that no machine could file and nobody ever read.
UNREAD_KEPT: Final = timedelta(days=365)
# How long words and photos outlive the request; its dates and its outcome stay.
KEPT: Final = timedelta(days=90)
# A notice that could not leave for so long is no news any more.
NOTICE_LASTS: Final = timedelta(hours=12)

LONGEST_WORDS: Final = 2000
MOST_PHOTOS: Final = 12
# A photo brought to the request's own page, as a camera makes it; kept is what is made of it.
LARGEST_UPLOAD: Final = 12 * 1024 * 1024
# Pixels on the longer side of a photo that is kept: enough to read a number plate.
PHOTO_SIDE: Final = 1600
# What one holder of a link may write in an hour.
MOST_MESSAGES_AN_HOUR: Final = 30


class Need(TextChoices):
    """What somebody needs; ``UNSAID`` where they could only tap "I need help"."""

    INJURED = "injured", _("Injured")
    MEDICAL = "medical", _("Ill or without medicine")
    TRAPPED = "trapped", _("Trapped or cannot leave")
    DANGER = "danger", _("Threatened or in danger")
    ARRESTED = "arrested", _("Arrested or detained")
    MISSING = "missing", _("Somebody is missing")
    SHELTER = "shelter", _("No shelter, food or money")
    TRANSPORT = "transport", _("Needs transport")
    DOCUMENTS = "documents", _("Lost documents")
    OTHER = "other", _("Something else")
    UNSAID = "unsaid", _("Needs help, has not said what")


class Urgency(IntegerChoices):
    NOW = 1, _("Now")
    TODAY = 2, _("Today")
    DAYS = 3, _("Within days")


class State(TextChoices):
    """Where a request stands. Nobody but an officer ends it."""

    NEW = "new", _("New")
    OPEN = "open", _("In hand")
    WAITING = "waiting", _("Waits for the person")
    CLOSED = "closed", _("Closed")


class Outcome(TextChoices):
    """How a request ended."""

    HELPED = "helped", _("Helped, and now safe")
    REFERRED = "referred", _("Passed on to somebody who helps")
    MISTAKE = "mistake", _("Help was not needed")
    LEFT = "left", _("Left the area and is safe")
    WITHDRAWN = "withdrawn", _("Taken back by the person")
    UNREACHABLE = "unreachable", _("Could not be reached")
    DOUBLE = "double", _("Held in another request")
    DECEASED = "deceased", _("Found dead")


# What closes the call on the roll as well; after any other outcome the person still needs help
# as far as we know.
CLOSES_CALL: Final = {
    Outcome.HELPED: Closing.HELPED,
    Outcome.MISTAKE: Closing.MISTAKE,
    Outcome.LEFT: Closing.LEFT,
    Outcome.DECEASED: Closing.DECEASED,
}


class Way(IntegerChoices):
    """How a request came in."""

    APP = 1, _("By the form")
    ANSWER = 2, _("By an answer to our question")
    TEXT = 3, _("By text message or e-mail")
    OFFICER = 4, _("Noted by an officer")


class Direction(IntEnum):
    IN = 1
    OUT = 2
    # What an officer notes for colleagues; the person reads it with all else we hold.
    NOTE = 3


class KeptBack(TextChoices):
    """Why the person a note is about reads only that there is one, in officers' words."""

    OTHER = "other", _("Kept back: it tells of another person")
    DANGER = "danger", _("Kept back: somebody could come to harm")
    # Those an officer chooses end here.
    EARLIER = "earlier", _("Kept back: written before people could read notes")


class Deed(TextChoices):
    """What an event tells; its detail holds terms and numbers, never words."""

    OPENED = "opened", _("Request opened")
    REPEATED = "repeated", _("Called for help again")
    TAKEN = "taken", _("Taken on")
    GIVEN_BACK = "given_back", _("Given back")
    HANDED_OVER = "handed_over", _("Handed over")
    MOVED = "moved", _("Passed to another post")
    URGENCY = "urgency", _("Urgency set")
    STATE = "state", _("State set")
    JOINED = "joined", _("Found in the registry")
    WITHDRAWN = "withdrawn", _("Taken back by the person")
    WISHES = "wishes", _("Said anew how they may be reached")
    POSITION_ENDED = "position_ended", _("Position deleted")
    PHOTOS_LOST = "photos_lost", _("Photos that could not be read were left out")
    ELSEWHERE = "elsewhere", _("Another request of the same person is open")
    CALL_CLOSED = "call_closed", _("The call for help was closed on the board")
    CLOSED = "closed", _("Request closed")


class Settled(TextChoices):
    """What became of a report no machine could file."""

    OPENED = "opened", _("A request was opened for it")
    DISMISSED = "dismissed", _("It says nothing we can act on")
