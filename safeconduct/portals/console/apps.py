from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.ui import navigation


class ConsoleConfig(AppConfig):
    name = "safeconduct.portals.console"

    def ready(self) -> None:
        import_module("safeconduct.portals.console.board.words")
        navigation.register("board:incidents", _("Board"), permission="rollcall.view", order=5)
        navigation.beside(
            "alerts:page", "why:people", _("People of this alert"), permission="rollcall.view"
        )
        navigation.register("officers:list", _("Officers"), permission="missions.appoint", order=88)
        navigation.register("console:audit", _("Audit"), permission="audit.view", order=95)
