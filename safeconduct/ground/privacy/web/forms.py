"""What people tick: one box a purpose, none of them ticked beforehand."""

from collections.abc import Mapping, Sequence
from typing import Final

from django import forms

from safeconduct.ground.privacy.consents import (
    FAMILY,
    PARTNERS,
    SENSITIVE,
    WARNINGS,
    Wording,
    purposes,
)

# What each form of registering asks beside what it implies.
ASKED: Final = (FAMILY, PARTNERS)
ASKED_IN_FULL: Final = (SENSITIVE, FAMILY, PARTNERS)


class ConsentForm(forms.Form):
    """Boxes for these purposes, in the reader's language.

    Whoever registers asks to be written to: that one is said beside the boxes
    (``implied``) and counts as given.
    """

    def __init__(
        self,
        data: Mapping[str, str] | None = None,
        *,
        language: str,
        asked: Sequence[str] = ASKED,
        initial: Mapping[str, bool] | None = None,
    ) -> None:
        super().__init__(data, prefix="consent", initial=dict(initial or {}))
        self.implied: Wording = purposes()[WARNINGS].wording(language)
        for name in asked:
            wording = purposes()[name].wording(language)
            self.fields[name] = forms.BooleanField(
                label=wording.title, help_text=wording.text, required=False
            )

    def choices(self) -> dict[str, bool]:
        """What was agreed to and what not, for ``choose_consents``."""
        ticked = {name: bool(self.cleaned_data[name]) for name in self.fields}
        return {WARNINGS: True} | ticked
