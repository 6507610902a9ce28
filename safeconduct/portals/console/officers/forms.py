"""What an administrator fills in to invite somebody."""

from typing import TYPE_CHECKING

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.missions.web.forms import AppointmentForm

if TYPE_CHECKING:
    from collections.abc import Mapping


class InviteForm(AppointmentForm):
    """A new account and its first appointment."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    name = forms.CharField(label=_("Name, as colleagues read it"), max_length=100)
    language = forms.ChoiceField(label=_("Language of the console"), choices=settings.LANGUAGES)
    field_order = ("email", "name", "language", "role", "post")

    def __init__(
        self, data: "Mapping[str, str] | None" = None, *, post_ids: frozenset[int] | None
    ) -> None:
        super().__init__(dict(data.items()) if data else None, post_ids=post_ids)
        del self.fields["officer"]
