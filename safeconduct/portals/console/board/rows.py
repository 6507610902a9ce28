"""Standings with the words an officer needs beside them: names, what was tried, who looks after."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from django.utils.functional import Promise

from safeconduct.ground.accounts.queries import officer_names
from safeconduct.picture.registry.models import ContactPoint, Person
from safeconduct.picture.registry.queries import shown_name
from safeconduct.picture.rollcall import queries as rollcall
from safeconduct.picture.rollcall.models import Standing
from safeconduct.picture.rollcall.terms import Safety
from safeconduct.portals.console.board.words import (
    CHANNELS,
    RECORD_DELETED,
    SAFETIES,
    TONES,
    shared_word,
    state_word,
)
from safeconduct.response.alerts.models import Release
from safeconduct.response.cases.queries import open_cases_of
from safeconduct.response.checkins.models import Round
from safeconduct.wires.messaging.engine.spoken import spoken_to
from safeconduct.wires.messaging.queries import Tried, tried_for


@dataclass(frozen=True, slots=True)
class Try:
    """One channel tried, with how it ended; ``failure`` is the provider's own word for why.

    Where one message speaks to several of a party, ``through_id`` is whose it was, and
    ``through`` says so.
    """

    channel: str | Promise
    state: str | Promise
    tried: Tried
    through_id: int | None = None
    through: str = ""

    def naming(self, names: Mapping[int, str | Promise]) -> "Try":
        """The same with the name of whose message it was, where that is among these."""
        name = names.get(self.through_id or 0)
        return replace(self, through=shared_word(self.tried.channel, name)) if name else self


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
    """The rows of a list, in its order; eight queries however many there are."""
    names = names_of([standing.person_id for standing in standings])
    tries = tries_of(incident_id, standings)
    carers = officer_names(standing.claimed_by for standing in standings)
    last = last_alert(incident_id)
    cases = open_cases_of(incident_id, [one.person_id for one in standings if one.help_open])
    return [
        Row(
            standing=standing,
            name=names.get(standing.person_id, RECORD_DELETED),
            tries=tries[standing.person_id],
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


def tries_of(incident_id: int, standings: Collection[Standing]) -> dict[int, list[Try]]:
    """By person, every message of the incident's rounds that was theirs, in its order.

    A party that shares an address got one message, to one of them: it was everybody's whose
    address it is or was. A call is the whole party's. What went to another's telephone was not
    theirs, but for whoever has no contact at all: it is all there is to tell them by.
    """
    parties = {standing.party_id for standing in standings}
    members = dict(Person.objects.filter(party_id__in=parties).values_list("pk", "party_id"))
    rounds = Round.objects.filter(incident_id=incident_id, batch_id__isnull=False)
    batches = [number for number in rounds.values_list("batch_id", flat=True) if number]
    sent: defaultdict[int, list[tuple[int, Tried]]] = defaultdict(list)
    for person_id, tried in tried_for(list(members), batches).items():
        sent[members[person_id]] += [(person_id, one) for one in tried]
    was_theirs = spoken_to([one.person_id for one in standings], batches)
    known: defaultdict[int, set[str]] = defaultdict(set)
    theirs = ContactPoint.objects.filter(person_id__in=[one.person_id for one in standings])
    for person_id, address in theirs.values_list("person_id", "address"):
        known[person_id].add(address)
    sizes = Counter(members.values())
    return {
        one.person_id: [
            _try(
                tried,
                None if recipient == one.person_id else recipient,
                shares=bool(known[one.person_id]),
            )
            for recipient, tried in sent[one.party_id]
            if recipient == one.person_id
            or not known[one.person_id]
            or rollcall.speaks_to_member(
                channel=tried.channel,
                covers=tried.covers,
                shares_address=tried.address in known[one.person_id]
                or (one.person_id, tried.batch_id, tried.id) in was_theirs,
                members=sizes[one.party_id],
            )
        ]
        for one in standings
    }


def _try(tried: Tried, through_id: int | None, *, shares: bool) -> Try:
    state = state_word(tried.channel, tried.state)
    through = shared_word(tried.channel, shares=shares) if through_id else ""
    return Try(CHANNELS[tried.channel], state, tried, through_id, through)
