"""Who stood on a list by name: that is a look as well, and the person may read of it.

Once a day for each officer, list and crisis: whoever turns pages, or has the board open for
hours, sees the same names again.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.accounts.access import officer_of
from safeconduct.ground.audit.looks import Why, look_kind
from safeconduct.ground.kernel import clock
from safeconduct.ground.missions.actions import note_look
from safeconduct.picture.incidents.terms import INCIDENT
from safeconduct.picture.rollcall.terms import VIEW

LISTED: Final = look_kind(
    "board.listed", _("Your name stood on a list that an officer read."), daily=True
)
# Officers times incidents that one process remembers for a day; then it asks the table again.
_MOST_REMEMBERED: Final = 1_000

_remembered: dict[tuple[int, int, date], set[int]] = {}


def note_listed(request: HttpRequest, people: Mapping[int, str], why: Why) -> None:
    """Write down for these people, by their country, that their names were on the screen."""
    note_look(
        officer=officer_of(request),
        permission=VIEW,
        people=people,
        countries=people,
        what=LISTED,
        why=why,
        now=clock.now(),
    )


def note_on_board(request: HttpRequest, incident_id: int, people: Mapping[int, str]) -> None:
    """As :func:`note_listed`, for the first calls on a board that asks every second.

    A process remembers whom it has noted today, so that a poll costs a query only when
    somebody new appears.
    """
    key = (officer_of(request).pk, incident_id, clock.now().date())
    if key not in _remembered and len(_remembered) >= _MOST_REMEMBERED:
        _remembered.clear()
    known = _remembered.setdefault(key, set())
    if news := people.keys() - known:
        fresh = {one: people[one] for one in news}
        note_listed(request, fresh, Why(INCIDENT, incident_id))
        known |= news
