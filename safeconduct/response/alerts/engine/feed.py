"""The feed of published alerts, each entry leading to its CAP bytes."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from safeconduct.ground.kernel import atom
from safeconduct.response.alerts.engine.cap import MEDIA_TYPE as CAP_TYPE

if TYPE_CHECKING:
    from safeconduct.response.alerts.queries import Shown

MEDIA_TYPE: Final = f"{atom.MEDIA_TYPE}; charset=utf-8"


def document(shown: "Sequence[Shown]", *, base: str, title: str, now: datetime) -> bytes:
    """The feed; ``updated`` is that of its latest entry, or ``now`` for an empty one."""
    feed = atom.Feed(
        title=title,
        author=title,
        address=f"{base}/alerts/feed.atom",
        entries=[_entry(one, base) for one in shown],
        since=now,
    )
    return atom.document(feed)


def _entry(one: "Shown", base: str) -> atom.Entry:
    page = f"{base}/alerts/{one.message.identifier}"
    return atom.Entry(
        id=page,
        title=f"{one.message.msg_type}: {one.headline}" if one.cancelled else one.headline,
        summary=one.description,
        at=one.message.sent,
        url=page,
        enclosed=(f"{page}.xml", CAP_TYPE),
    )
