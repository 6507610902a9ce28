"""What a party may read of its own requests."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import partial

from django.utils.translation import gettext_lazy as _

from safeconduct.ground.privacy.holdings import Entry, Fact, Holder, holding
from safeconduct.response.cases import queries
from safeconduct.response.cases.models import Case
from safeconduct.response.cases.terms import REFUSED_LABELS, Need, State


def _requests(holder: Holder) -> Sequence[Entry]:
    cases, named = queries.read_by_record(holder.party_id)
    details = queries.details_of_cases(cases)
    return [*_whole(cases, details), *map(_named, named)]


def _named(case: Case) -> Entry:
    """Of a request that this link may not show: that there is one."""
    return (
        Fact("reference", _("Reference"), case.reference),
        Fact("received_at", _("Received"), case.received_at),
        Fact("elsewhere", _("All the rest"), _("Only on the request's own page")),
    )


def _photos(case: Case) -> list[str]:
    """A request's photos as files of their own (RFC 2397), for the file alone."""
    return [
        "data:image/jpeg;base64," + b64encode(content).decode()
        for content in queries.photos_of(case)
    ]


def _whole(cases: Sequence[Case], details: Mapping[int, Mapping[str, object]]) -> list[Entry]:
    photos = queries.photos_in(cases)
    return [
        (
            Fact("reference", _("Reference"), case.reference),
            Fact("received_at", _("Received"), case.received_at),
            Fact("what", _("What you need"), str(Need(case.what).label)),
            Fact("state", _("Where it stands"), str(State(case.state).label)),
            Fact("photos", _("Photos"), photos.get(case.pk, 0), partial(_photos, case)),
            Fact("position_until", _("Your position is held until"), case.position_until),
            *(
                Fact(name, REFUSED_LABELS.get(name, _("Told by you")), _told(name, value))
                for name, value in details.get(case.pk, {}).items()
            ),
        )
        for case in cases
    ]


def _told(name: str, value: object) -> str:
    return str(_("not to be used")) if name in REFUSED_LABELS else str(value)


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
