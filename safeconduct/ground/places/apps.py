from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "safeconduct.ground.places"
