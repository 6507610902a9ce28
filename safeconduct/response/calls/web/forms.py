"""What a caller writes down."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.kernel.languages import CODES, COMPLETE
from safeconduct.ground.places.queries import country_name
from safeconduct.ground.ui.templatetags.house import language_word
from safeconduct.response.calls.engine.listing import Narrowing
from safeconduct.response.calls.queries import Member
from safeconduct.response.calls.terms import MOST_OF_A_LIST, OF_INFORMATION, OF_QUESTION, Outcome

_AGAIN = (
    ("15", _("In 15 minutes")),
    ("60", _("In an hour")),
    ("240", _("In four hours")),
    ("at", _("At the time below")),
)


class OutcomeForm(forms.Form):
    """The button that was pressed, and what goes with it."""

    told_by = forms.CharField(
        label=_("Who said so?"),
        max_length=100,
        required=False,
        help_text=_(
            "Empty: the person themselves, on the telephone. The person can read what you write."
        ),
    )
    people = forms.TypedMultipleChoiceField(
        label=_("Of whom?"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Whoever the answer speaks for."),
    )
    again = forms.ChoiceField(
        label=_("If nobody answered, ring again"), choices=_AGAIN, initial="15", required=False
    )
    again_at = forms.DateTimeField(
        label=_("Time to ring again (UTC)"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(
        self,
        data: Any = None,  # noqa: ANN401 -- Django's QueryDict or None
        *,
        members: list[Member],
        now: datetime,
        choices: tuple[Outcome, ...],
    ) -> None:
        called = [member.person_id for member in members if member.is_called]
        super().__init__(data, initial={"people": called})
        self.now, self.choices = now, choices
        people = self.fields["people"]
        assert isinstance(people, forms.TypedMultipleChoiceField)  # noqa: S101 -- declared above
        people.choices = [(member.person_id, member.name) for member in members]
        if len(members) < 2:
            del self.fields["people"]

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        pressed = self.data.get("outcome", "")
        if pressed not in [choice.value for choice in self.choices]:
            raise forms.ValidationError(_("Press one of the buttons to say what came of the call."))
        if said.get("again") == "at" and not said.get("again_at") and pressed == Outcome.NO_ANSWER:
            self.add_error("again_at", _("Say at which time to ring again."))
        return said | {"outcome": Outcome(pressed)}

    def content(self) -> dict[str, Any]:
        """What the action takes."""
        said = self.cleaned_data
        return {
            "outcome": said["outcome"],
            "told_by": said["told_by"],
            "of_people": said.get("people", []),
            "again_at": self._again_at(),
        }

    def _again_at(self) -> datetime | None:
        said = self.cleaned_data
        if said["again"] == "at":
            chosen: datetime | None = said["again_at"]
            return chosen
        return self.now + timedelta(minutes=int(said["again"] or 15))


class HandOverForm(forms.Form):
    """To whom, and how many calls of which country."""

    warden = forms.CharField(
        label=_("The warden's name"),
        max_length=100,
        help_text=_(
            "Somebody the post knows and trusts with numbers. People on the list can read that "
            "a person of trust has their number, not who."
        ),
    )
    page_language = forms.ChoiceField(label=_("Language of their page"))
    country = forms.ChoiceField(label=_("People in"))
    spoken = forms.ChoiceField(label=_("Only people who speak"), required=False)
    count = forms.IntegerField(
        label=_("People at most"), min_value=1, max_value=MOST_OF_A_LIST, initial=20
    )
    hours = forms.IntegerField(
        label=_("Hours the link works"),
        min_value=1,
        max_value=24,
        initial=6,
        help_text=_("Then whoever was not called goes back to the list."),
    )

    def __init__(
        self,
        data: Any = None,  # noqa: ANN401 -- Django's QueryDict or None
        *,
        due: list[tuple[str, int]],
    ) -> None:
        super().__init__(data)
        reader = get_language() or "en"
        pages = [(code, language_word(code)) for code in COMPLETE]
        spoken = [(code, language_word(code)) for code in CODES]
        countries = [(code, f"{country_name(code, reader)} ({many})") for code, many in due]
        for name, choices in (
            ("page_language", pages),
            ("spoken", [("", _("Any language")), *spoken]),
            ("country", countries),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- declared above
            field.choices = choices

    def content(self) -> dict[str, Any]:
        """What the action takes."""
        said = self.cleaned_data
        return {
            "narrowing": Narrowing(frozenset({said["country"]}), said["spoken"]),
            "warden": said["warden"],
            "language": said["page_language"],
            "country": said["country"],
            "count": said["count"],
            "lasts": timedelta(hours=said["hours"]),
        }


class WardenOutcomeForm(forms.Form):
    """The button a warden pressed, and whom it is about: all they asked about, or one of them."""

    outcome = forms.ChoiceField(
        choices=[(one.value, one.value) for one in dict.fromkeys((*OF_QUESTION, *OF_INFORMATION))]
    )
    who = forms.RegexField(r"^(all|\d{1,18})?$", required=False)

    @property
    def pressed(self) -> Outcome:
        return Outcome(self.cleaned_data["outcome"])

    @property
    def of_people(self) -> list[int] | None:
        """None for everybody of the party, nobody for whoever was called."""
        who = str(self.cleaned_data["who"])
        if who == "all":
            return None
        return [int(who)] if who else []
