"""What officers and senders fill in about a request."""

from collections.abc import Sequence

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from safeconduct.response.cases.terms import LONGEST_WORDS, KeptBack, Outcome, State, Urgency


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
    incident = forms.ChoiceField(label=_("Incident"), required=False)
    reference = forms.CharField(label=_("Reference"), required=False, max_length=20)

    def __init__(
        self,
        data: QueryDict,
        *,
        posts: Sequence[tuple[int, str]],
        incidents: Sequence[tuple[int, str]],
    ) -> None:
        super().__init__(data)
        self.fields["post"] = forms.ChoiceField(
            label=_("Post"),
            required=False,
            choices=[("", _("all of mine")), *((str(pk), name) for pk, name in posts)],
        )
        self.fields["incident"] = forms.ChoiceField(
            label=_("Incident"),
            required=False,
            choices=[
                ("", _("any or none")),
                *((str(pk), name) for pk, name in incidents),
                ("0", _("none")),
            ],
        )


class VersionedForm(forms.Form):
    """Remembers which version of the request the officer saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class WrittenForm(forms.Form):
    """A box to write in. The same ``key`` again is the same page sent again, and writes nothing."""

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)


def _box(rows: int) -> forms.Textarea:
    # A browser asked to remember would write what people told us to an office machine's disk.
    return forms.Textarea(attrs={"rows": rows, "dir": "auto", "autocomplete": "off"})


class ReplyForm(WrittenForm):
    """``seen`` is the last message that stood on the page."""

    # It is sent along with the note beside it, whose box has the same names.
    prefix = "answer"

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    tell = forms.TypedChoiceField(
        label=_("Word that an answer waits"),
        required=False,
        choices=[
            ("yes", _("Send it now, by the ways they allow")),
            ("no", _("Send nothing: they find the answer on their page")),
        ],
        coerce=lambda value: value == "yes",
        empty_value=None,
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_("Your answer"),
        max_length=LONGEST_WORDS,
        widget=_box(4),
        help_text=_(
            "They read it on their own page. A short message without its words tells them."
        ),
    )
    field_order = ("key", "seen", "words", "tell")


class NoteForm(WrittenForm):
    words = forms.CharField(
        label=_("A note for colleagues"),
        max_length=LONGEST_WORDS,
        widget=_box(2),
        help_text=_(
            "The person can read this note, with your office and the time, but not your name."
        ),
    )
    kept_back = forms.TypedChoiceField(
        # Nothing is chosen for them: it is the person's safety either way.
        label=_("May the person read it?"),
        error_messages={"required": _("Choose one. Your note is still here.")},
        coerce=lambda value: "" if value == "yes" else value,
        choices=[
            ("yes", _("Yes")),
            (KeptBack.OTHER.value, _("No: it tells of another person")),
            (KeptBack.DANGER.value, _("No: somebody could come to harm")),
        ],
        widget=forms.RadioSelect,
        help_text=_("After a No they read that there is a note, and may ask for what is in it."),
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
        # Nothing is chosen for them: a slip of the finger must not say that somebody is safe.
        label=_("How it ended"),
        choices=[("", "–"), *Outcome.choices],
        coerce=Outcome,
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
            choices=[
                ("", "–"),
                (str(_("An officer")), people),
                (str(_("Another post")), places),
            ],
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


class WishesForm(forms.Form):
    """How it is safe to reach somebody; its names are those of the door's form."""

    no_call = forms.BooleanField(label=_("Do not call me"), required=False)
    no_sms = forms.BooleanField(label=_("Send me no SMS"), required=False)
    no_mail = forms.BooleanField(label=_("Send me no e-mail"), required=False)
    no_push = forms.BooleanField(label=_("Show nothing on my phone"), required=False)
    reach_how = forms.CharField(
        label=_("How is it safe to reach you?"),
        required=False,
        max_length=300,
        help_text=_("For example: write only, my phone is seen by others; or call my sister."),
    )
    reach_when = forms.CharField(
        label=_("When is it safe?"),
        required=False,
        max_length=300,
        help_text=_("For example: on weekdays after nine in the morning."),
    )
    share = forms.ChoiceField(
        label=_("Who may read this request and our answers?"),
        required=False,
        choices=[
            ("no", _("Only whoever has the address of this page")),
            ("yes", _("Everybody who has the link to our record, too")),
        ],
        widget=forms.RadioSelect,
    )

    def ways(self) -> list[forms.BoundField]:
        """What must not be used, one box each."""
        return [self[name] for name in ("no_call", "no_sms", "no_mail", "no_push")]

    def wishes(self) -> dict[str, str]:
        """What was filled in, as the door keeps it."""
        return {
            name: "yes" if said is True else str(said)
            for name, said in self.cleaned_data.items()
            if said
        }
