"""An exercise is decided when it is written, and everything it shows says what it is."""

import pytest
from lxml import etree

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.incidents.models import Incident
from safeconduct.response.alerts.actions import DraftRefusedError, submit_alert
from safeconduct.response.alerts.models import Alert
from safeconduct.wires.intake.terms import EXERCISE_LINK
from safeconduct.wires.messaging.models import BatchText
from safeconduct.wires.messaging.terms import EXERCISE_MARKS
from tests import builders
from tests.pages import Pages

pytestmark = pytest.mark.django_db
CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"


@pytest.mark.parametrize("exercise", [True, False])
def test_an_exercise_and_what_is_real_are_not_drafted_into_each_other(exercise: bool) -> None:
    incident = builders.incident()
    Incident.objects.filter(pk=incident.pk).update(exercise=not exercise)
    word = "incident is real" if exercise else "incident is an exercise"
    with pytest.raises(DraftRefusedError, match=word):
        builders.alert(exercise=exercise, incident_id=incident.pk)
    assert not Alert.objects.exists()


def test_a_draft_whose_incident_changed_sides_is_not_submitted() -> None:
    incident = builders.incident()
    draft = builders.alert(incident_id=incident.pk)
    Incident.objects.filter(pk=incident.pk).update(exercise=True)
    with pytest.raises(DraftRefusedError):
        submit_alert(
            alert_id=draft.pk, version=1, now=clock.now(), actor=Actor.officer(draft.author_id)
        )
    assert Alert.objects.get().state == "draft"


def test_a_correction_stays_on_the_side_of_what_it_corrects() -> None:
    first = builders.released_alert(expand=False, exercise=True)
    with pytest.raises(DraftRefusedError):
        builders.alert(exercise=False, corrects_id=first.pk)


def test_every_text_link_and_document_of_an_exercise_is_marked() -> None:
    alert = builders.released_alert(expand=False, exercise=True)
    batch = alert.release.batch
    assert batch.link_purpose == EXERCISE_LINK
    for text in BatchText.objects.filter(batch=batch):
        mark = EXERCISE_MARKS[text.language]
        assert mark in text.body[:40]
        assert text.subject.startswith(mark) or not text.subject
    document = etree.fromstring(bytes(alert.cap_messages.get().document))
    assert document.findtext(f"{CAP}status") == "Exercise"
    assert "Exercise" in document.findtext(f"{CAP}note")
    headlines = [found.text for found in document.iter(f"{CAP}headline")]
    assert [headline.split(":")[0] for headline in headlines] == ["TƏLİM", "EXERCISE", "УЧЕНИЯ"]


def test_every_page_about_an_exercise_says_so(pages: Pages) -> None:
    alert = builders.released_alert(exercise=True)
    pages.sign_in(builders.officer("releaser"))
    incident = alert.incident_id
    for path in (
        f"/console/alerts/{alert.pk}/",
        f"/console/incidents/{incident}/",
        f"/console/board/{incident}/",
        f"/console/board/{incident}/silent/",
    ):
        page = pages.get(path)
        assert page.status_code == 200, path
        assert "EXERCISE: " in page.content.decode().split("</title>")[0], path
        assert "banner-exercise" in page.content.decode(), path
    assert "EXERCISE: " in pages.get("/console/alerts/").content.decode()


def test_a_real_alert_bears_no_mark(pages: Pages) -> None:
    alert = builders.released_alert()
    page = pages.sign_in(builders.officer("releaser")).get(f"/console/alerts/{alert.pk}/")
    assert "EXERCISE" not in page.content.decode()
    assert not BatchText.objects.filter(body__contains="EXERCISE").exists()


def test_a_list_taken_from_an_exercise_is_marked_in_every_row(pages: Pages) -> None:
    made = builders.incident()
    builders.country("TR")
    builders.asked(builders.household(2), of=made)
    Incident.objects.filter(pk=made.pk).update(exercise=True)
    pages.sign_in(builders.officer("releaser"))
    answer = pages.post(f"/console/board/{made.pk}/silent/file/")
    assert 'filename="exercise-silent' in answer["Content-Disposition"]
    heading, *rows = answer.content.decode().splitlines()
    assert heading.startswith("exercise,")
    assert rows
    assert all(row.startswith("EXERCISE,") for row in rows)
