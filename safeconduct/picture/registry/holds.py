"""Who must not be forgotten yet, as those above the registry know it."""

from collections.abc import Callable, Sequence
from typing import Final

from safeconduct.ground.kernel.catalogues import Catalogue

# Of these people, those somebody still needs: each entry is asked before anybody expires.
HOLDS: Final = Catalogue[Callable[[Sequence[int]], set[int]]]("hold on people")


def still_needed(person_ids: Sequence[int]) -> set[int]:
    """Those of these people whom at least one hold keeps."""
    kept: set[int] = set()
    for name in HOLDS:
        kept |= HOLDS[name](person_ids)
    return kept
