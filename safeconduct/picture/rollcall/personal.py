"""What we hold of people in an incident, and why."""

from django.utils.translation import gettext_lazy as _

from safeconduct.ground.privacy.fields import Shredder, personal

_RETENTION = _("90 days after the incident was closed; less if the person leaves")

for _field, _purpose in (
    ("Sighting.presence", _("To know who is in the area")),
    ("Sighting.safety", _("To know who is safe and who needs help")),
    ("Sighting.told_by", _("To ask again whoever told us")),
    ("Attempt.outcome", _("To know that we tried, and how")),
    ("Standing.presence", _("To know who is in the area")),
    ("Standing.safety", _("To know who is safe and who needs help")),
    ("Standing.words", _("To notice when witnesses disagree")),
    ("Standing.cell", _("To look for people where the danger is; a coarse area, never a point")),
    ("Standing.vulnerability", _("To look first for those who cannot help themselves")),
):
    personal(
        f"rollcall.{_field}",
        purpose=_purpose,
        retention=_RETENTION,
        shredder=Shredder.ROW if _field.startswith("Attempt") else Shredder.PARTITION,
        rule="checkins.answers",
    )
