from importlib import import_module

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "safeconduct.ground.privacy"

    def ready(self) -> None:
        import_module("safeconduct.ground.privacy.terms")
