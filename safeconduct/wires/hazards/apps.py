from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HazardsConfig(AppConfig):
    name = "safeconduct.wires.hazards"

    def ready(self) -> None:
        from safeconduct.ground.ui import navigation
        from safeconduct.wires.hazards import terms

        navigation.register("hazards:list", _("Signals"), permission=terms.VIEW, order=20)
