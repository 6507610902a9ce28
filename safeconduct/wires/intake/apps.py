from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "safeconduct.wires.intake"
