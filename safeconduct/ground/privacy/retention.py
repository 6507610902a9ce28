"""What expires: rules that each capability registers, applied every night."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from safeconduct.ground.kernel.catalogues import Catalogue

# Forgets what is over at the given instant and returns how many rows went.
type Forget = Callable[[datetime], int]


@dataclass(frozen=True)
class RetentionRule:
    """``meaning`` is a sentence for the person concerned."""

    name: str
    meaning: str | Promise
    forget: Forget


rules: Catalogue[RetentionRule] = Catalogue("retention rule")


def rule(name: str, meaning: str | Promise, forget: Forget) -> None:
    """Register a rule, usually in ``apps.ready()``. It runs in a transaction of its own."""
    rules.register(name, RetentionRule(name, meaning, forget))
