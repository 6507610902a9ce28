"""What has become of messages, and how the providers do."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Max, QuerySet, Sum

from safeconduct.wires.messaging.engine.places import leads_to
from safeconduct.wires.messaging.models import (
    BatchTally,
    Delivery,
    ProviderHealth,
    ProviderOut,
    SenderIdentity,
)
from safeconduct.wires.messaging.terms import Channel, Registration, State, is_synthetic

# A sender notes its providers every second; silent for this long, it is gone.
_SILENT_AFTER: Final = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Count:
    """Messages of one kind and the people they speak to. Claimed ones count as waiting."""

    channel: Channel
    state: State
    country: str
    messages: int
    people: int


@dataclass(frozen=True, slots=True)
class Tally:
    """The counters of some batches together."""

    counts: tuple[Count, ...]

    def messages(
        self, *states: State, channel: Channel | None = None, country: str | None = None
    ) -> int:
        """Messages in any of these states; without one, all."""
        return sum(count.messages for count in self._picked(states, channel, country))

    def people(
        self, *states: State, channel: Channel | None = None, country: str | None = None
    ) -> int:
        """People spoken to by them. Somebody written to on two channels counts on each."""
        return sum(count.people for count in self._picked(states, channel, country))

    def messages_by_state(self) -> dict[State, int]:
        return _summed((count.state, count.messages) for count in self.counts)

    def messages_by_channel(self) -> dict[Channel, int]:
        return _summed((count.channel, count.messages) for count in self.counts)

    def _picked(
        self, states: tuple[State, ...], channel: Channel | None, country: str | None
    ) -> Iterable[Count]:
        return (
            count
            for count in self.counts
            if (not states or count.state in states)
            and channel in {None, count.channel}
            and country in {None, count.country}
        )


def _summed[Key](pairs: Iterable[tuple[Key, int]]) -> dict[Key, int]:
    totals: dict[Key, int] = defaultdict(int)
    for key, number in pairs:
        totals[key] += number
    return dict(totals)


def batch_tally(batch_ids: Collection[int]) -> Tally:
    """How many messages of these batches, and people, are in each state, channel and country.

    One query over counters, whose number does not grow with the messages.
    """
    rows = (
        BatchTally.objects.filter(batch_id__in=batch_ids)
        .values("channel", "state", "country")
        .annotate(m=Sum("messages"), p=Sum("people"))
        .order_by("channel", "state", "country")
    )
    return Tally(
        tuple(
            Count(Channel(row["channel"]), State(row["state"]), row["country"], row["m"], row["p"])
            for row in rows
            if row["m"] or row["p"]
        )
    )


@dataclass(frozen=True, slots=True)
class Tried:
    """One message to one person: by which way, how it ended or stands, and why it failed."""

    id: int
    batch_id: int
    channel: Channel
    address: str
    state: State
    failure: str
    attempts: int
    maybe_twice: bool
    handed_at: datetime | None
    settled_at: datetime | None
    # People it speaks to: a family's one telephone gets one message for all.
    covers: int = 1


def tried_for(recipient_ids: Collection[int], batch_ids: Collection[int]) -> dict[int, list[Tried]]:
    """Every channel tried for each of these recipients, in the order it was; one query."""
    rows = Delivery.objects.filter(batch_id__in=batch_ids, recipient_id__in=recipient_ids)
    tried: dict[int, list[Tried]] = {recipient_id: [] for recipient_id in recipient_ids}
    for row in rows.order_by("batch_id", "id"):
        tried[row.recipient_id].append(
            Tried(
                id=row.id,
                batch_id=row.batch_id,
                channel=Channel(row.channel),
                address=row.address,
                state=State(row.state),
                failure=row.failure,
                attempts=row.attempts,
                maybe_twice=row.maybe_twice,
                handed_at=row.handed_at,
                settled_at=row.settled_at,
                covers=row.covers,
            )
        )
    return tried


@dataclass(frozen=True, slots=True)
class ProviderState:
    """One provider over all senders. ``lagging`` is what turns the board grey."""

    name: str
    channel: Channel
    lagging: bool
    seen_at: datetime | None
    last_ok_at: datetime | None
    last_failed_at: datetime | None
    failure: str
    handed: int
    failed: int
    latency_ms: int
    # What failed last, whether or not it still does.
    last_failure: str = ""
    # Of the part it would get in full health, the mean over all senders.
    share: float = 1.0
    link_at: datetime | None = None
    link_ok: bool | None = None
    out_since: datetime | None = None

    @property
    def share_percent(self) -> int:
        return 0 if self.out_since else round(100 * self.share)


def provider_health(now: datetime) -> list[ProviderState]:
    """Each configured provider: alive, how quick, and what failed in the last minute.

    It lags if no sender speaks for it, or if its last word was a failure and
    at least as many calls failed as succeeded.
    """
    fresh: dict[str, list[ProviderHealth]] = defaultdict(list)
    for row in ProviderHealth.objects.filter(seen_at__gte=now - _SILENT_AFTER).order_by("id"):
        fresh[row.provider].append(row)
    names = sorted(settings.MESSAGING["PROVIDERS"])
    out = dict(ProviderOut.objects.values_list("provider", "since"))
    return [_provider_state(name, fresh[name], out.get(name)) for name in names]


def _provider_state(
    name: str, rows: list[ProviderHealth], out_since: datetime | None
) -> ProviderState:
    channel = Channel[settings.MESSAGING["PROVIDERS"][name]["channel"].upper()]
    ok_at = max((row.last_ok_at for row in rows if row.last_ok_at), default=None)
    failed_at = max((row.last_failed_at for row in rows if row.last_failed_at), default=None)
    handed, failed = sum(row.handed for row in rows), sum(row.failed for row in rows)
    failing = failed > 0 and failed >= handed and (ok_at is None or ok_at < (failed_at or ok_at))
    tested = max((row for row in rows if row.link_at), key=_link_at, default=None)
    failed_last = max((row for row in rows if row.last_failed_at), key=_failed_at, default=None)
    return ProviderState(
        name=name,
        channel=channel,
        lagging=not rows or failing,
        seen_at=max((row.seen_at for row in rows), default=None),
        last_ok_at=ok_at,
        last_failed_at=failed_at,
        failure=next((row.failure for row in rows if row.failure), "") if failing else "",
        handed=handed,
        failed=failed,
        latency_ms=max((row.latency_ms for row in rows), default=0),
        last_failure=failed_last.failure if failed_last else "",
        share=sum(row.share for row in rows) / len(rows) if rows else 1.0,
        link_at=tested.link_at if tested else None,
        link_ok=tested.link_ok if tested else None,
        out_since=out_since,
    )


def _link_at(row: ProviderHealth) -> datetime:
    assert row.link_at is not None  # noqa: S101 -- only asked where it is
    return row.link_at


def _failed_at(row: ProviderHealth) -> datetime:
    assert row.last_failed_at is not None  # noqa: S101 -- as above
    return row.last_failed_at


def sender_identities() -> QuerySet[SenderIdentity]:
    """All names we send under, by country."""
    return SenderIdentity.objects.order_by("country", "provider", "sender", "id")


def untrue_receipts() -> frozenset[str]:
    """Countries through whose operators a report that an SMS was delivered proves nothing.

    With several names there the worst of them counts, since nobody can say which one a
    message bore; a name that was refused bears none. Where nobody has looked, reports hold.
    """
    rows = SenderIdentity.objects.filter(receipts_true=False).exclude(state=Registration.REFUSED)
    return frozenset(rows.values_list("country", flat=True))


def proves_nothing(address: str, country: str, untrue: Collection[str]) -> bool:
    """Whether a report about an SMS to this number means nothing: its operators count.

    ``country`` is where the reader is; only a made-up number leads there. Countries that
    share a calling code are believed together, or not, as they are claimed together.
    """
    beginnings, countries = leads_to(untrue)
    if is_synthetic(address):
        return country in countries
    return address.startswith(tuple(beginnings))


def senders_seen_at() -> datetime | None:
    """When a sender last noted that it lives."""
    seen: datetime | None = ProviderHealth.objects.aggregate(last=Max("seen_at"))["last"]
    return seen
