"""What officers fill in, and the fields that families' forms share with theirs."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.kernel.errors import Refusal
from safeconduct.picture.registry import rules, terms

type Upload = UploadedFile[bytes]
type Typed = QueryDict  # a form as it came, right or wrong


class DayField(forms.CharField):
    """A day, from the browser's calendar or typed as people write it."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def clean(self, value: str | None) -> date | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return rules.read_date(text)
        except Refusal as refusal:
            raise ValidationError(str(refusal.message)) from refusal


class PeopleForm(forms.Form):
    text = forms.CharField(
        label=_("Name, phone number or e-mail"),
        max_length=254,
        help_text=_("Names in any script; numbers and addresses as a whole."),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "dir": "auto"}),
    )


class ListForm(forms.Form):
    """A list and where it comes from. ``countries`` are those of the officer's posts."""

    file = forms.FileField(
        label=_("List as CSV"),
        help_text=_(
            "Headings in Azerbaijani, English, Russian, Turkish, Arabic or Persian. 100 MB at most."
        ),
    )
    label = forms.CharField(label=_("Who collected it"), max_length=120)
    legal_basis = forms.ChoiceField(label=_("By what right we keep it"), choices=terms.LEGAL_BASES)
    collected_on = DayField(label=_("When it was collected"))
    country = forms.ChoiceField(
        label=_("Where people of rows without a country stay"), required=False
    )
    dry_run = forms.BooleanField(label=_("Only judge the rows, store nothing"), required=False)

    def __init__(
        self,
        data: Typed | None,
        files: "MultiValueDict[str, Upload] | None",
        *,
        countries: list[tuple[str, str]],
        today: date,
    ) -> None:
        super().__init__(data, files, initial={"collected_on": today})
        self.today = today
        self.fields["country"].choices = [("", _("None given")), *countries]  # type: ignore[attr-defined]  # a ChoiceField

    def clean_file(self) -> "Upload":
        file: Upload = self.cleaned_data["file"]
        if (file.size or 0) > terms.LARGEST_LIST:
            raise ValidationError(_("The list is too large. 100 MB are the most."))
        return file

    def clean_collected_on(self) -> date:
        collected: date = self.cleaned_data["collected_on"]
        if collected > self.today:
            raise ValidationError(_("A list is not collected in the future."))
        return collected
