from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class RegistryConfig(AppConfig):
    name = "safeconduct.picture.registry"

    def ready(self) -> None:
        from safeconduct.ground.audit import kinds
        from safeconduct.ground.privacy import retention
        from safeconduct.ground.privacy.consents import SENSITIVE, WARNINGS, effects
        from safeconduct.ground.ui import navigation
        from safeconduct.picture.registry import handlers, holdings, personal, terms
        from safeconduct.picture.registry.actions import consents, forget_what_is_over, restored

        kinds.declare(
            "registry.synthesised",
            lambda number: ngettext(
                "{actor} added {count} made-up person.",
                "{actor} added {count} made-up people.",
                number,
            ),
        )
        personal.declare()
        handlers.connect()
        restored.declare()
        holdings.declare()
        effects.register(WARNINGS, consents.heed_warnings)
        effects.register(SENSITIVE, consents.heed_sensitive)
        retention.rule(
            "registry.expired",
            _("Trips 14 days after their end, residences 24 months after the last confirmation."),
            forget_what_is_over,
        )
        navigation.register("registry:people", _("People"), permission=terms.VIEW, order=30)
        navigation.register("registry:imports", _("Lists"), permission=terms.IMPORT, order=60)
        navigation.register("registration:register", _("Register"), portal="public", order=20)
