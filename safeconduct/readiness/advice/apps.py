from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AdviceConfig(AppConfig):
    name = "safeconduct.readiness.advice"

    def ready(self) -> None:
        from safeconduct.ground.ui import navigation
        from safeconduct.picture.registry.levels import LEVELS
        from safeconduct.readiness.advice import handlers, queries, terms
        from safeconduct.readiness.advice.engine import witnesses
        from safeconduct.readiness.advice.engine.incidents import said_by_incidents

        navigation.register("advice:list", _("Advice"), permission=terms.VIEW, order=25)
        navigation.register("public_advice:here", _("Travel advice"), portal="public", order=5)
        LEVELS.register("advice", queries.levels_in_force)
        witnesses.register(said_by_incidents)
        handlers.connect()
