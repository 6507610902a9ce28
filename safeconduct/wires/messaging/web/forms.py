"""What administrators enter about sender names."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.places.queries import country_choices
from safeconduct.wires.messaging.models import SenderIdentity
from safeconduct.wires.messaging.terms import Registration


def _text_providers() -> list[tuple[str, str]]:
    """Only telephones show a name that operators have to know."""
    providers = settings.MESSAGING["PROVIDERS"]
    return [(n, n) for n, o in sorted(providers.items()) if o["channel"].lower() == "sms"]


def _countries() -> list[tuple[str, str]]:
    return country_choices(get_language() or "en")


class IdentityForm(forms.ModelForm):  # type: ignore[type-arg]  # cannot be subscripted when run
    provider = forms.ChoiceField(label=_("Provider"), choices=_text_providers)
    country = forms.ChoiceField(label=_("Country"), choices=_countries)
    # 3GPP TS 23.040, 9.1.2.5: at most eleven letters and digits; else a number.
    sender = forms.RegexField(
        label=_("Sender name or number"),
        regex=r"^(?:[A-Za-z0-9 ._-]{1,11}|\+?[0-9]{3,15})$",
        help_text=_("At most eleven Latin letters and digits, or a number."),
        error_messages={
            "invalid": _("Enter at most eleven Latin letters and digits, or a number.")
        },
    )
    state = forms.TypedChoiceField(
        label=_("Registration"), choices=Registration.choices, coerce=int
    )
    two_way = forms.BooleanField(label=_("People can answer to it"), required=False)
    receipts_true = forms.NullBooleanField(
        label=_("Delivery reports from there are true"), required=False
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False)
    checked_on = forms.DateField(
        label=_("Checked on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, countries: frozenset[str] | None, **kwargs: Any) -> None:  # noqa: ANN401 -- ModelForm's own
        """``countries`` are those the administrator answers for; None means all."""
        super().__init__(*args, **kwargs)
        if countries is not None:
            theirs = [(code, name) for code, name in _countries() if code in countries]
            self.fields["country"] = forms.ChoiceField(label=_("Country"), choices=theirs)

    class Meta:
        model = SenderIdentity
        fields = (
            "provider",
            "country",
            "sender",
            "state",
            "two_way",
            "receipts_true",
            "note",
            "checked_on",
        )
