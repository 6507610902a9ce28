"""Forgetting what is over."""

import logging
from datetime import datetime

from django.db import DatabaseError, transaction

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.privacy.retention import RetentionRule, rules
from safeconduct.ground.privacy.terms import FORGOTTEN

log = logging.getLogger(__name__)


def apply_retention(*, now: datetime, actor: Actor) -> dict[str, int | None]:
    """Apply every rule and return rows forgotten by rule; None for one that failed.

    A rule that fails is logged and does not keep the others from their work.
    """
    return {name: _apply(rule, now, actor) for name, rule in rules.items()}


def _apply(rule: RetentionRule, now: datetime, actor: Actor) -> int | None:
    try:
        with transaction.atomic():
            gone = rule.forget(now)
            if gone:
                record(
                    FORGOTTEN,
                    actor=actor,
                    subject_kind="retention",
                    detail={"rule": rule.name, "count": gone},
                    now=now,
                )
    except DatabaseError:
        log.exception("The retention rule %s failed.", rule.name)
        return None
    return gone
