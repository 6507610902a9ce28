"""Warning about a level of our travel advice, in the words that were approved for it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.readiness.advice.models import LevelText
from safeconduct.readiness.advice.terms import EditionState
from safeconduct.response.alerts.actions.drafts import DraftContent, save_draft
from safeconduct.response.alerts.engine import wording
from safeconduct.response.alerts.models import Alert
from safeconduct.response.alerts.terms import OF_LEVEL, USUAL_VALIDITY, AreaKind


class LevelRefusedError(Refusal):
    """Nobody may be warned by this text now."""


@transaction.atomic
def draft_from_level(*, text_id: int, now: datetime, actor: Actor) -> Alert:
    """A draft with a level's area and approved words, which remembers their edition.

    It asks nothing unless its writer wants it to: a level is news, not yet a crisis.

    :raises LevelRefusedError: for a text that is not in force.
    """
    text = LevelText.objects.select_related("edition").get(pk=text_id)
    if text.edition.state != EditionState.LIVE:
        raise LevelRefusedError(_("This text is not in force. Warn by the one that is."))
    told = OF_LEVEL[text.level]
    content = DraftContent(
        hazard="other",
        event=wording.level_event(text.level, "en"),
        severity=told.severity,
        urgency=told.urgency,
        certainty=told.certainty,
        expires_at=now + USUAL_VALIDITY,
        area_kind=AreaKind.LEVEL,
        response_type=told.response_type,
        asks=False,
        level_text_id=text.pk,
    )
    return save_draft(alert_id=None, content=content, now=now, actor=actor)
