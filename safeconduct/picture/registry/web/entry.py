"""The page on which a family says where it is, how to reach it and who it is."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django import forms
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.places.queries import place
from safeconduct.picture.registry import rules, terms
from safeconduct.picture.registry.actions import Member, PartyDraft
from safeconduct.picture.registry.models import Party, Person, Stay
from safeconduct.picture.registry.queries import stays_told_by
from safeconduct.picture.registry.terms import Level
from safeconduct.picture.registry.web.forms import Typed
from safeconduct.picture.registry.web.rows import LegForm, MemberForm, ReachForm

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class PartyEntry:
    """The whole page. Keeps what was typed whatever is wrong with it."""

    most_legs, most_members = terms.MOST_LEGS, terms.MOST_IN_PARTY

    def __init__(
        self, data: Typed | None, *, reader: str, now: datetime, party: Party | None = None
    ) -> None:
        self.today = now.date()
        data = _visible(data) if data is not None else None
        self.added = data is not None and ("add" in data or "add_leg" in data)
        said = _said_by(party, reader, self.today) if party else _Said.blank(reader)
        bound = None if data is None or self.added else data
        adds = data is not None and "add" in data
        adds_leg = data is not None and "add_leg" in data
        self.count = _rows(data, "m", "given_name", len(said.members), terms.MOST_IN_PARTY) + adds
        legs = _rows(data, "l", "place", len(said.legs), terms.MOST_LEGS) + adds_leg
        self.reach = ReachForm(bound, initial=said.reach)
        self.legs = [self._leg(bound, number, said.legs, reader) for number in range(legs)]
        self.members = [self._member(bound, number, said.members) for number in range(self.count)]
        # Whoever registers has a name; on the record page an emptied one means "remove".
        nameless = bound is not None and bound.get("level") == Level.INFORMATION
        self.members[0].fields["given_name"].required = party is None and not nameless
        if data is not None and bound is None:
            self._keep(data)

    @property
    def forms(self) -> list[forms.Form]:
        """In the order of the page; of who wants no names, no names are judged."""
        return [*self.legs, self.reach, *([] if self._is_nameless else self.members)]

    @property
    def blank_leg(self) -> LegForm:
        """For a page that has to add one by itself, X standing for its number."""
        return LegForm(None, prefix="lX", reader="en", today=self.today, initial={})

    @property
    def wrong(self) -> bool:
        return any(form.errors for form in self.forms)

    @property
    def may_grow(self) -> bool:
        return self.count < terms.MOST_IN_PARTY

    @property
    def may_go_on(self) -> bool:
        return len(self.legs) < terms.MOST_LEGS

    def is_valid(self) -> bool:
        if self.added:
            return False
        judged = [leg.is_valid() for leg in self.legs]
        hit = self.legs[0].cleaned_data.get("hit")
        self.reach.country = hit.country if hit else None
        judged += [form.is_valid() for form in (self.reach, *self.members) if form in self.forms]
        return all(judged) and self._has_somebody() and self._in_order()

    def draft(self) -> PartyDraft:
        """What the family says; only after ``is_valid``."""
        told = self.reach.cleaned_data
        return PartyDraft(
            members=self._members(),
            legs=self._ordered(),
            phone=told["phone"],
            mail=told["mail"],
            language=told["language"],
            level=told["level"],
        )

    @property
    def _is_nameless(self) -> bool:
        return self.reach.is_bound and self.reach.data.get("level") == Level.INFORMATION

    def _members(self) -> list[Member]:
        if not self._is_nameless:
            return [one for form in self.members if (one := form.member())]
        # Who was known by a name and wants that no more stays the same person.
        ids = [_number(form.data.get(form.add_prefix("id"))) for form in self.members]
        count = self.reach.cleaned_data["people"] or 1
        return [Member(id=ids[at] if at < len(ids) else None) for at in range(count)]

    def _has_somebody(self) -> bool:
        if self._is_nameless or any(form.member() for form in self.members):
            return True
        self.members[0].add_error("given_name", _("Enter a name."))
        return False

    def _in_order(self) -> bool:
        before: date | None = None
        for form in self.legs:
            if form.is_empty:
                continue
            try:
                before = form.leg(before).stay_until
            except Refusal as refusal:
                form.add_error("until", str(refusal.message))
                return False
        return True

    def _ordered(self) -> list[rules.Leg]:
        legs: list[rules.Leg] = []
        for form in self.legs:
            if not form.is_empty:
                legs.append(form.leg(legs[-1].stay_until if legs else None))
        return sorted(legs, key=lambda leg: leg.stay_from)

    def _member(
        self, data: Typed | None, number: int, said: Sequence[dict[str, object]]
    ) -> MemberForm:
        initial = said[number] if number < len(said) else {}
        member = MemberForm(data, prefix=f"m{number}", initial=initial)
        member.today = self.today
        return member

    def _leg(
        self, data: Typed | None, number: int, said: Sequence[dict[str, object]], reader: str
    ) -> LegForm:
        return LegForm(
            data,
            prefix=f"l{number}" if number else None,
            reader=reader,
            today=self.today,
            initial=said[number] if number < len(said) else {},
        )

    def _keep(self, data: Typed) -> None:
        """A row more is asked for: show everything as typed, judge nothing yet."""
        for form in (*self.legs, self.reach, *self.members):
            for name in form.fields:
                if (typed := data.get(form.add_prefix(name))) is not None:
                    form.initial[name] = typed
        for leg in self.legs:
            if leg.initial.get("chosen_place"):
                leg.offer(str(leg.initial.get("place", "")))


class _Said:
    """What a record says already, row by row, as forms take it."""

    def __init__(
        self,
        members: list[dict[str, object]],
        legs: list[dict[str, object]],
        reach: dict[str, object],
    ) -> None:
        self.members, self.legs, self.reach = members, legs, reach

    @classmethod
    def blank(cls, reader: str) -> "_Said":
        return cls([{}], [{}], {"language": reader, "level": Level.REACHABLE})


def _said_by(party: Party, reader: str, today: date) -> _Said:
    people = list(party.people.order_by("pk"))
    legs = [_leg_said(stay, reader) for stay in stays_told_by(people[0], today=today)]
    members: list[dict[str, object]] = [
        {
            "id": one.pk,
            "given_name": one.given_name,
            "family_name": one.family_name,
            "birth_on": one.birth_on,
        }
        for one in people
    ]
    return _Said(members, legs or [{}], _reach_said(party, people))


def _reach_said(party: Party, people: Sequence[Person]) -> dict[str, object]:
    points = people[0].contact_points.filter(lent_by=None).order_by("-pk")
    addresses = {point.channel: point.address for point in points}
    never_chose = party.level == Level.UNREGISTERED
    return {
        "phone": addresses.get(1, ""),
        "mail": addresses.get(2, ""),
        "language": people[0].language,
        "level": Level.REACHABLE if never_chose else party.level,
        "people": len(people),
    }


def _leg_said(stay: Stay, reader: str) -> dict[str, object]:
    hit = place(f"{stay.country_id}:{stay.city_id}" if stay.city_id else stay.country_id, reader)
    return {
        "place": hit.label if hit else "",
        "begins": stay.stay_from,
        "until": stay.stay_until - timedelta(days=1) if stay.stay_until else None,
    }


def _visible(data: Typed) -> Typed:
    """What was typed without control characters, which no page can show again."""
    seen = data.copy()
    for name, values in seen.lists():
        seen.setlist(name, [_CONTROLS.sub("", str(value)) for value in values])
    return seen


def _rows(data: Typed | None, letter: str, field: str, known: int, most: int) -> int:
    """How many rows of a kind the page has: as many as came, or as the record holds."""
    if data is None:
        return max(known, 1)
    named = re.compile(rf"{letter}\d+-{field}")
    came = sum(bool(named.fullmatch(key)) for key in data) + (letter == "l")
    return min(max(came, 1), most)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else None
