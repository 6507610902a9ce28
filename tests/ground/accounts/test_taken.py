"""What an officer sends is said to be taken only when it was, and buttons lead back to pages."""

import pytest

from safeconduct.picture.incidents.models import LogEntry
from safeconduct.response.alerts.models import Alert
from safeconduct.response.alerts.terms import AlertState
from tests import builders
from tests.pages import Pages

pytestmark = pytest.mark.django_db

NUMBER = "1795376000000-abc123"


def _note(pages: Pages, incident_id: int, number: str, **fields: str) -> "dict[str, object]":
    form = {"typed": number, "text": "The bridge is closed."} | fields
    response = pages.post(f"/console/incidents/{incident_id}/note/", form)
    return {name: morsel for name, morsel in response.cookies.items() if name.startswith("typed")}


def test_what_was_saved_is_said_to_be_taken_by_its_number(pages: Pages) -> None:
    incident = builders.incident()
    pages.sign_in(builders.officer("duty_officer", at=builders.post(id=2)))
    said = _note(pages, incident.pk, NUMBER)
    assert list(said) == [f"typed-{NUMBER}"]
    assert not said[f"typed-{NUMBER}"]["httponly"]
    assert LogEntry.objects.filter(text="The bridge is closed.").exists()


@pytest.mark.parametrize("number", ["", "a b", "x" * 41, "<script>"])
def test_a_number_that_is_none_of_ours_becomes_no_cookie(pages: Pages, number: str) -> None:
    incident = builders.incident()
    pages.sign_in(builders.officer("duty_officer", at=builders.post(id=2)))
    assert not _note(pages, incident.pk, number)


def test_a_refused_form_was_not_taken(pages: Pages) -> None:
    incident = builders.incident()
    pages.sign_in(builders.officer("duty_officer", at=builders.post(id=2)))
    assert not _note(pages, incident.pk, NUMBER, text="")


def test_what_the_next_page_calls_refused_was_not_taken(pages: Pages) -> None:
    """A colleague has handed the draft on meanwhile: the text goes nowhere, and is said to."""
    writer = builders.officer("duty_officer", at=builders.post(id=2))
    alert = builders.alert(writer=writer)
    pages.sign_in(writer)
    Alert.objects.filter(pk=alert.pk).update(state=AlertState.SUBMITTED)
    response = pages.post(f"/console/alerts/{alert.pk}/edit/", {"typed": NUMBER})
    assert response["Location"] == f"/console/alerts/{alert.pk}/"
    assert f"typed-{NUMBER}" not in response.cookies
    assert "no draft any more" in pages.get(response["Location"]).content.decode()


def test_after_the_session_nothing_was_taken(pages: Pages) -> None:
    assert not _note(pages, builders.incident().pk, NUMBER)


def test_the_address_of_a_button_leads_to_its_page(pages: Pages) -> None:
    incident = builders.incident()
    address = f"/console/incidents/{incident.pk}/note/"
    assert pages.get(address).status_code == 405
    pages.sign_in(builders.officer("duty_officer", at=builders.post(id=2)))
    assert pages.get(address)["Location"] == f"/console/incidents/{incident.pk}/"
    # What stands above this one is no address: the alert's page is two above.
    assert pages.get("/console/alerts/7/join/3/")["Location"] == "/console/alerts/7/"
    assert pages.put(address).status_code == 405
