from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

_CONFIDED = {
    "passport": _("To help you without papers."),
    "passport_index": _("To find your record by your passport without reading it."),
    "medical": _("To help you rightly if you are hurt or ill."),
}


class RegistryConfig(AppConfig):
    name = "safeconduct.picture.registry"

    def ready(self) -> None:
        from safeconduct.ground.audit import kinds
        from safeconduct.ground.privacy import retention
        from safeconduct.ground.privacy.consents import SENSITIVE, WARNINGS, effects
        from safeconduct.ground.privacy.fields import Shredder, personal
        from safeconduct.ground.ui import navigation
        from safeconduct.picture.registry import handlers, holdings, terms
        from safeconduct.picture.registry.actions import consents, forget_what_is_over

        kinds.declare("registry.synthesised", _("{actor} added {count} made-up people."))
        for field, purpose in terms.PERSONAL_FIELDS.items():
            personal(
                f"registry.{field}",
                purpose=purpose,
                retention=terms.KEPT_UNTIL,
                shredder=Shredder.ROW,
                rule="registry.expired",
            )
        for field in ("content", "refused"):
            personal(
                f"registry.ImportRun.{field}",
                purpose=_("To bring in a list and to hand back the rows that were refused."),
                retention=_("The list until it is in, refused rows for 7 days."),
                shredder=Shredder.BLANK,
                rule="registry.expired",
            )
        for field, purpose in _CONFIDED.items():
            personal(
                f"registry.Confided.{field}",
                purpose=purpose,
                retention=_("As long as your record, or until you take your consent back."),
                shredder=Shredder.KEY,
                rule="registry.expired",
            )
        personal(
            "registry.StillThere.said",
            purpose=_("To know whether you are still where you said."),
            retention=terms.KEPT_UNTIL,
            shredder=Shredder.ROW,
            rule="registry.expired",
        )
        handlers.connect()
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
