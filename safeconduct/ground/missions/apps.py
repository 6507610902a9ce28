from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.ui import navigation


class MissionsConfig(AppConfig):
    name = "safeconduct.ground.missions"

    def ready(self) -> None:
        terms = import_module("safeconduct.ground.missions.terms")
        import_module("safeconduct.ground.missions.holdings").declare()
        navigation.register("missions:posts", _("Posts"), permission=terms.VIEW_POSTS, order=80)
        navigation.register(
            "missions:appointments", _("Appointments"), permission=terms.APPOINT, order=90
        )
        navigation.register(
            "public_posts:here", _("Embassies and consulates"), portal="public", order=20
        )
