"""What a national reads of us: what we know, who looked, what they agreed to; and that it goes."""

import json
from datetime import timedelta
from typing import Any

import pytest

from safeconduct.ground.audit.models import Entry, Look
from safeconduct.ground.kernel import clock
from safeconduct.ground.privacy import queries as privacy
from safeconduct.ground.privacy import sealing
from safeconduct.ground.privacy.actions import choose_consents
from safeconduct.ground.privacy.holdings import holdings
from safeconduct.ground.privacy.models import Consent, DataKey
from safeconduct.ground.privacy.sealing import ShreddedError, Subject
from safeconduct.picture.registry.actions import delete_party, link_of
from safeconduct.picture.registry.models import Confided, ContactPoint, Stay
from tests import builders
from tests.pages import Pages

pytestmark = pytest.mark.django_db
PASSPORT = "registry.Confided.passport"


@pytest.fixture
def leyla() -> Any:
    return builders.family()[0]


def _path(person: Any, page: str, language: str = "az") -> str:
    return f"/me/{link_of(person.party_id, language, clock.now())}/{page}/"


def _confide(person: Any, number: str = "C01234567") -> bytes:
    sealed = sealing.seal(subject=Subject("person", person.pk), field=PASSPORT, text=number)
    Confided.objects.create(person=person, passport=sealed, told_at=clock.now())
    return sealed


def test_everything_we_hold_is_on_the_page_and_in_the_file(leyla: Any, pages: Pages) -> None:
    builders.asked([leyla])
    _confide(leyla)
    page = pages.get(_path(leyla, "data"))
    text = page.content.decode()
    assert page["Cache-Control"] == "no-store"
    for point in ContactPoint.objects.filter(person__party_id=leyla.party_id):
        assert point.address in text
    assert leyla.given_name in text
    assert "ends with 567" in text
    assert "C01234567" not in text, "a link is no proof of who reads"
    answer = pages.get(_path(leyla, "data/file"))
    assert answer["Content-Disposition"].startswith("attachment")
    told = json.loads(answer.content)
    by_name = {section["name"]: section for section in told["sections"]}
    assert set(by_name) == set(holdings)
    assert by_name["checkins.asked"]["entries"]
    assert by_name["rollcall.standings"]["entries"][0]["safety"]
    assert by_name["registry.people"]["why"]
    assert by_name["registry.people"]["kept"]


def test_what_we_know_costs_the_same_for_one_and_for_many(
    leyla: Any, pages: Pages, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        builders.asked([leyla])
    with django_assert_max_num_queries(60):
        pages.get(_path(leyla, "data"))


def test_another_familys_data_is_not_on_it(leyla: Any, pages: Pages) -> None:
    other = builders.household(names=["Zeynalabdin"], phone="+99955511122")[0]
    builders.asked([other])
    text = pages.get(_path(leyla, "data")).content.decode()
    assert "Zeynalabdin" not in text
    assert "+99955511122" not in text


def test_the_person_reads_their_own_dates(leyla: Any, pages: Pages) -> None:
    stays = Stay.objects.filter(person__party_id=leyla.party_id)
    stays.update(kind="trip", stay_until=clock.now().date() + timedelta(days=10), departed_on=None)
    deleted_on = (clock.now() + timedelta(days=24)).date()
    told = json.loads(pages.get(_path(leyla, "data/file")).content)
    (section,) = [one for one in told["sections"] if one["name"] == "registry.stays"]
    assert {entry["kept_until"] for entry in section["entries"]} == {deleted_on.isoformat()}


def test_who_opened_the_record_is_read_by_role_and_post(leyla: Any, pages: Pages) -> None:
    officer = builders.officer("duty_officer", at=builders.post(id=2))
    console = Pages().sign_in(officer)
    found = console.post("/console/people/", {"text": leyla.given_name, "reason": "asked"})
    assert f"/console/people/{leyla.pk}/?for=asked" in found.content.decode()
    console.get(f"/console/people/{leyla.pk}/?for=asked")
    console.get(f"/console/people/{leyla.pk}/?for=made-up")
    page = pages.get(_path(leyla, "looked"), headers={"Accept-Language": "en"}).content.decode()
    assert "Duty officer, Embassy 2" in page
    assert "Your record was opened." in page
    assert "For: you or your family asked us." in page
    assert "For: after a search for a name." in page
    assert officer.name not in page


def test_a_panel_a_list_and_a_story_are_looks_too(leyla: Any) -> None:
    asked = builders.asked([leyla])
    console = Pages().sign_in(builders.officer("duty_officer", at=builders.post(id=2)))
    base = f"/console/board/{asked[0].incident_id}"
    console.get(f"{base}/people/{leyla.pk}/")
    console.post(f"{base}/silent/file/")
    seen = Look.objects.filter(person_id=leyla.pk).values_list("what", "why", "why_id")
    assert set(seen) == {
        ("board.panel", "incident", asked[0].incident_id),
        ("board.file", "incident", asked[0].incident_id),
    }


def test_a_consent_is_given_and_taken_back_without_script(leyla: Any, pages: Pages) -> None:
    path = _path(leyla, "consent")
    assert pages.get(path).status_code == 200
    answer = pages.post(path, {"purpose": "family", "agree": "yes"}, follow=True)
    assert answer.status_code == 200
    party = Subject("party", leyla.party_id)
    assert privacy.consents_of(party)["family"].given
    pages.post(path, {"purpose": "family", "agree": "no"})
    assert not privacy.consents_of(party)["family"].given
    assert pages.post(path, {"purpose": "advertising", "agree": "yes"}).status_code == 404


def test_officers_read_what_may_be_told_and_passed_on(leyla: Any, pages: Pages) -> None:
    incident = builders.asked([leyla])[0].incident_id
    console = Pages().sign_in(builders.officer("duty_officer", at=builders.post(id=2)))
    record, panel = f"/console/people/{leyla.pk}/", f"/console/board/{incident}/people/{leyla.pk}/"
    for page in (record, panel):
        assert "Tell the family nothing" in console.get(page).content.decode()
    for purpose in ("family", "partners"):
        pages.post(_path(leyla, "consent"), {"purpose": purpose, "agree": "yes"})
    for page in (record, panel):
        assert "Family may be told" in console.get(page).content.decode()
    saved = console.post(f"/console/board/{incident}/silent/file/").content.decode()
    assert saved.splitlines()[1].endswith(",TR,yes")


def test_taking_back_warnings_leaves_threats_to_life_alone(leyla: Any, pages: Pages) -> None:
    points = ContactPoint.objects.filter(person__party_id=leyla.party_id)
    pages.post(_path(leyla, "consent"), {"purpose": "warnings", "agree": "no"})
    assert not points.filter(stopped_at=None).exists()
    pages.post(_path(leyla, "consent"), {"purpose": "warnings", "agree": "yes"})
    assert not points.exclude(stopped_at=None).exists()


def test_taking_back_what_is_sealed_deletes_it_at_once(leyla: Any, pages: Pages) -> None:
    _confide(leyla)
    pages.post(_path(leyla, "consent"), {"purpose": "sensitive", "agree": "no"})
    assert not Confided.objects.exists()


@pytest.mark.parametrize("page", ["data", "data/file", "looked", "consent"])
def test_a_link_that_opens_nothing_says_so(page: str, pages: Pages) -> None:
    assert pages.get(f"/me/{'0' * 22}/{page}/").status_code == 404


@pytest.mark.parametrize("language", ["az", "ru", "fa", "ar", "en"])
def test_the_pages_are_whole_in_every_language(leyla: Any, language: str) -> None:
    pages = Pages(headers={"Accept-Language": language})
    for page in ("data", "looked", "consent"):
        assert pages.get(_path(leyla, page, language)).status_code == 200


def test_who_deletes_their_record_can_be_read_by_nobody_again(leyla: Any, pages: Pages) -> None:
    """Key, consents, looks and traces go in the transaction of the deletion."""
    sealed = _confide(leyla)
    party = leyla.party_id
    choose_consents(
        subject=Subject("party", party),
        choices={"family": True},
        language="az",
        how="form",
        now=clock.now(),
        actor=builders.TESTER,
    )
    console = Pages().sign_in(builders.officer("duty_officer", at=builders.post(id=2)))
    console.get(f"/console/people/{leyla.pk}/")
    wrapped = bytes(DataKey.objects.get(kind="person", subject_id=leyla.pk).wrapped)
    link = _path(leyla, "delete")
    pages.post(link)
    with pytest.raises(ShreddedError):
        sealing.unseal(subject=Subject("person", leyla.pk), field=PASSPORT, sealed=sealed)
    kept = [bytes(row.wrapped) for row in DataKey.objects.exclude(wrapped=None)]
    assert wrapped not in kept
    assert not Confided.objects.exists()
    assert not Consent.objects.filter(subject_id=party).exists()
    assert not Look.objects.filter(person_id=leyla.pk).exists()
    traces = Entry.objects.filter(subject_kind__in=["person", "party"])
    assert not traces.filter(subject_id__in=[leyla.pk, party]).exists()
    assert pages.get(_path(leyla, "data")).status_code == 404


def test_a_record_deleted_by_the_night_is_shredded_too(leyla: Any) -> None:
    from safeconduct.picture.registry.actions import forget_what_is_over

    sealed = _confide(leyla)
    today = clock.now().date()
    Stay.objects.update(
        kind="trip", stay_from=today - timedelta(days=30), stay_until=today - timedelta(days=15)
    )
    assert forget_what_is_over(clock.now())
    with pytest.raises(ShreddedError):
        sealing.unseal(subject=Subject("person", leyla.pk), field=PASSPORT, sealed=sealed)


def test_delete_party_leaves_others_keys_alone(leyla: Any) -> None:
    other = builders.household(names=["Rəna"])[0]
    kept = sealing.seal(subject=Subject("person", other.pk), field=PASSPORT, text="C7")
    _confide(leyla)
    delete_party(party_id=leyla.party_id, now=clock.now(), actor=builders.TESTER)
    told = sealing.unseal(subject=Subject("person", other.pk), field=PASSPORT, sealed=kept)
    assert told == "C7"
