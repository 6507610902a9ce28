"""What the page of one person and one alert calls things."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.audit.kinds import Shredder, declare
from safeconduct.ground.audit.looks import look_kind, look_reason
from safeconduct.response.ladder.engine.story import Unused

STORY_SEEN: Final = declare(
    "console.story_seen",
    _("{actor} read what was sent to person {subject} for alert {alert}."),
    Shredder.FORGET_SUBJECT,
)
STORY: Final = look_kind("why.story", _("What was sent to you was looked through."))
WARNING: Final = look_reason("warning", _("a warning sent to you (number {subject})"))
UNUSED: Final[dict[Unused, str | Promise]] = {
    Unused.NO_STEP: _("not used: this alert has no such step"),
    Unused.FAILED: _("not used: it failed when it was last tried"),
    Unused.STOPPED: _("not used: STOP was written from it, and this is no threat to life"),
    Unused.ANOTHER: _("not used: another one of the same kind was"),
    Unused.NOT_YET: _("not used yet"),
}
UNPROVABLE: Final = _("handed over, not provable: reports from there prove nothing")
