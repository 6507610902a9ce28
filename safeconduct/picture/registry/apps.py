from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "safeconduct.picture.registry"
