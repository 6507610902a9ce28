"""Boxes for purposes: none ticked beforehand, words in the reader's language."""

from django.template.loader import render_to_string

from safeconduct.ground.privacy.web.forms import ASKED_IN_FULL, ConsentForm


def test_nothing_is_ticked_beforehand_and_what_is_not_ticked_is_a_no():
    form = ConsentForm({"consent-family": "on"}, language="az", asked=ASKED_IN_FULL)
    assert form.is_valid()
    assert form.choices() == {
        "warnings": True,
        "sensitive": False,
        "family": True,
        "partners": False,
    }
    shown = render_to_string(
        "privacy/consent_fields.html", {"consents": ConsentForm(language="ru")}
    )
    assert "checked" not in shown
    assert "Скажите моей семье, как я" in shown
    assert "Вы присылаете мне советы" in shown


def test_who_never_said_anything_agreed_to_nothing_but_being_written_to():
    form = ConsentForm({}, language="en")
    assert form.is_valid()
    assert form.choices() == {"warnings": True, "family": False, "partners": False}
