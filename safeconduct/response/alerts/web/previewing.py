"""What a preview says: each figure with what it is of."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from safeconduct.picture.audiences.terms import Preview
from safeconduct.picture.registry.queries import count_staying
from safeconduct.response.alerts.models import Alert

_CHANNELS: Final = {
    "sms": _("SMS"),
    "email": _("E-mail"),
    "push": _("App"),
    "call": _("Telephone call"),
}
type Words = str | Promise


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """Messages by one channel."""

    label: Words
    messages: int


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """Why no message can be sent to some people."""

    label: Words
    people: int


def preview_context(alert: Alert) -> dict[str, Any]:
    """What the preview's template needs; nothing but None where nobody was counted yet."""
    preview = Preview.from_dict(alert.audience.preview) if alert.audience else None
    if preview is None:
        return {"preview": None}
    as_of = datetime.fromisoformat(preview.as_of)
    return {
        "preview": preview,
        "as_of": as_of,
        # A correction goes to those handed the first alert, whatever the register says today.
        "registered": count_staying(alert.countries, on=as_of.date())
        if alert.corrects_id is None
        else 0,
        "all_messages": sum(preview.messages.values()),
        "channels": [
            ChannelLine(_CHANNELS.get(name, name), count)
            for name, count in preview.messages.items()
        ],
        "reasons": _reasons(preview),
    }


def _reasons(preview: Preview) -> list[ReasonLine]:
    none = preview.unreachable
    lines = [
        ReasonLine(_("gave no number and no address"), none.no_contact),
        ReasonLine(_("every number and address of theirs failed"), none.only_failed),
        ReasonLine(_("wrote STOP: they hear only of what may threaten lives"), none.only_stopped),
    ]
    return [line for line in lines if line.people]
