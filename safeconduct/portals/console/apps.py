from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "safeconduct.portals.console"
