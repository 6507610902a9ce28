"""What a caller must know before they dial, as those above the calls know it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

from safeconduct.ground.kernel.catalogues import Catalogue


@dataclass(frozen=True, slots=True)
class Caution:
    """What somebody of a party asked for: not to be called, or how and when it is safe."""

    no_call: bool = False
    how: str = ""
    when: str = ""


# Each entry tells what the parties with these ids asked for; those who asked nothing are absent.
CAUTIONS: Final = Catalogue[Callable[[Collection[int]], Mapping[int, Caution]]](
    "source of cautions"
)


def cautions_for(party_ids: Collection[int]) -> dict[int, Caution]:
    """By party; of two that are told of one, whoever says "do not call" is heard."""
    found: dict[int, Caution] = {}
    for name in CAUTIONS:
        for party_id, told in CAUTIONS[name](party_ids).items():
            known = found.get(party_id, Caution())
            found[party_id] = Caution(
                known.no_call or told.no_call, known.how or told.how, known.when or told.when
            )
    return found
