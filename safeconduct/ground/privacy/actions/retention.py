"""Forgetting what is over."""

import logging
from datetime import datetime

from django.db import transaction

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.privacy.models import RetentionRun
from safeconduct.ground.privacy.retention import RetentionRule, rules
from safeconduct.ground.privacy.terms import FORGOTTEN

log = logging.getLogger(__name__)


def apply_retention(*, now: datetime, actor: Actor) -> dict[str, int | None]:
    """Apply every rule and return rows forgotten by rule; None for one that failed.

    A rule that fails is logged, noted with since when it does, and does not keep the
    others from their work.
    """
    done = {name: _apply(rule, now, actor) for name, rule in rules.items()}
    for name, gone in done.items():
        _note(name, gone, now)
    # A rule that is no longer there would look as if it had stopped working.
    RetentionRun.objects.exclude(rule__in=done).delete()
    return done


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
    except Exception:
        # Whatever it is: behind it wait the other rules.
        log.exception("The retention rule %s failed.", rule.name)
        return None
    return gone


def _note(name: str, gone: int | None, now: datetime) -> None:
    if gone is not None:
        ran = {"ran_at": now, "gone": gone, "fails_since": None}
        RetentionRun.objects.update_or_create(rule=name, defaults=ran)
        return
    run, is_new = RetentionRun.objects.get_or_create(
        rule=name, defaults={"ran_at": now, "fails_since": now}
    )
    if not is_new and run.fails_since is None:
        RetentionRun.objects.filter(pk=name).update(fails_since=now)
