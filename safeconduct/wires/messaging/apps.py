from importlib import import_module

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "safeconduct.wires.messaging"

    def ready(self) -> None:
        import_module("safeconduct.wires.messaging.personal")
