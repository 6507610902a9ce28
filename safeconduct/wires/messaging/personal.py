"""What the outbox holds of people, and why."""

from django.utils.translation import gettext_lazy as _

from safeconduct.ground.privacy.fields import Shredder, personal

personal(
    "messaging.Delivery.address",
    purpose=_("To send a warning and to show which way was tried"),
    retention=_("Until the batch's records are deleted"),
    shredder=Shredder.PARTITION,
)
