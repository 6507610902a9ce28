"""What waits at the door of people's answers, and why."""

from django.utils.translation import gettext_lazy as _

from safeconduct.ground.privacy.fields import Shredder, personal

for _field, _purpose in (
    ("answer", _("To know who is safe and who needs help")),
    ("sender", _("To find out who sent an answer by SMS")),
    ("text", _("To understand an answer sent by SMS")),
):
    personal(
        f"intake.RawAnswer.{_field}",
        purpose=_purpose,
        retention=_("For the seconds until the answer is filed"),
        shredder=Shredder.ROW,
    )

for _field, _purpose in (
    ("RawReport.sealed", _("To know who is there, who is safe and who needs help")),
    ("RawReport.photos", _("To see what a call for help shows")),
    ("HelpWords.sealed", _("To know what a call for help by SMS says")),
):
    personal(
        f"intake.{_field}",
        purpose=_purpose,
        retention=_("Sealed, for the seconds until it is filed"),
        shredder=Shredder.ROW,
    )
