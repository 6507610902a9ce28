"""A draft moves from the estimate it was made of to the area that was measured since."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.kernel.actor import Actor
from safeconduct.response.alerts.actions.drafts import (
    DraftContent,
    DraftRefusedError,
    save_draft,
)
from safeconduct.response.alerts.actions.releases import words_of
from safeconduct.response.alerts.models import Alert
from safeconduct.response.alerts.terms import AreaKind, CapScope
from safeconduct.wires.hazards.queries import standing
from safeconduct.wires.hazards.rules import warns

_SAME: Final = (
    *("hazard", "event", "severity", "urgency", "certainty", "expires_at", "category"),
    *("response_type", "exercise", "neutral_sms", "asks", "level_text_id", "somewhere_in"),
    *("incident_id", "corrects_id"),
)


@transaction.atomic
def take_better_area(*, alert_id: int, version: int, now: datetime, actor: Actor) -> Alert:
    """Give a draft the area of the signal that replaced its own; levels and words stay.

    Words of ours that nobody changed follow the new area, as they do whenever it is changed.

    :raises DraftRefusedError: if there is no better signal, the draft has another area, or
        it was saved or let go meanwhile.
    """
    alert = Alert.objects.select_related("signal").get(pk=alert_id)
    better = standing(alert.signal) if alert.signal else None
    if alert.area_kind != AreaKind.SIGNAL or better is None or better.pk == alert.signal_id:
        raise DraftRefusedError(_("Its area is not one that a better signal has replaced."))
    if not warns(better):
        raise DraftRefusedError(_("This message warns of nothing, so no alert is made of it."))
    content = DraftContent(
        **{name: getattr(alert, name) for name in _SAME},
        area_kind=AreaKind.SIGNAL,
        scope=CapScope(alert.scope),
        signal_id=better.pk,
        texts=words_of(alert),
    )
    return save_draft(alert_id=alert_id, version=version, content=content, now=now, actor=actor)
