from importlib import import_module

from django.apps import AppConfig


class CheckinsConfig(AppConfig):
    name = "safeconduct.response.checkins"

    def ready(self) -> None:
        import_module("safeconduct.response.checkins.terms")
        import_module("safeconduct.response.checkins.personal")
