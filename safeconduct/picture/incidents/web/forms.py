"""What officers write about an incident."""

from django import forms
from django.utils.translation import gettext_lazy as _

from safeconduct.picture.incidents.terms import Level


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("Note for the log"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "What was decided or learned. No names of nationals: what is noted of a person "
            "belongs to their request, where they can read it."
        ),
    )


class LevelForm(forms.Form):
    level = forms.TypedChoiceField(
        label=_("Consular level"),
        choices=Level.choices,
        coerce=lambda value: Level(int(value)),
    )
