"""What a party may read of its own requests."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from safeconduct.ground.privacy.holdings import Entry, Fact, Holder, holding
from safeconduct.response.cases import queries
from safeconduct.response.cases.models import Case
from safeconduct.response.cases.terms import Need, State


def _requests(holder: Holder) -> Sequence[Entry]:
    cases = list(Case.objects.filter(party_id=holder.party_id).order_by("-received_at", "pk"))
    details = queries.details_of_cases(cases)
    return [
        (
            Fact("reference", _("Reference"), case.reference),
            Fact("received_at", _("Received"), case.received_at),
            Fact("what", _("What you need"), str(Need(case.what).label)),
            Fact("state", _("Where it stands"), str(State(case.state).label)),
            Fact("position_until", _("Your position is held until"), case.position_until),
            *(
                Fact(name, _("Told by you"), str(value))
                for name, value in details.get(case.pk, {}).items()
            ),
        )
        for case in cases
    ]


def _messages(holder: Holder) -> Sequence[Entry]:
    return [
        (
            Fact("reference", _("Reference"), line.reference),
            Fact("at", _("When"), line.at),
            Fact("from_us", _("From us"), line.is_ours),
            Fact("words", _("Words"), line.words),
        )
        for line in queries.conversation_of_party(holder.party_id)
    ]


holding(
    "cases.requests",
    _("Requests for help"),
    tables=["cases.Case", "cases.Photo", "cases.Unread"],
    read=_requests,
    order=60,
)
holding(
    "cases.messages",
    _("What was said in your requests"),
    tables=["cases.Message"],
    read=_messages,
    order=61,
)
