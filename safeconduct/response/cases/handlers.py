"""What requests do about news from the registry and the roll."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from safeconduct.ground.kernel import facts
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.privacy.forgotten import Reaction, Subjects, reactions, subjects
from safeconduct.picture.registry.events import PeopleForgotten
from safeconduct.picture.registry.holds import HOLDS
from safeconduct.picture.rollcall.events import CallClosed
from safeconduct.response.cases import tasks
from safeconduct.response.cases.actions import forget_people, open_for
from safeconduct.response.cases.actions.keeping import forget_words
from safeconduct.response.cases.models import Case


def connect() -> None:
    """Have jobs written when people leave the registry or a call is closed on the board."""
    HOLDS.register("cases.open", open_for)
    facts.on(PeopleForgotten, _forget)
    facts.on(CallClosed, _note)
    subjects.register("case", Subjects(_said))
    reactions.register("cases.case", Reaction("case", _shred_again))
    reactions.register("cases.person", Reaction("person", _forget_again))


def _forget(ids: dict[str, object]) -> None:
    people = ids["person_ids"]
    assert isinstance(people, tuple)  # noqa: S101 -- the fact says so
    tasks.forget_people.defer(person_ids=list(people))


def _said() -> Iterable[tuple[int, datetime]]:
    """Requests of which there are words."""
    held = Case.objects.filter(forgotten_at=None).order_by("pk")
    return held.values_list("pk", "opened_at").iterator()


def _shred_again(ids: Sequence[int], now: datetime, actor: Actor) -> None:  # noqa: ARG001 -- as all of them
    forget_words(ids, now)


def _forget_again(ids: Sequence[int], now: datetime, actor: Actor) -> None:  # noqa: ARG001 -- as above
    """At once: after a restore nothing is served before it is done, and jobs wait for workers."""
    forget_people(person_ids=ids, now=now)


def _note(ids: dict[str, object]) -> None:
    incident, person = ids["incident_id"], ids["person_id"]
    assert isinstance(incident, int)  # noqa: S101 -- the fact says so
    assert isinstance(person, int)  # noqa: S101 -- as above
    tasks.note_call_closed.defer(incident_id=incident, person_id=person)
