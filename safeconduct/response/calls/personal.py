"""What we hold of people we called, and why."""

from django.utils.translation import gettext_lazy as _

from safeconduct.ground.privacy.fields import Shredder, personal

personal(
    "calls.Call.told_by",
    purpose=_("To ask again whoever told us"),
    retention=_("90 days after the call; less if the person leaves"),
    shredder=Shredder.BLANK,
    rule="calls.calls",
)
personal(
    "calls.WardenCall.person_id",
    purpose=_("To have you called by somebody on the spot"),
    retention=_("90 days after the list ended; less if the person leaves"),
    shredder=Shredder.ROW,
    rule="calls.lists",
)
personal(
    "calls.WardenList.warden",
    purpose=_("To know who was given people to call"),
    retention=_("90 days after the list ended"),
    shredder=Shredder.ROW,
    rule="calls.lists",
)
