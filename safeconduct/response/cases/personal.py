"""What we hold of those who ask for help, and why."""

from django.utils.translation import gettext_lazy as _

from safeconduct.ground.privacy.fields import Shredder, personal

_RETENTION = _("90 days after the request was closed, sealed under a key of its own")

for _field, _purpose, _shredder in (
    ("Message.words", _("To know what you need and to answer you"), Shredder.ROW),
    ("Photo.content", _("To see what your request shows"), Shredder.ROW),
    ("Case.details", _("To reach you and to know who is with you"), Shredder.BLANK),
):
    personal(
        f"cases.{_field}",
        purpose=_purpose,
        retention=_RETENTION,
        shredder=_shredder,
        rule="cases.words",
    )
personal(
    "cases.Case.position",
    purpose=_("To find you"),
    retention=_("24 hours, or until you or an officer end the request"),
    shredder=Shredder.BLANK,
    rule="cases.words",
)
for _field in ("sealed", "photos"):
    personal(
        f"cases.Unread.{_field}",
        purpose=_("To read what no machine could file"),
        retention=_("Until an officer has read it, at most a year"),
        shredder=Shredder.BLANK,
        rule="cases.words",
    )
