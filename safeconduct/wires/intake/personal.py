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
