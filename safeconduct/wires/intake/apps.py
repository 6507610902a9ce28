from importlib import import_module

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "safeconduct.wires.intake"

    def ready(self) -> None:
        import_module("safeconduct.wires.intake.personal")
