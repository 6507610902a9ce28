"""What privacy and audit themselves hold of people, and how long."""

from django.utils.translation import gettext_lazy as _

from safeconduct.ground.privacy.fields import Shredder, personal

personal(
    "audit.Look.person_id",
    purpose=_("To tell you who looked at your data and why"),
    retention=_("Two years, or until you delete your record"),
    shredder=Shredder.ROW,
    rule="audit.looks",
)
personal(
    "privacy.Consent.given",
    purpose=_("To know and to show what you agreed to"),
    retention=_("As long as your record"),
    shredder=Shredder.ROW,
    rule="registry.expired",
)
