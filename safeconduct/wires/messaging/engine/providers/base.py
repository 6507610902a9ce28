"""What every provider is: something that takes one message and says what became of it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any, ClassVar, Final, final

from safeconduct.wires.messaging import rules
from safeconduct.wires.messaging.engine.providers import guard
from safeconduct.wires.messaging.terms import Channel, State


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message ready to leave. ``reference`` is ours and comes back in receipts."""

    reference: str
    address: str
    subject: str
    body: str
    language: str
    exercise: bool
    # Under which name it is sent where the provider has one for the country; else its own.
    sender: str = ""
    # Until when it may leave, by the machine's monotonic clock; and whether it still may.
    ends_at: float = inf
    is_over: Callable[[], bool] = _never


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider made of a message.

    ``state`` is ``HANDED``, an end, or ``WAITING`` to try again, after ``wait`` seconds if
    the provider asked for that. ``unreachable`` says that it heard nothing of the message,
    so that the attempt does not count and the provider is left alone for a while. ``busy`` says
    that it was given too much at once: it gets less, and nobody's message is given up for that.
    ``withheld``: its time was over before it could be offered.
    """

    state: State
    ref: str = ""
    failure: str = ""
    maybe_twice: bool = False
    wait: float | None = None
    unreachable: bool = False
    busy: bool = False
    withheld: bool = False


WITHHELD: Final = Answer(State.WAITING, withheld=True)


@dataclass(frozen=True, slots=True)
class House:
    """What a provider must know of the installation: mode, seconds to wait, where reports go."""

    mode: str
    timeout: float
    receipts_url: str
    lease: float


def unreachable(failure: str) -> Answer:
    return Answer(State.WAITING, failure=failure, unreachable=True)


def busy(failure: str, *, wait: float | None) -> Answer:
    return Answer(State.WAITING, failure=failure, wait=wait, busy=True)


def later(failure: str, *, maybe_twice: bool = False, wait: float | None = None) -> Answer:
    return Answer(State.WAITING, failure=failure, maybe_twice=maybe_twice, wait=wait)


class Provider(ABC):
    """Base of the small siblings, one for each kind of provider.

    ``options`` are the entry of ``MESSAGING["PROVIDERS"]``. Whoever adds a kind
    implements ``_hand_over`` and maps each answer to accepted, later, or a named end.
    ``hand_over`` is nobody else's: in it an exercise is kept in the house.
    """

    kind: ClassVar[str]
    host: str

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "hand_over" in vars(cls) or "_objection" in vars(cls):
            raise TypeError(f"{cls.__name__} may not decide by itself what leaves the house.")

    def __init__(self, name: str, options: Mapping[str, Any], house: House) -> None:
        self.name = name
        self.channel = Channel[str(options["channel"]).upper()]
        self.in_flight = int(options.get("in_flight", 0)) or None
        # What the limits of its line read: per second, by country, by sender's name.
        self.options = options
        self.weight = max(float(options.get("weight", 1)), 0.001)
        self.identity = str(options.get("from", ""))
        self.timeout = house.timeout
        # All that one message may take, which must end before its lease does.
        self.longest_call = house.timeout
        self.mode = house.mode
        self.receipts_url = house.receipts_url
        self.sink = bool(options.get("sink", False))
        self.host = self._host_of(options)
        guard.refuse_host(self.host, mode=self.mode)

    @abstractmethod
    def _host_of(self, options: Mapping[str, Any]) -> str:
        """The host that messages go to."""

    async def open(self) -> None:  # noqa: B027 -- not every kind needs it
        """Prepare whatever is shared by all messages; called once in the sender's loop."""

    async def close(self) -> None:  # noqa: B027 -- as above
        """Let go of it."""

    async def probe(self) -> bool | None:
        """Whether the provider answers, asked without a message; None if it cannot be asked."""
        return None

    @final
    async def hand_over(self, parcel: Parcel) -> Answer:
        """Offer one message; never raises for what a provider or a network may do."""
        objection = self._objection(parcel)
        if objection is not None:
            return Answer(State.REFUSED_BY_PROVIDER, failure=objection)
        if not self._can_be(parcel.address):
            return Answer(State.INVALID_ADDRESS, failure="not an address of this channel")
        return await self._hand_over(parcel)

    @final
    def _objection(self, parcel: Parcel) -> str | None:
        return guard.objection(
            host=self._host_for(parcel),
            mode=self.mode,
            sink=self.sink,
            address=parcel.address,
            exercise=parcel.exercise,
        )

    def _host_for(self, parcel: Parcel) -> str:  # noqa: ARG002 -- for kinds whose addresses have one
        """The host this very message would go to."""
        return self.host

    def _can_be(self, address: str) -> bool:
        if self.channel is Channel.SMS:
            return rules.is_phone(address)
        return rules.is_mail_address(address)

    @abstractmethod
    async def _hand_over(self, parcel: Parcel) -> Answer:
        """Offer one message that may leave."""
