from django.apps import AppConfig


class OperatorsConfig(AppConfig):
    name = "safeconduct.portals.operators"
