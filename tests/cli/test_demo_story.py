"""The demo's story, told twice on one database, and the link it ends with."""

from pathlib import Path

import pytest
from django.conf import settings

from safeconduct.cli.demo import asking, story
from safeconduct.cli.demo.answering import somebody_silent
from safeconduct.ground.kernel import clock, tokens
from safeconduct.ground.kernel.geometry import cell_at
from safeconduct.ground.missions.terms import DemoLogin
from safeconduct.picture.incidents.actions import declare_incident
from safeconduct.picture.incidents.models import Incident
from safeconduct.picture.incidents.queries import open_incident_of_signal
from safeconduct.picture.incidents.terms import Level
from safeconduct.response.alerts.models import Release
from safeconduct.response.checkins.engine import drain
from safeconduct.response.checkins.models import Asked
from safeconduct.wires.intake.terms import Answer
from tests import builders

pytestmark = pytest.mark.django_db


def _incident(signal_id: int, *, exercise: bool = False) -> Incident:
    return declare_incident(
        name="Earthquake",
        hazard="earthquake",
        level=Level.PREPARE,
        exercise=exercise,
        countries=("TR",),
        signal_id=signal_id,
        now=clock.now(),
        actor=builders.TESTER,
    )


def test_a_second_demo_counts_nobody_of_the_first() -> None:
    officer = builders.officer(email="releaser@mfa.example")
    logins = [DemoLogin("releaser", officer.name, officer.email, "")]
    quake, other = builders.signal(), builders.signal("us6000other")
    first, elsewhere = _incident(quake.pk), _incident(other.pk)
    drill = _incident(quake.pk, exercise=True)

    story.close_last(quake, logins)
    story.close_last(quake, logins)

    assert open_incident_of_signal(quake.pk, exercise=False) is None
    assert set(Incident.objects.filter(closed_at=None)) == {elsewhere, drill}
    assert first.pk not in {elsewhere.pk, drill.pk}


def test_whoever_watches_may_answer_for_somebody_silent_who_reads_azerbaijani() -> None:
    builders.resident(phone="+999500000001", language="ru")
    silent = builders.resident(phone="+999500000002", language="az")
    builders.released_alert(severity="Severe")
    release = Release.objects.get()

    found = somebody_silent(release)

    assert found is not None
    address, _, token = found.link.rpartition("/s/")
    link = tokens.read(token, purpose=release.batch.link_purpose)
    asked = Asked.objects.get(person_id=silent.pk)
    assert (address, link.subject_id, link.language) == (settings.ANSWER_URL, asked.id, "az")
    assert found.name == silent.given_name

    builders.raw_answer(asked.id, Answer.SAFE)
    drain.run_once()
    assert somebody_silent(release) is None


def test_what_nobody_asked_is_counted_in_reports_and_in_people(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken: list[str] = []

    def send(_url: str, path: str, fields: dict[str, str], _photos: list[bytes]) -> bool:
        taken.append(path)
        return fields.get("what") != "shelter"

    monkeypatch.setattr(asking, "_send", send)
    assert asking.ask_for_help("http://127.0.0.1:1") == (5, 3 + 1 + 1 + 4 + 1)
    assert taken == ["/help"] * 4 + ["/here"] * 2


def test_of_a_feed_the_event_most_people_are_in_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    feed = tmp_path / "feed.json"
    feed.write_text("{}")
    cell = cell_at(37.0, 35.32)
    there = builders.signal("us6000there", cells_from=[cell], cells_until=[cell + 1])
    nowhere = builders.signal("us6000sea", cells_from=[1], cells_until=[2])
    unplaced = builders.signal("us6000blank", cells_from=[], cells_until=[])
    builders.resident()
    monkeypatch.setattr(story, "receive_signals", lambda *_, **__: [unplaced, nowhere, there])
    assert story.read_hazard(feed) == there
    monkeypatch.setattr(story, "receive_signals", lambda *_, **__: [unplaced])
    with pytest.raises(story.DemoFailedError):
        story.read_hazard(feed)
