from django.apps import AppConfig


class HazardsConfig(AppConfig):
    name = "safeconduct.wires.hazards"
