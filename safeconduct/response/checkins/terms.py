"""The words of asking: limits, permissions, and why an answer needs a person to read it."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from safeconduct.ground.audit import kinds
from safeconduct.ground.audit.looks import look_kind, look_reason
from safeconduct.ground.kernel.permissions import declare

SETTLE: Final = declare("checkins.settle", _("Read unclear answers and say whom they speak for"))
OPEN_ROUND: Final = declare("checkins.open_round", _("Ask again who is safe"))

for _name, _sentence in (
    ("checkins.round_opened", _("{actor} opened round {round} in incident {subject}.")),
    (
        "checkins.asked",
        lambda number: ngettext(
            "{count} person was asked in round {round}.",
            "{count} people were asked in round {round}.",
            number,
        ),
    ),
    (
        "checkins.replies_recorded",
        lambda number: ngettext(
            "{count} answer came in for incident {subject}.",
            "{count} answers came in for incident {subject}.",
            number,
        ),
    ),
    (
        "checkins.set_aside",
        lambda number: ngettext(
            "{count} answer waits for somebody to read it.",
            "{count} answers wait for somebody to read them.",
            number,
        ),
    ),
    (
        "checkins.met_by_link",
        lambda number: ngettext(
            "{count} unclear answer was settled by an answer by link.",
            "{count} unclear answers were settled by an answer by link.",
            number,
        ),
    ),
    (
        "checkins.unclear_settled",
        lambda number: ngettext(
            "{actor} read unclear answer {subject} for {count} person.",
            "{actor} read unclear answer {subject} for {count} people.",
            number,
        ),
    ),
    (
        "checkins.unclear_matched",
        _("{actor} found that unclear answer {subject} is about person {person}."),
    ),
    (
        "checkins.forgotten",
        lambda number: ngettext(
            "{count} unclear answer was rid of people who left the registry.",
            "{count} unclear answers were rid of people who left the registry.",
            number,
        ),
    ),
    ("checkins.unclear_dismissed", _("{actor} put unclear answer {subject} away: {reason}.")),
):
    kinds.declare(_name, _sentence)

SHOWN: Final = look_kind(
    "checkins.unclear", _("Your name stood beside a message that was not clear.")
)
TO_READ: Final = look_reason(
    "checkins.unclear", _("to find out whom a message that was not clear is about")
)

# Asked-ids are dealt in blocks of this many; a chunk of an audience fills one at most.
BLOCK_SIZE: Final = 20_000
# How long answers and standings outlive their incident.
KEPT: Final = timedelta(days=90)
# A text that nobody ever settled.
UNSETTLED_KEPT: Final = timedelta(days=365)
# How long a text that comes again is known for one.
HEARD_KEPT: Final = timedelta(days=7)


class Reason(TextChoices):
    """Why a machine must not guess what an answer means."""

    NO_NUMBER = "no_number", _("The number is not known")
    NOT_ASKED = "not_asked", _("Nobody with this number was asked")
    SEVERAL_PEOPLE = "several_people", _("Several people use this number")
    SEVERAL_QUESTIONS = "several_questions", _("More than one question is open")
    UNREADABLE = "unreadable", _("The text may mean more than one thing")
    UNKNOWN_LINK = "unknown_link", _("The link speaks for nobody we asked")
    CLOSED = "closed", _("The incident was closed before the answer came")
    QUESTION_CLOSED = "question_closed", _("The question was closed before the answer came")
    BROKEN = "broken", _("The answer could not be read")
    UNPROVEN = "unproven", _("Nothing proves who sent this mail")


class Wish(StrEnum):
    """What a message asks of us instead of answering."""

    STOP = "stop"
    START = "start"


class Dismissal(TextChoices):
    """Why an officer puts an unclear answer away."""

    NOT_AN_ANSWER = "not_an_answer", _("Not an answer")
    KNOWN_ALREADY = "known_already", _("Known already")
    WRONG_NUMBER = "wrong_number", _("Somebody else's number")
    PASSED_ON = "passed_on", _("Passed on to somebody else")


SETTLED: Final = "settled"
# The family said by its link whom the answer was for.
BY_LINK: Final = "by_link"
# An officer found out whose the unknown number is.
MATCHED: Final = "matched"
