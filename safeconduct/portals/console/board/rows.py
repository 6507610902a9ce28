"""Standings with the words an officer needs beside them: names, what was tried, who looks after."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

from safeconduct.ground.accounts.queries import officer_names
from safeconduct.picture.registry.models import Person
from safeconduct.picture.registry.queries import shown_name
from safeconduct.picture.rollcall.models import Standing
from safeconduct.picture.rollcall.terms import Safety
from safeconduct.portals.console.board.words import (
    CHANNELS,
    RECORD_DELETED,
    SAFETIES,
    STATES,
    TONES,
)
from safeconduct.response.alerts.models import Release
from safeconduct.response.cases.queries import open_cases_of
from safeconduct.response.checkins.models import Round
from safeconduct.wires.messaging.queries import Tried, tried_for


@dataclass(frozen=True, slots=True)
class Try:
    """One channel tried, with how it ended; ``failure`` is the provider's own word for why."""

    channel: str | Promise
    state: str | Promise
    tried: Tried


@dataclass(frozen=True, slots=True)
class Row:
    """A person in a list."""

    standing: Standing
    name: str | Promise
    tries: list[Try]
    carer: str
    # The incident's last alert: its page of this person says why this was sent and not that.
    alert_id: int | None = None
    # The open request for help that speaks for them.
    case_id: int | None = None

    @property
    def intensity(self) -> float:
        """Modified Mercalli."""
        return self.standing.intensity / 10

    @property
    def safety(self) -> str | Promise:
        return SAFETIES[Safety(self.standing.safety)]

    @property
    def tone(self) -> str:
        return TONES[Safety(self.standing.safety)]


def rows_of(incident_id: int, standings: Collection[Standing]) -> list[Row]:
    """The rows of a list, in its order; seven queries however many there are."""
    names = names_of([standing.person_id for standing in standings])
    tries = tries_of(incident_id, {standing.party_id for standing in standings})
    carers = officer_names(standing.claimed_by for standing in standings)
    last = last_alert(incident_id)
    cases = open_cases_of(incident_id, [one.person_id for one in standings if one.help_open])
    return [
        Row(
            standing=standing,
            name=names.get(standing.person_id, RECORD_DELETED),
            tries=tries[standing.party_id],
            carer=carers.get(standing.claimed_by or 0, ""),
            alert_id=last,
            case_id=cases.get(standing.person_id),
        )
        for standing in standings
    ]


def last_alert(incident_id: int) -> int | None:
    """The alert released last in an incident."""
    found = Release.objects.filter(alert__incident_id=incident_id)
    return found.order_by("-released_at", "-pk").values_list("alert_id", flat=True).first()


def names_of(person_ids: Iterable[int]) -> dict[int, str]:
    """Full names as people gave them; whoever was deleted meanwhile is absent."""
    found = Person.objects.filter(pk__in=list(person_ids))
    return {
        number: shown_name(given, family)
        for number, given, family in found.values_list("pk", "given_name", "family_name")
    }


def tries_of(incident_id: int, party_ids: Collection[int]) -> defaultdict[int, list[Try]]:
    """Every message of the incident's rounds to somebody of each party.

    A party that shares a telephone got one message, addressed to one of them.
    """
    members = dict(Person.objects.filter(party_id__in=party_ids).values_list("pk", "party_id"))
    rounds = Round.objects.filter(incident_id=incident_id, batch_id__isnull=False)
    batches = [number for number in rounds.values_list("batch_id", flat=True) if number]
    found: defaultdict[int, list[Try]] = defaultdict(list)
    for person_id, tried in tried_for(list(members), batches).items():
        found[members[person_id]] += [
            Try(CHANNELS[one.channel], STATES[one.state], one) for one in tried
        ]
    return found
