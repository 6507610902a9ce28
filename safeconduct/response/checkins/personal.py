"""What we hold of people's answers, and why."""

from django.utils.translation import gettext_lazy as _

from safeconduct.ground.privacy.fields import Shredder, personal

personal(
    "checkins.Reply.answer",
    purpose=_("To know who is safe and who needs help"),
    retention=_("90 days after the incident was closed"),
    shredder=Shredder.PARTITION,
    rule="checkins.answers",
)
personal(
    "checkins.Asked.asked_at",
    purpose=_("To know whom we asked and when"),
    retention=_("90 days after the incident was closed"),
    shredder=Shredder.PARTITION,
    rule="checkins.answers",
)
for _field, _purpose in (
    ("sender", _("To find out who sent an answer that is not clear")),
    ("text", _("To understand an answer that is not clear")),
):
    personal(
        f"checkins.Unclear.{_field}",
        purpose=_purpose,
        retention=_("90 days after somebody has settled the answer, at most a year"),
        shredder=Shredder.ROW,
        rule="checkins.answers",
    )
