"""Alerts as officers and the public see them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.kernel.languages import fallbacks
from safeconduct.picture.audiences.queries import laid_out
from safeconduct.picture.audiences.terms import Preview
from safeconduct.picture.incidents.models import Incident
from safeconduct.picture.incidents.queries import open_incident_of_signal
from safeconduct.response.alerts import rules
from safeconduct.response.alerts.engine import wording
from safeconduct.response.alerts.models import Alert, CapMessage, Release
from safeconduct.response.alerts.terms import MOST_SEGMENTS, MsgType
from safeconduct.wires.messaging.queries import Tally, batch_tally
from safeconduct.wires.messaging.rules import best_language
from safeconduct.wires.messaging.terms import State

# Feeds are read by machines that poll: they want what is new, not everything.
FEED_LENGTH: Final = 100


def alerts_in(countries: frozenset[str] | None) -> QuerySet[Alert]:
    """Alerts that touch one of these countries (None: all), the latest first."""
    rows = Alert.objects.order_by("-created_at", "-id").select_related("incident")
    return rows if countries is None else rows.filter(countries__overlap=sorted(countries))


@dataclass(frozen=True, slots=True)
class LanguageLine:
    """People of one language, and which text they would get."""

    language: str
    people: int
    written: str | None


@dataclass(frozen=True, slots=True)
class SmsLine:
    """What an SMS text comes to once it is cut into parts."""

    language: str
    encoding: str
    parts: int
    units: int
    too_many: bool


def language_lines(alert: Alert, preview: Preview) -> list[LanguageLine]:
    written = [text.language for text in alert.texts.all()]
    return [
        LanguageLine(language, people, best_language(language, written))
        for language, people in preview.languages.items()
    ]


def sms_lines(alert: Alert) -> list[SmsLine]:
    """SMS parts by language, by real encoding, with a link and code of real length."""
    lines = []
    for text in alert.texts.order_by("language"):
        cut = wording.sms_segments(text.sms, language=text.language, exercise=alert.exercise)
        too_many = cut.count > MOST_SEGMENTS
        lines.append(SmsLine(text.language, cut.encoding, cut.count, cut.units, too_many))
    return lines


STATE_NAMES: Final = {
    State.WAITING: _("Waiting"),
    State.CLAIMED: _("Being handed over"),
    State.HANDED: _("Handed over, no proof yet"),
    State.DELIVERED: _("Proven delivered"),
    State.INVALID_ADDRESS: _("Address does not exist"),
    State.REFUSED_BY_PROVIDER: _("Refused by the provider"),
    State.EXPIRED: _("Not sent: the alert expired"),
    State.STOPPED: _("Not sent: the alert was stopped"),
    State.GAVE_UP: _("Given up after several tries"),
    State.BLOCKED_BY_OPERATOR: _("Blocked by an operator"),
    State.ANSWERED: _("Not needed any more"),
    State.UNSUBSCRIBED: _("Not sent: the person said stop, or would not talk"),
}


@dataclass(frozen=True, slots=True)
class StateLine:
    """How many messages are in a state; a line only where there are some."""

    label: str | Promise
    messages: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a release has come: laid out, then handed over, beside what was read before."""

    release: Release
    preview: Preview | None
    final: dict[str, int]
    tally: Tally

    @property
    def states(self) -> list[StateLine]:
        by_state = sorted(self.tally.messages_by_state().items())
        return [StateLine(STATE_NAMES[state], count) for state, count in by_state if count]

    @property
    def is_laid_out(self) -> bool:
        return self.release.expanded_at is not None

    @property
    def expected_people(self) -> int:
        return self.preview.people if self.preview else 0

    @property
    def expected_messages(self) -> int:
        return sum(self.preview.messages.values()) if self.preview else 0

    @property
    def difference(self) -> int:
        """People laid out more (or, below zero, fewer) than were previewed."""
        return self.final.get("people", 0) - self.expected_people


def progress_of(release: Release) -> Progress:
    return Progress(
        release=release,
        preview=Preview.from_dict(release.audience.preview),
        final=release.audience.final or laid_out(release.audience),
        tally=batch_tally([release.batch_id]),
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """A published message in one language."""

    message: CapMessage
    headline: str
    description: str
    instruction: str
    language: str
    cancelled: bool


def active_messages(now: datetime, language: str) -> list[Shown]:
    """What warns of something now, the latest first, each in the reader's language if it has it."""
    rows = _published(now)
    gone = _cancelled(rows)
    active = [
        row
        for row in rows
        if rules.is_active(row.identifier, row.msg_type, row.expires_at, gone, now)
    ]
    return [shown(row, language, cancelled=False) for row in active]


def feed_messages(now: datetime, language: str) -> list[Shown]:
    """What the feed holds: everything unexpired, and cancellations, since readers must know."""
    rows = _published(now)
    gone = _cancelled(rows)
    return [shown(row, language, cancelled=row.identifier in gone) for row in rows[:FEED_LENGTH]]


def is_cancelled(message: CapMessage) -> bool:
    cancels = CapMessage.objects.filter(alert_id=message.alert_id, msg_type=MsgType.CANCEL)
    return message.msg_type == MsgType.CANCEL or cancels.exists()


def shown(message: CapMessage, language: str, *, cancelled: bool) -> Shown:
    texts = {text.language: text for text in message.alert.texts.all()}
    best = next((code for code in fallbacks(language) if code in texts), min(texts))
    text = texts[best]
    is_cancel = message.msg_type == MsgType.CANCEL
    return Shown(
        message=message,
        headline=text.headline,
        description=wording.cancelled(best) if is_cancel else text.description,
        instruction="" if is_cancel else text.instruction,
        language=best,
        cancelled=cancelled or is_cancel,
    )


def _published(now: datetime) -> list[CapMessage]:
    rows = CapMessage.objects.filter(is_public=True, expires_at__gt=now).order_by("-sent", "-id")
    return list(rows.select_related("alert").prefetch_related("alert__texts"))


def _cancelled(rows: list[CapMessage]) -> set[str]:
    """Identifiers of messages whose alert was cancelled."""
    stopped = {row.alert_id for row in rows if row.msg_type == MsgType.CANCEL}
    return {row.identifier for row in rows if row.alert_id in stopped}


def unexpanded(*, released_before: datetime) -> list[int]:
    """Releases that were to be written to everybody long ago and still are not, oldest first."""
    rows = Release.objects.filter(expanded_at=None, released_at__lt=released_before)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def joined_by_itself(alert: Alert) -> Incident | None:
    """The open incident of an alert's own signal, which its release would join unasked."""
    if alert.incident_id is not None or alert.signal_id is None:
        return None
    return open_incident_of_signal(alert.signal_id, exercise=alert.exercise)


def alike_incidents(alert: Alert) -> QuerySet[Incident]:
    """Open incidents of the same hazard and countries that an alert without one may be about.

    An alert from a signal that has an incident joins that one by itself.
    """
    if alert.incident_id is not None:
        return Incident.objects.none()
    found = Incident.objects.filter(
        closed_at=None,
        hazard=alert.hazard,
        exercise=alert.exercise,
        countries__overlap=alert.countries,
    )
    if joined_by_itself(alert) is not None:
        return Incident.objects.none()
    return found.order_by("-pk")
