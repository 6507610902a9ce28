"""Calls officers made to people, told to themselves."""

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from safeconduct.ground.audit.looks import look_kind, look_reason
from safeconduct.ground.privacy.holdings import Entry, Fact, Holder, holding
from safeconduct.picture.registry.holdings import called
from safeconduct.response.calls.models import Call, WardenCall
from safeconduct.response.calls.terms import Outcome

# What an officer sees with a call, and what for where no crisis says so.
SHEET: Final = look_kind("calls.sheet", _lazy("Your number and the script to call you were read."))
TO_CALL: Final = look_reason("call", _lazy("to call you"))


def declare() -> None:
    """Have calls told."""
    holding("calls.calls", _lazy("Calls to you"), tables=["calls.Call"], read=_calls, order=66)
    holding(
        "calls.given",
        _lazy("People of trust who were given your number to call you"),
        tables=["calls.WardenCall"],
        read=_given,
        order=67,
    )


def _calls(holder: Holder) -> list[Entry]:
    names = called(holder.person_ids)
    found = Call.objects.filter(person_id__in=holder.person_ids).order_by("-taken_at", "-pk")
    return [
        [
            Fact("person", _("Who"), names.get(one.person_id)),
            Fact("taken_at", _("When"), one.taken_at),
            Fact("outcome", _("What came of it"), _outcome(one.outcome)),
            Fact("told_by", _("Who told the officer"), one.told_by or None),
        ]
        for one in found
    ]


def _given(holder: Holder) -> list[Entry]:
    names = called(holder.person_ids)
    found = WardenCall.objects.filter(person_id__in=holder.person_ids).select_related("of")
    return [
        [
            Fact("person", _("Who"), names.get(one.person_id)),
            Fact("given_at", _("When"), one.of.made_at),
            Fact("until", _("Until"), one.of.ended_at or one.of.until),
        ]
        for one in found.order_by("-pk")
    ]


def _outcome(value: str) -> str | None:
    return str(Outcome(value).label) if value else None
