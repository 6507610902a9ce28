from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.ui import navigation


class CheckinsConfig(AppConfig):
    name = "safeconduct.response.checkins"

    def ready(self) -> None:
        terms = import_module("safeconduct.response.checkins.terms")
        import_module("safeconduct.response.checkins.personal")
        navigation.register(
            "checkins:unclear", _("Unclear answers"), permission=terms.SETTLE, order=40
        )
