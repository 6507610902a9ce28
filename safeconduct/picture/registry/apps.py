from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistryConfig(AppConfig):
    name = "safeconduct.picture.registry"

    def ready(self) -> None:
        from safeconduct.ground.audit import kinds

        kinds.declare("registry.synthesised", _("{actor} added {count} made-up people."))
