from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.ui import navigation


class ConsoleConfig(AppConfig):
    name = "safeconduct.portals.console"

    def ready(self) -> None:
        navigation.register("console:audit", _("Audit"), permission="audit.view", order=95)
