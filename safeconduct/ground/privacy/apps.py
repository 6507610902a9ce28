from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "safeconduct.ground.privacy"
