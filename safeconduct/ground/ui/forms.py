"""How the house renders forms."""

from django.forms.renderers import TemplatesSetting


class HouseFormRenderer(TemplatesSetting):
    """Forms from our own templates, labels and errors tied to their fields."""
