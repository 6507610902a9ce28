"""How the house renders forms."""

from django.forms.renderers import TemplatesSetting


class HouseFormRenderer(TemplatesSetting):
    """Forms from our own templates, labels and errors tied to their fields."""

    form_template_name = "ui/form.html"
    field_template_name = "ui/field.html"
