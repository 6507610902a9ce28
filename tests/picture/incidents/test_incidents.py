"""Opening, joining, levelling and closing incidents, and what their log says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeconduct.ground.kernel import clock
from safeconduct.picture.incidents import actions, queries, rules
from safeconduct.picture.incidents.models import Incident, LogEntry
from safeconduct.picture.incidents.terms import SENTENCES, Level, LogKind
from tests import builders
from tests.pages import Pages


def join(incident: Incident, *codes: str, level: Level = Level.WATCH) -> Incident:
    return actions.join_incident(
        incident_id=incident.pk,
        countries=codes,
        level=level,
        exercise=False,
        now=clock.now(),
        actor=builders.TESTER,
    )


def close(incident: Incident) -> Incident:
    return actions.close_incident(incident_id=incident.pk, now=clock.now(), actor=builders.TESTER)


@pytest.mark.django_db
def test_joining_adds_countries_and_never_lowers_the_level() -> None:
    incident = builders.incident(countries=("TR",))
    joined = join(incident, "SY", "TR", level=Level.WATCH)
    assert joined.countries == ["SY", "TR"]
    assert joined.level == Level.PREPARE
    assert join(incident, "TR", level=Level.EVACUATE).level == Level.EVACUATE


@pytest.mark.django_db
def test_nothing_joins_a_closed_incident() -> None:
    incident = builders.incident()
    close(incident)
    with pytest.raises(actions.IncidentClosedError):
        join(incident, "SY")
    with pytest.raises(actions.IncidentClosedError):
        actions.set_level(
            incident_id=incident.pk,
            level=Level.NORMAL,
            now=clock.now(),
            actor=builders.TESTER,
        )


@pytest.mark.django_db
def test_closing_twice_closes_once() -> None:
    incident = builders.incident()
    assert close(incident).closed_at == close(incident).closed_at
    assert LogEntry.objects.filter(incident=incident, kind=LogKind.CLOSED).count() == 1


@pytest.mark.django_db
def test_open_incidents_come_first_and_only_ones_of_the_reader() -> None:
    old, new = builders.incident(name="old"), builders.incident(name="new")
    builders.incident(name="elsewhere", countries=("DE",))
    close(new)
    assert list(queries.incidents_in(frozenset({"TR"}))) == [old, new]
    assert queries.incidents_in(None).count() == 3


@pytest.mark.django_db
def test_a_signal_finds_the_incident_it_opened_until_that_is_closed() -> None:
    incident = builders.incident()
    Incident.objects.filter(pk=incident.pk).update(signal_id=7)
    assert queries.open_incident_of_signal(7, exercise=False) == incident
    assert queries.open_incident_of_signal(7, exercise=True) is None
    close(incident)
    assert queries.open_incident_of_signal(7, exercise=False) is None


@pytest.mark.django_db
def test_a_note_too_long_stays_in_its_box(pages: Pages) -> None:
    incident = builders.incident()
    pages.sign_in(builders.officer("duty_officer"))
    page = pages.post(f"/console/incidents/{incident.pk}/note/", {"text": "Ferry. " * 400})
    assert page.status_code == 422
    assert "Ferry. Ferry." in page.content.decode()
    assert "There is a problem" in page.content.decode()


@pytest.mark.django_db
def test_the_log_is_read_to_its_first_line(pages: Pages) -> None:
    incident, now = builders.incident(), clock.now()
    LogEntry.objects.filter(incident=incident).delete()
    # All of one instant: none of them may fall between two pages.
    LogEntry.objects.bulk_create(
        LogEntry(incident=incident, at=now, kind="note", text=f"Line {number} of it.")
        for number in range(60)
    )
    pages.sign_in(builders.officer("duty_officer"))
    path = f"/console/incidents/{incident.pk}/"
    first = pages.get(path)
    assert "Line 10 of it." in first.content.decode()
    assert "Line 9 of it." not in first.content.decode()
    rest = pages.get(f"{path}?before={first.context['older']}")
    assert "Line 9 of it." in rest.content.decode()
    assert "Line 0 of it." in rest.content.decode()
    assert rest.context["older"] is None
    assert pages.get(f"{path}?before=x").status_code == 200


@pytest.mark.django_db
def test_an_officer_writes_sets_the_level_and_closes(pages: Pages) -> None:
    incident = builders.incident()
    pages.sign_in(builders.officer("duty_officer"))
    path = f"/console/incidents/{incident.pk}/"
    assert pages.get("/console/incidents/").status_code == 200
    pages.post(f"{path}note/", {"text": "Airport is open."})
    pages.post(f"{path}level/", {"level": "3"})
    pages.post(f"{path}close/", {})
    page = pages.get(path).content.decode()
    assert "Airport is open." in page
    assert "Level set to 3." in page
    incident.refresh_from_db()
    assert incident.closed_at is None
    pages.post(f"{path}close/", {"sure": "yes"})
    incident.refresh_from_db()
    assert incident.closed_at is not None
    assert pages.get(path).status_code == 200


@pytest.mark.django_db
def test_who_answers_for_one_of_its_countries_does_not_end_it_for_the_others(pages: Pages) -> None:
    incident = builders.incident()
    Incident.objects.filter(pk=incident.pk).update(countries=["SY", "TR"])
    pages.sign_in(builders.officer("duty_officer", at=builders.post(id=2, seat="TR")))
    path = f"/console/incidents/{incident.pk}/"
    assert "close/" not in pages.get(path).content.decode()
    assert pages.post(f"{path}close/", {"sure": "yes"}).status_code == 404
    incident.refresh_from_db()
    assert incident.closed_at is None


def test_every_kind_of_log_line_has_a_sentence() -> None:
    assert set(SENTENCES) == set(LogKind)


@given(st.sampled_from(["Extreme", "Severe", "Moderate", "Minor", "Unknown"]))
def test_no_severity_orders_anybody_to_leave(severity: str) -> None:
    assert rules.level_for(severity) < Level.LEAVE


@pytest.mark.django_db
def test_an_incident_named_before_names_had_languages_keeps_its_name(pages: Pages) -> None:
    old = builders.incident(name="Earthquake, Antakya")
    pages.sign_in(builders.officer("duty_officer"))
    pages.cookies["django_language"] = "ru"
    assert "Earthquake, Antakya" in pages.get(f"/console/incidents/{old.pk}/").content.decode()


@pytest.mark.django_db
def test_the_log_leads_to_the_board_and_back(pages: Pages) -> None:
    incident = builders.incident()
    pages.sign_in(builders.officer("duty_officer"))
    log, board = f"/console/incidents/{incident.pk}/", f"/console/board/{incident.pk}/"
    assert f'href="{board}"' in pages.get(log).content.decode()
    assert f'href="{log}"' in pages.get(board).content.decode()
