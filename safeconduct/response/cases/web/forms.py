"""What officers and senders fill in about a request."""

from collections.abc import Sequence

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from safeconduct.response.cases.terms import LONGEST_WORDS, Outcome, State, Urgency


class FilterForm(forms.Form):
    """Which requests the list shows."""

    whose = forms.ChoiceField(
        label=_("Answered for by"),
        required=False,
        choices=[("", _("anybody")), ("mine", _("me")), ("nobody", _("nobody yet"))],
    )
    post = forms.ChoiceField(label=_("Post"), required=False)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("open")), ("closed", _("closed"))]
    )
    reference = forms.CharField(label=_("Reference"), required=False, max_length=20)

    def __init__(self, data: QueryDict, *, posts: Sequence[tuple[int, str]]) -> None:
        super().__init__(data)
        self.fields["post"] = forms.ChoiceField(
            label=_("Post"),
            required=False,
            choices=[("", _("all of mine")), *((str(pk), name) for pk, name in posts)],
        )


class VersionedForm(forms.Form):
    """Remembers which version of the request the officer saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class ReplyForm(forms.Form):
    """``seen`` is the last message that stood on the page."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    words = forms.CharField(
        label=_("Your answer"),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        help_text=_(
            "They read it on their own page. A short message without its words tells them."
        ),
    )


class NoteForm(forms.Form):
    words = forms.CharField(
        label=_("A note for colleagues"),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )


class UrgencyForm(VersionedForm):
    urgency = forms.TypedChoiceField(
        label=_("How soon"), choices=Urgency.choices, coerce=lambda value: Urgency(int(value))
    )


class StateForm(VersionedForm):
    state = forms.TypedChoiceField(
        label=_("Where it stands"),
        choices=[(one.value, one.label) for one in (State.OPEN, State.WAITING)],
        coerce=State,
    )


class CloseForm(VersionedForm):
    outcome = forms.TypedChoiceField(
        label=_("How it ended"), choices=Outcome.choices, coerce=Outcome
    )


class HandForm(VersionedForm):
    """To an officer of the same post, or on to another post."""

    to = forms.ChoiceField(label=_("Hand over to"))

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        officers: Sequence[tuple[int, str]],
        posts: Sequence[tuple[int, str]],
        initial: dict[str, object] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        self.has_choices = bool(officers or posts)
        people = [(f"officer-{pk}", name) for pk, name in officers]
        places = [(f"post-{pk}", name) for pk, name in posts]
        self.fields["to"] = forms.ChoiceField(
            label=_("Hand over to"),
            choices=[(str(_("An officer")), people), (str(_("Another post")), places)],
        )

    @property
    def chosen(self) -> tuple[str, int]:
        """``officer`` or ``post``, and its number."""
        kind, _dash, number = str(self.cleaned_data["to"]).partition("-")
        return kind, int(number)


class MessageForm(forms.Form):
    """What the sender adds on their own page; photos are read by the view."""

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    words = forms.CharField(
        label=_("Your message"),
        required=False,
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )
