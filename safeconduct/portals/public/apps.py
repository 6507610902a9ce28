from django.apps import AppConfig


class PublicConfig(AppConfig):
    name = "safeconduct.portals.public"
