from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "safeconduct.ground.ui"
