"""What requests do about news from the registry and the roll."""

from safeconduct.ground.kernel import facts
from safeconduct.picture.registry.events import PeopleForgotten
from safeconduct.picture.registry.holds import HOLDS
from safeconduct.picture.rollcall.events import CallClosed
from safeconduct.response.cases import tasks
from safeconduct.response.cases.actions import open_for


def connect() -> None:
    """Have jobs written when people leave the registry or a call is closed on the board."""
    HOLDS.register("cases.open", open_for)
    facts.on(PeopleForgotten, _forget)
    facts.on(CallClosed, _note)


def _forget(ids: dict[str, object]) -> None:
    people = ids["person_ids"]
    assert isinstance(people, tuple)  # noqa: S101 -- the fact says so
    tasks.forget_people.defer(person_ids=list(people))


def _note(ids: dict[str, object]) -> None:
    incident, person = ids["incident_id"], ids["person_id"]
    assert isinstance(incident, int)  # noqa: S101 -- the fact says so
    assert isinstance(person, int)  # noqa: S101 -- as above
    tasks.note_call_closed.defer(incident_id=incident, person_id=person)
