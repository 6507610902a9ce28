"""What the outbox holds of people, and why."""

from django.utils.translation import gettext_lazy as _

from safeconduct.ground.privacy.fields import Shredder, personal

personal(
    "messaging.Delivery.address",
    purpose=_("To send a warning and to show which way was tried"),
    retention=_("90 days after the last message of its batch; less if the person leaves"),
    shredder=Shredder.PARTITION,
    rule="messaging.sent",
)
