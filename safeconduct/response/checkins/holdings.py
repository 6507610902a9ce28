"""What people were asked and what they answered, told to themselves."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from safeconduct.ground.privacy.holdings import Entry, Fact, Holder, holding
from safeconduct.picture.incidents.queries import incidents_called
from safeconduct.picture.registry.holdings import called
from safeconduct.picture.registry.models import ContactPoint
from safeconduct.response.checkins.models import Asked, Reply, Round, Unclear
from safeconduct.response.checkins.terms import Dismissal
from safeconduct.wires.intake.terms import Answer, Door
from safeconduct.wires.messaging.terms import Channel

_ANSWERS = {
    Answer.SAFE: _lazy("Safe and well"),
    Answer.NEEDS_HELP: _lazy("Needs help"),
    Answer.NOT_THERE: _lazy("Was not there"),
}


def declare() -> None:
    """Have questions, answers and unclear texts told."""
    holding(
        "checkins.asked",
        _lazy("When we asked whether you are safe"),
        tables=["checkins.Asked"],
        read=_asked,
        order=60,
    )
    holding(
        "checkins.replies",
        _lazy("What you answered"),
        tables=["checkins.Reply"],
        read=_replies,
        order=62,
    )
    holding(
        "checkins.unclear",
        _lazy("Texts of yours that an officer reads"),
        tables=["checkins.Unclear"],
        read=_unclear,
        order=64,
    )


def _rows(holder: Holder) -> list[Asked]:
    # By incident and round as well: the key begins with them.
    rounds = dict(Round.objects.values_list("pk", "incident_id"))
    found = Asked.objects.filter(
        incident_id__in=set(rounds.values()), round_id__in=list(rounds), party_id=holder.party_id
    )
    return list(found.order_by("-asked_at", "-id"))


def _asked(holder: Holder) -> list[Entry]:
    names, incidents = called(holder.person_ids), incidents_called()
    return [
        [
            Fact("incident", _("Crisis"), incidents.get(one.incident_id)),
            Fact("person", _("Who"), names.get(one.person_id)),
            Fact("asked_at", _("Asked"), one.asked_at),
        ]
        for one in _rows(holder)
    ]


def _replies(holder: Holder) -> list[Entry]:
    names, incidents = called(holder.person_ids), incidents_called()
    asked = {one.id: one for one in _rows(holder)}
    found = Reply.objects.filter(
        incident_id__in={one.incident_id for one in asked.values()}, asked_id__in=list(asked)
    )
    return [
        [
            Fact("incident", _("Crisis"), incidents.get(one.incident_id)),
            Fact("person", _("Of whom"), names.get(one.person_id)),
            Fact("answered_by", _("Who said it"), _by(one, asked, names)),
            Fact("answer", _("Answer"), str(_ANSWERS[Answer(one.answer)])),
            Fact("through", _("How"), Door(one.channel).name.lower()),
            Fact("stated_at", _("When it was said"), one.stated_at),
            Fact("received_at", _("When it reached us"), one.received_at),
        ]
        for one in found.order_by("-stated_at", "-id")
    ]


def _by(reply: Reply, asked: dict[int, Asked], names: dict[int, str]) -> str | None:
    said = asked.get(reply.answered_by_id)
    return names.get(said.person_id) if said else None


def _proven(holder: Holder) -> set[str]:
    """The numbers and addresses that are theirs beyond doubt.

    Anybody can register anybody's number, and reads by that record's link what this gives.
    """
    points = ContactPoint.objects.filter(
        channel__in=(Channel.SMS, Channel.EMAIL), verified_at__isnull=False, lent_by=None
    )
    mine = points.filter(person_id__in=holder.person_ids)
    addresses = set(mine.values_list("address", flat=True))
    others = points.filter(address__in=addresses).exclude(person__party_id=holder.party_id)
    return addresses - set(others.values_list("address", flat=True))


def _unclear(holder: Holder) -> list[Entry]:
    proven = _proven(holder)
    # Some gateways drop the plus, and what came is kept as it came.
    found = Unclear.objects.filter(sender__in=proven | {one.removeprefix("+") for one in proven})
    return [
        [
            Fact("received_at", _("When it reached us"), one.received_at),
            Fact("sender", _("Number or address"), one.sender),
            Fact("text", _("Words"), one.text),
            Fact("settled_at", _("Read by an officer"), one.settled_at),
            Fact("outcome", _("What came of it"), _settled(one.outcome)),
        ]
        for one in found.order_by("-received_at", "-pk")
    ]


def _settled(outcome: str) -> str | None:
    if not outcome:
        return None
    put_away = outcome in Dismissal
    return str(Dismissal(outcome).label) if put_away else _("Taken as an answer")
