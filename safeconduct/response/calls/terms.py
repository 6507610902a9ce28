"""The words of calling people: outcomes, limits, permissions."""

from datetime import timedelta
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.audit import kinds
from safeconduct.ground.audit.kinds import Shredder
from safeconduct.ground.kernel.permissions import declare

CALL: Final = declare("calls.make", _("Telephone people on the list of calls"))
HAND_OVER: Final = declare("calls.hand_over", _("Hand calls over to a warden"))
SECTION: Final = _("Calls")

for _name, _sentence in (
    ("calls.taken", _("{actor} took the call to person {subject}.")),
    ("calls.ended", _("{actor} ended the call to person {subject}: {outcome}.")),
    ("calls.undone", _("{actor} undid what they wrote of the call to person {subject}.")),
    ("calls.settled", _("The call to person {subject} was settled: {outcome}.")),
    (
        "calls.handed_over",
        _("{actor} gave the call to person {subject} to a warden (list {list})."),
    ),
):
    kinds.declare(_name, _sentence, Shredder.FORGET_SUBJECT)

for _name, _sentence in (
    ("calls.list_opened", _("The warden opened list {subject}.")),
    ("calls.list_ended", _("{actor} took back the warden's list {subject}.")),
    ("calls.warden_noted", _("The warden of list {subject} wrote down a call: {outcome}.")),
):
    kinds.declare(_name, _sentence)

# A call belongs to whoever took it for so long; then it goes back to the list.
HELD_FOR: Final = timedelta(minutes=10)
# So long an outcome can be undone before it takes effect. A call for help does not wait.
UNDO_FOR: Final = timedelta(seconds=60)
# Nobody is rung more often than this for one alert.
MOST_TRIES: Final = 4
LATEST_CALL_BACK: Final = timedelta(hours=24)
# How many of the list a page shows.
SHOWN: Final = 100
# A warden's list: so many people, for so long, behind a link of this purpose.
MOST_OF_A_LIST: Final = 50
LONGEST_LIST: Final = timedelta(hours=24)
WARDEN_LINK: Final = "warden"


class Outcome(TextChoices):
    """What came of a call."""

    SAFE = "safe", _("Safe")
    HELP = "help", _("Needs help")
    NOT_THERE = "not_there", _("Not there")
    TOLD = "told", _("Told them")
    NO_ANSWER = "no_answer", _("No answer")
    LEFT_MESSAGE = "left_message", _("Left a message")
    WRONG_NUMBER = "wrong_number", _("Wrong number")
    REFUSED = "refused", _("Would not talk")
    # Not an officer's choice: they never said what came of it.
    LAPSED = "lapsed", _("Nothing was written down")
    GIVEN_BACK = "given_back", _("Given back to the list")


# What a question's and what an information's call can end with, in the order of the buttons.
OF_QUESTION: Final = (
    Outcome.SAFE,
    Outcome.HELP,
    Outcome.NOT_THERE,
    Outcome.NO_ANSWER,
    Outcome.LEFT_MESSAGE,
    Outcome.WRONG_NUMBER,
    Outcome.REFUSED,
)
OF_INFORMATION: Final = (Outcome.TOLD, *OF_QUESTION[3:])
