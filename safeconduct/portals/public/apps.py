from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.ui import navigation


class PublicConfig(AppConfig):
    name = "safeconduct.portals.public"

    def ready(self) -> None:
        navigation.register("families:page", _("For families"), portal="public", order=50)
