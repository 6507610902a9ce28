"""The hands of one provider: each takes a message from the desk, offers it, notes the answer."""

import asyncio
import logging
import time
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from safeconduct.ground.kernel import clock
from safeconduct.wires.messaging import rules
from safeconduct.wires.messaging.engine.desk import Desk
from safeconduct.wires.messaging.engine.line import Line
from safeconduct.wires.messaging.engine.outbox import Claimed
from safeconduct.wires.messaging.engine.places import destination
from safeconduct.wires.messaging.engine.providers.base import Answer, Parcel, Provider, later
from safeconduct.wires.messaging.engine.recalled import Recalled
from safeconduct.wires.messaging.engine.references import reference
from safeconduct.wires.messaging.engine.results import Ledger
from safeconduct.wires.messaging.engine.wording import NoWordsError
from safeconduct.wires.messaging.terms import State

log: Final = logging.getLogger(__name__)


class Hands:
    """What all hands of one line know."""

    def __init__(
        self,
        line: Line,
        desk: Desk,
        ledger: Ledger,
        recalled: Recalled,
        settings: dict[str, Any],
    ) -> None:
        self._line = line
        self._desk = desk
        self._ledger = ledger
        self._recalled = recalled
        self._waits: list[float] = settings["RETRY_SECONDS"]
        self._longest_call = line.provider.longest_call

    async def work(self, *, reserved: bool) -> None:
        """One hand's day; ends when the desk has closed."""
        line, desk = self._line, self._desk
        while not desk.is_closed:
            claimed = desk.pick(line, reserved=reserved)
            if claimed is None:
                await line.rest(reserved=reserved)
            else:
                await self._send(claimed)

    async def _send(self, claimed: Claimed) -> None:
        if self._is_over(claimed):
            self._line.gate.abandoned()
            self._end(claimed)
        elif claimed.ends_at - time.monotonic() < self._longest_call:
            self._line.gate.abandoned()
            self._ledger.give_back(claimed, at=clock.now())
        else:
            await self._hand_over(claimed)

    def _is_over(self, claimed: Claimed) -> bool:
        return self._recalled.holds(claimed.id) or _ended(claimed) is not None

    def _end(self, claimed: Claimed) -> None:
        """Note how it ended; what was withdrawn has ended in the database already."""
        ended = _ended(claimed)
        if ended and not self._recalled.holds(claimed.id):
            name = self._line.provider.name
            self._ledger.note(claimed, provider=name, state=ended, at=clock.now(), tried=False)

    async def _hand_over(self, claimed: Claimed) -> None:
        line = self._line
        try:
            parcel = self._parcel(claimed)
        except NoWordsError as missing:
            line.gate.abandoned()
            self._settle(claimed, Answer(State.GAVE_UP, failure=str(missing)), clock.now())
            return
        line.begin(claimed.id)
        try:
            answer = await _answer_of(line.provider, parcel)
        except asyncio.CancelledError:
            line.forget(claimed.id)
            raise
        now = clock.now()
        if answer.withheld:
            line.forget(claimed.id)
            line.gate.answered()
            self._end(claimed)
            return
        line.note(claimed.id, answer, now=now)
        if not answer.unreachable:
            line.gate.answered()
        elif line.gate.unanswered() and not self._desk.is_served():
            # Hold nothing for a channel that nobody serves; its leases would run out here.
            for held in self._desk.stock.drop():
                self._ledger.give_back(held, at=now)
        self._settle(claimed, answer, now)

    def _parcel(self, claimed: Claimed) -> Parcel:
        batch = claimed.batch
        spoken, subject, body = batch.wording.render(
            claimed.channel, claimed.language, claimed.subject_id, claimed.post_id
        )
        sender = ""
        if self._line.identities:
            sender = self._line.identity(destination(claimed.address, claimed.country))
        return Parcel(
            reference=reference(batch.id, claimed.id),
            address=claimed.address,
            subject=subject,
            body=body,
            language=spoken,
            exercise=batch.exercise,
            sender=sender,
            ends_at=batch.ends_at,
            is_over=partial(self._is_over, claimed),
        )

    def _settle(self, claimed: Claimed, answer: Answer, now: datetime) -> None:
        state, due = answer.state, None
        if state is State.WAITING and not answer.unreachable:
            due = self._due(claimed, answer, now)
            state = State.WAITING if due else State.GAVE_UP
        self._ledger.note(
            claimed,
            provider=self._line.provider.name,
            state=state,
            at=now,
            tried=not answer.unreachable,
            twice=answer.maybe_twice and state is State.WAITING,
            ref=answer.ref,
            failure=answer.failure,
            due=due,
        )

    def _due(self, claimed: Claimed, answer: Answer, now: datetime) -> datetime | None:
        # Only how far apart these are counts: the database dates the next try by its own clock.
        left = timedelta(seconds=claimed.batch.ends_at - time.monotonic())
        attempts = claimed.attempts + 1
        if answer.busy:
            # It has too much of ours, which is no fault of this message.
            attempts = min(attempts, len(self._waits))
        due = rules.next_attempt(attempts, now=now, waits=self._waits, not_after=now + left)
        if due is None and answer.busy:
            # Our own wait would outlast it.
            return now + left / 2
        if due is None or answer.wait is None:
            return due
        # Whoever asks us to wait until it is too late is asked once more before.
        return max(due, now + min(timedelta(seconds=answer.wait), left / 2))


async def _answer_of(provider: Provider, parcel: Parcel) -> Answer:
    """What the provider says; a mistake in its code costs this message a try, nothing more."""
    try:
        return await provider.hand_over(parcel)
    except Exception as fault:  # noqa: BLE001 -- else one message would end the sender
        kind = type(fault).__name__
        # Not what it says: that may quote the number and the text.
        log.error("The provider %s failed unforeseen: %s.", provider.name, kind)  # noqa: TRY400
        return later(f"unforeseen: {kind}", maybe_twice=True)


def _ended(claimed: Claimed) -> State | None:
    if claimed.batch.stopped:
        return State.STOPPED
    return State.EXPIRED if time.monotonic() >= claimed.batch.ends_at else None
