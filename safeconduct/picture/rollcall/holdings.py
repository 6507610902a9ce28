"""What the rolls hold of people, told to themselves."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from safeconduct.ground.privacy.holdings import Entry, Fact, Holder, holding
from safeconduct.picture.incidents.queries import incidents_called
from safeconduct.picture.registry.holdings import called
from safeconduct.picture.rollcall.models import Attempt, Sighting, Standing
from safeconduct.picture.rollcall.terms import How, Outcome, Presence, Safety, Witness

_SAFETIES = {
    Safety.NO_ANSWER: _lazy("Not heard from yet"),
    Safety.SAFE: _lazy("Safe and well"),
    Safety.NEEDS_HELP: _lazy("Needs help"),
    Safety.INJURED: _lazy("Injured"),
    Safety.MISSING: _lazy("Missing"),
    Safety.DECEASED: _lazy("Deceased"),
}
_PRESENCES = {
    Presence.UNKNOWN: _lazy("Not known whether there"),
    Presence.PRESUMED: _lazy("Presumed there"),
    Presence.CONFIRMED: _lazy("There"),
    Presence.DEPARTED: _lazy("Has left"),
    Presence.NEVER_THERE: _lazy("Was not there"),
}
_WITNESSES = {
    Witness.SELF: _lazy("the person"),
    Witness.PARTY: _lazy("somebody of the party"),
    Witness.OFFICER: _lazy("an officer"),
}


def declare() -> None:
    """Have the rolls' tables told."""
    holding(
        "rollcall.standings",
        _lazy("How you stand in a crisis"),
        tables=["rollcall.Standing"],
        read=_standings,
        order=50,
    )
    holding(
        "rollcall.sightings",
        _lazy("What was said of you"),
        tables=["rollcall.Sighting"],
        read=_sightings,
        order=52,
    )
    holding(
        "rollcall.attempts",
        _lazy("When we tried to reach you in vain"),
        tables=["rollcall.Attempt"],
        read=_attempts,
        order=54,
    )


def _standings(holder: Holder) -> list[Entry]:
    names, incidents = called(holder.person_ids), incidents_called()
    # By incident as well: the key begins with it.
    found = Standing.objects.filter(
        incident_id__in=list(incidents), person_id__in=holder.person_ids
    )
    return [
        [
            Fact("incident", _("Crisis"), incidents.get(one.incident_id)),
            Fact("person", _("Who"), names.get(one.person_id)),
            Fact("presence", _("There or not"), str(_PRESENCES[Presence(one.presence)])),
            Fact("safety", _("Safe or not"), str(_SAFETIES[Safety(one.safety)])),
            Fact("help_open", _("Call for help is open"), one.help_open),
            Fact("conflict", _("Witnesses disagree"), one.conflict),
            Fact("stated_at", _("Last word of you"), one.stated_at),
            Fact("asked_at", _("Last asked"), one.asked_at),
            Fact("attempts", _("Tries to reach you"), one.attempts),
        ]
        for one in found.order_by("-incident_id", "person_id")
    ]


def _sightings(holder: Holder) -> list[Entry]:
    names, incidents = called(holder.person_ids), incidents_called()
    found = Sighting.objects.filter(person_id__in=holder.person_ids)
    return [
        [
            Fact("incident", _("Crisis"), incidents.get(one.incident_id)),
            Fact("person", _("Of whom"), names.get(one.person_id)),
            Fact("stated_at", _("When it was said"), one.stated_at),
            Fact("received_at", _("When it reached us"), one.received_at),
            Fact("witness", _("Who said it"), str(_WITNESSES[Witness(one.witness)])),
            Fact("told_by", _("Who told the officer"), one.told_by or None),
            Fact("safety", _("Safe or not"), _safety(one.safety)),
            Fact("presence", _("There or not"), _presence(one.presence)),
        ]
        for one in found.order_by("-stated_at", "-id")
    ]


def _attempts(holder: Holder) -> list[Entry]:
    names, incidents = called(holder.person_ids), incidents_called()
    found = Attempt.objects.filter(incident_id__in=list(incidents), person_id__in=holder.person_ids)
    return [
        [
            Fact("incident", _("Crisis"), incidents.get(one.incident_id)),
            Fact("person", _("Who"), names.get(one.person_id)),
            Fact("at", _("When"), one.at),
            Fact("how", _("How"), str(How(one.how).label)),
            Fact("outcome", _("What came of it"), str(Outcome(one.outcome).label)),
        ]
        for one in found.order_by("-at", "-pk")
    ]


def _safety(value: int | None) -> str | None:
    return None if value is None else str(_SAFETIES[Safety(value)])


def _presence(value: int | None) -> str | None:
    return None if value is None else str(_PRESENCES[Presence(value)])
