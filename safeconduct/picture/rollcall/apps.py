from importlib import import_module

from django.apps import AppConfig


class RollcallConfig(AppConfig):
    name = "safeconduct.picture.rollcall"

    def ready(self) -> None:
        import_module("safeconduct.picture.rollcall.terms")
        import_module("safeconduct.picture.rollcall.personal")
        import_module("safeconduct.picture.rollcall.holdings").declare()
        import_module("safeconduct.picture.rollcall.handlers").connect()
