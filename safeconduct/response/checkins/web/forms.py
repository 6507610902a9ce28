"""What an officer says an unclear answer means."""

from collections.abc import Sequence
from typing import cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from safeconduct.response.checkins.engine.understanding import understood
from safeconduct.response.checkins.queries import Candidate
from safeconduct.response.checkins.terms import Dismissal
from safeconduct.wires.intake.terms import Answer

_ANSWERS = [
    (Answer.SAFE.value, _("Safe")),
    (Answer.NEEDS_HELP.value, _("Needs help")),
    (Answer.NOT_THERE.value, _("Not in the area")),
]


class SettleForm(forms.Form):
    """Choices are the people it may speak for; a readable answer is filled in, a person never."""

    people = forms.TypedMultipleChoiceField(
        label=_("Whom it speaks for"), coerce=int, widget=forms.CheckboxSelectMultiple
    )
    answer = forms.TypedChoiceField(
        label=_("What it says"),
        coerce=lambda value: Answer(int(value)),
        choices=_ANSWERS,
        widget=forms.RadioSelect,
    )

    def __init__(
        self, data: QueryDict | None = None, *, candidates: Sequence[Candidate], text: str = ""
    ) -> None:
        super().__init__(data, initial={"answer": understood(text).answer})
        people = cast("forms.TypedMultipleChoiceField", self.fields["people"])
        people.choices = [(one.asking.asked_id, _line(one)) for one in candidates]


def _line(one: Candidate) -> str:
    """A name and its incident, each in its own direction of writing."""
    return f"\u2068{one.name}\u2069 (\u2068{one.incident}\u2069)"


class DismissForm(forms.Form):
    reason = forms.TypedChoiceField(
        label=_("Why it needs no answer"), choices=Dismissal.choices, coerce=Dismissal
    )


class WhoForm(forms.Form):
    """A search for the person an unknown sender may be."""

    text = forms.CharField(
        label=_("Search for a person"),
        max_length=100,
        help_text=_("A name in any script, or the telephone number or e-mail they registered"),
    )


class MatchForm(forms.Form):
    """What an unknown sender's text says of a person, and whether the number is theirs."""

    incident = forms.TypedChoiceField(label=_("Incident"), coerce=int)
    answer = forms.TypedChoiceField(
        label=_("What it says"),
        coerce=lambda value: Answer(int(value)),
        empty_value=None,
        required=False,
        choices=_ANSWERS,
        widget=forms.RadioSelect,
    )
    add_contact = forms.BooleanField(
        label=_("The number is theirs: write to it and understand what comes from it"),
        required=False,
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        incidents: Sequence[tuple[int, str]],
        text: str = "",
    ) -> None:
        super().__init__(data, initial={"answer": understood(text).answer})
        chosen = cast("forms.TypedChoiceField", self.fields["incident"])
        chosen.choices = list(incidents)
        if not incidents:
            del self.fields["incident"], self.fields["answer"]
