"""The words of incidents: consular alert levels, what a log line may be, permissions."""

from enum import StrEnum
from typing import Final

from django.db.models import IntegerChoices
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.kernel.permissions import declare

VIEW: Final = declare("incidents.view", _("See incidents and their log"))
LOG: Final = declare("incidents.log", _("Write in an incident's log, set its level, close it"))


# What an officer looks at people for in a crisis (audit.looks); apps.py says it to them.
INCIDENT: Final = "incident"


class Level(IntegerChoices):
    """Consular alert levels; people leave from 3 on."""

    NORMAL = 0, _("0 Normal")
    WATCH = 1, _("1 Watch")
    PREPARE = 2, _("2 Prepare")
    LEAVE = 3, _("3 Leave by own means")
    EVACUATE = 4, _("4 Evacuation")


class LogKind(StrEnum):
    """What a line tells. Machine-made lines carry ids and counts in ``detail``."""

    DECLARED = "declared"
    JOINED = "joined"
    NOTE = "note"
    LEVEL_SET = "level_set"
    RELEASED = "alert_released"
    EXPANDED = "alert_expanded"
    STOPPED = "alert_stopped"
    ROUND_OPENED = "round_opened"
    CLOSED = "closed"


SENTENCES: Final = {
    LogKind.DECLARED: _("Incident opened."),
    LogKind.JOINED: _("Another warning joined this incident."),
    LogKind.NOTE: _("Note"),
    LogKind.LEVEL_SET: _("Level set to %(level)s."),
    LogKind.RELEASED: _("Alert %(alert)s released."),
    LogKind.EXPANDED: _("Alert %(alert)s laid out: %(people)s people, %(messages)s messages."),
    LogKind.STOPPED: _("Alert %(alert)s stopped."),
    LogKind.ROUND_OPENED: _("Round %(round)s of the question opened."),
    LogKind.CLOSED: _("Incident closed."),
}
