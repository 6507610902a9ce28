from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.privacy import retention
from safeconduct.ground.ui import navigation


class MessagingConfig(AppConfig):
    name = "safeconduct.wires.messaging"

    def ready(self) -> None:
        import_module("safeconduct.wires.messaging.personal")
        import_module("safeconduct.wires.messaging.holdings").declare()
        terms = import_module("safeconduct.wires.messaging.terms")
        navigation.register("messaging:providers", _("Providers"), permission=terms.VIEW, order=75)
        actions = import_module("safeconduct.wires.messaging.actions")
        retention.rule(
            "messaging.sent",
            _("Messages 90 days after the last one of their batch."),
            actions.drop_old_batches,
        )
