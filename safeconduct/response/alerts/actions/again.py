"""Asking once more: the next round of an incident begins as a draft like any other alert."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.response.alerts.actions.drafts import DraftContent, save_draft
from safeconduct.response.alerts.actions.releases import words_of
from safeconduct.response.alerts.engine.wording import scope_rules
from safeconduct.response.alerts.models import Alert
from safeconduct.response.alerts.rules import default_scope
from safeconduct.response.alerts.terms import USUAL_VALIDITY, AlertState, AreaKind, CapScope


class NothingToAskAgainError(Refusal):
    """No alert of this incident has asked anybody."""


@transaction.atomic
def draft_again(*, incident_id: int, now: datetime, actor: Actor) -> Alert:
    """Draft the incident's last question anew: same area, same words, a new expiry.

    It is released by the same rules as the first one; its release opens the round.

    :raises NothingToAskAgainError: if nothing in the incident has asked.
    """
    released = Alert.objects.filter(
        incident_id=incident_id, asks=True, state__in=[AlertState.RELEASED, AlertState.STOPPED]
    ).exclude(area_kind=AreaKind.HANDED)
    last = released.order_by("-release__released_at", "-id").first()
    if last is None:
        raise NothingToAskAgainError(_("Nobody has been asked in this incident yet."))
    content = DraftContent(
        hazard=last.hazard,
        event=last.event,
        severity=last.severity,
        urgency=last.urgency,
        certainty=last.certainty,
        expires_at=now + USUAL_VALIDITY,
        area_kind=AreaKind(last.area_kind),
        category=last.category,
        response_type=last.response_type,
        scope=_scope_chosen(last),
        exercise=last.exercise,
        neutral_sms=last.neutral_sms,
        signal_id=last.signal_id,
        level_text_id=last.level_text_id,
        country_id=last.country_id,
        city_id=last.city_id,
        radius_km=last.radius_km,
        somewhere_in=last.somewhere_in,
        incident_id=incident_id,
        texts=words_of(last),
    )
    return save_draft(alert_id=None, content=content, now=now, actor=actor)


def _scope_chosen(last: Alert) -> CapScope | None:
    """What an officer chose for it; None where it was the countries' usual scope.

    Countries may have come to it since, and the ministry's table may have become more careful.
    """
    usual = default_scope(
        last.countries, {code: rule.scope for code, rule in scope_rules().items()}
    )
    return None if last.scope == usual else CapScope(last.scope)
