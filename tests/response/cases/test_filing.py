"""From the pile to people, standings and requests: once each, whatever is sent how often."""

import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from PIL import Image

from safeconduct.ground.kernel import clock
from safeconduct.picture.registry.models import Person
from safeconduct.picture.rollcall.models import Standing
from safeconduct.picture.rollcall.terms import Presence, Safety
from safeconduct.response.cases import queries
from safeconduct.response.cases.engine import drain
from safeconduct.response.cases.models import Case, Photo, Report, Unread
from safeconduct.response.cases.terms import Need, Urgency, Way
from safeconduct.response.checkins.engine import drain as answers
from safeconduct.wires.intake.engine.reported import reference_of
from safeconduct.wires.intake.models import HelpWords, RawReport
from safeconduct.wires.intake.terms import Answer, Kind, Scope
from tests import builders
from tests.response.cases.bent import bent_photo
from tests.response.cases.reports import report

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def place():
    builders.post(id=2, seat="TR")


def words_of(case):
    return [said.words for said in queries.said_in(case, notes=True)]


def jpeg(**how) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(made, "JPEG", **how)
    return made.getvalue()


def test_i_need_help_becomes_a_request_with_their_words():
    key = report(what="injured", words="Ayağım sınıb", name="Leyla", phone="+994501234567")
    assert drain.run_once() == 1
    case = Case.objects.get()
    assert case.reference == reference_of(key)
    assert (case.what, case.urgency, case.way) == (Need.INJURED, Urgency.NOW, Way.APP)
    assert (case.country, case.post_id, case.language) == ("TR", 2, "az")
    assert words_of(case) == ["Ayağım sınıb"]
    assert queries.details_of_cases([case])[case.pk]["phone"] == "+994501234567"
    assert b"Leyla" not in bytes(case.details)
    assert Person.objects.get(pk=case.person_id).given_name == "Leyla"
    assert not RawReport.objects.exists()


def test_in_an_open_incident_they_stand_as_needing_help_and_are_in_one_request():
    incident = builders.incident()
    report(what="trapped", words="Binada")
    drain.run_once()
    case = Case.objects.get()
    standing = Standing.objects.get(incident_id=incident.pk, person_id=case.person_id)
    assert (standing.presence, standing.safety) == (Presence.CONFIRMED, Safety.NEEDS_HELP)
    assert (standing.country, standing.post_id) == ("TR", 2)
    assert case.incident_id == incident.pk
    assert drain.gather_calls() == 0
    assert Case.objects.count() == 1


def test_i_am_here_and_safe_is_a_sighting_and_no_request():
    incident = builders.incident()
    report(Kind.HERE, what="safe", name="Anar", people="3")
    drain.run_once()
    assert not Case.objects.exists()
    standings = Standing.objects.filter(incident_id=incident.pk)
    assert [one.safety for one in standings] == [Safety.SAFE] * 3
    assert Report.objects.get().is_safe


def test_i_am_here_and_need_help_is_a_request_too():
    report(Kind.HERE, what="help", words="Sərhəddəyəm")
    drain.run_once()
    assert words_of(Case.objects.get()) == ["Sərhəddəyəm"]


def test_the_same_report_again_changes_nothing():
    key = report(words="help")
    drain.run_once()
    report(key=key, words="help")
    report(key=key, words="help")
    drain.run_once()
    assert Case.objects.count() == Person.objects.count() == 1
    assert words_of(Case.objects.get()) == ["help"]


def test_two_copies_in_one_set_are_one():
    key = report(words="help")
    report(key=key, words="help")
    drain.run_once()
    assert words_of(Case.objects.get()) == ["help"]


def test_more_words_under_the_same_key_are_added():
    key = report(words="help")
    drain.run_once()
    report(key=key, words="we are four now", injuries="a broken arm")
    drain.run_once()
    case = Case.objects.get()
    assert words_of(case) == ["help", "we are four now"]
    assert case.urgency == Urgency.NOW


def held_places() -> set[tuple[str, int]]:
    """Who may put people on which roll just now: by kind of lock and incident."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT mode, objid FROM pg_locks WHERE locktype = 'advisory' AND pid ="
            " pg_backend_pid() AND classid = x'73656174'::int::oid AND granted"
        )
        return set(cursor.fetchall())


def test_who_may_be_laid_out_just_now_is_awaited_before_the_roll_is_held(monkeypatch):
    """A layout inserts and then holds: the other way round each would wait for the other."""
    from safeconduct.picture.registry.actions import link_of
    from safeconduct.response.cases.engine.filing import rows

    incident = builders.incident()
    (person,) = builders.household(1)
    builders.asked([person], of=incident)
    assert held_places() == {("ShareLock", incident.pk)}
    seen, hold = [], rows.hold
    monkeypatch.setattr(rows, "hold", lambda *a: seen.append(held_places()) or hold(*a))
    report(Kind.HERE, what="safe")
    drain.run_once()
    assert all(("ExclusiveLock", incident.pk) not in held for held in seen)
    seen.clear()
    report(record=link_of(person.party_id, "az", clock.now()), words="help")
    drain.run_once()
    assert ("ExclusiveLock", incident.pk) in seen[0]


def test_a_registered_party_keeps_one_open_request():
    from safeconduct.picture.registry.actions import link_of

    (person,) = builders.household(1)
    link = link_of(person.party_id, "az", clock.now())
    report(record=link, words="one")
    report(record=link, words="two")
    drain.run_once()
    case = Case.objects.get()
    assert (case.person_id, case.party_id) == (person.pk, person.party_id)
    assert words_of(case) == ["one", "two"]


def test_an_answer_by_link_becomes_a_request_once():
    people = builders.household(1)
    (asked,) = builders.asked(people)
    builders.raw_answer(asked.id, Answer.NEEDS_HELP)
    answers.run_once()
    assert drain.gather_calls() == 1
    assert drain.gather_calls() == 0
    case = Case.objects.get()
    assert (case.way, case.what, case.person_id) == (Way.ANSWER, Need.UNSAID, people[0].pk)
    assert case.incident_id == asked.incident_id


def test_one_answer_for_the_family_is_one_request_for_all():
    people = builders.household(3)
    asked = builders.asked(people)
    builders.raw_answer(asked[1].id, Answer.NEEDS_HELP, scope=Scope.ALL_OF_US)
    answers.run_once()
    drain.gather_calls()
    case = Case.objects.get()
    assert case.person_id == people[1].pk
    assert case.people == [person.pk for person in people]
    found = queries.open_cases_of(asked[0].incident_id, [person.pk for person in people])
    assert set(found.values()) == {case.pk}


def test_words_by_sms_come_along():
    people = builders.household(1, phone="+994501234567")
    builders.asked(people)
    builders.raw_answer(sender="+994501234567", text="Kömək edin")
    answers.run_once()
    assert HelpWords.objects.count() == 1
    drain.gather_calls()
    case = Case.objects.get()
    assert (case.way, words_of(case)) == (Way.TEXT, ["Kömək edin"])
    assert not HelpWords.objects.exists()


def test_words_no_list_covers_open_a_request_and_still_wait_for_a_reader():
    people = builders.household(1, phone="+994501234567")
    (asked,) = builders.asked(people)
    builders.raw_answer(sender="+994501234567", text="help, my leg is broken")
    answers.run_once()
    drain.gather_calls()
    case = Case.objects.get()
    assert (case.person_id, words_of(case)) == (people[0].pk, ["help, my leg is broken"])
    from safeconduct.response.checkins.actions import settle_unclear
    from safeconduct.response.checkins.models import Unclear

    settle_unclear(
        unclear_id=Unclear.objects.get().pk,
        asked_ids=[asked.id],
        answer=Answer.NEEDS_HELP,
        now=clock.now(),
        actor=builders.TESTER,
    )
    drain.gather_calls()
    assert Case.objects.count() == 1
    assert words_of(Case.objects.get()) == ["help, my leg is broken"]


def called_and_wrote():
    """Leyla has tapped "need help"; her family's telephone then wrote. Two requests."""
    people = builders.household(2, phone="+994501234567")
    asked = builders.asked(people)
    now = clock.now()
    builders.raw_answer(asked[0].id, Answer.NEEDS_HELP, received_at=now - timedelta(seconds=30))
    answers.run_once()
    drain.gather_calls()
    builders.raw_answer(
        sender="+994501234567",
        text="help, my leg is broken",
        received_at=now - timedelta(seconds=10),
    )
    answers.run_once()
    drain.gather_calls()
    hers, of_nobody = Case.objects.order_by("pk")
    assert (hers.person_id, of_nobody.person_id) == (people[0].pk, None)
    return asked[0], hers, of_nobody


def test_a_text_settled_as_of_somebody_with_a_request_is_added_to_that():
    from safeconduct.response.checkins.actions import settle_unclear
    from safeconduct.response.checkins.models import Unclear

    asked, hers, of_nobody = called_and_wrote()
    settle_unclear(
        unclear_id=Unclear.objects.get().pk,
        asked_ids=[asked.id],
        answer=Answer.NEEDS_HELP,
        now=clock.now(),
        actor=builders.TESTER,
    )
    assert drain.gather_calls() == 1
    assert drain.gather_calls() == 0
    assert Case.objects.filter(closed_at=None).count() == 2
    assert hers.events.filter(deed="repeated").exists()
    # Whoever reads the one learns of the other.
    assert of_nobody.events.get(deed="elsewhere").detail == {"reference": hers.reference}
    assert hers.events.get(deed="elsewhere").detail == {"reference": of_nobody.reference}


def test_a_report_sent_again_after_another_request_was_opened_is_added_to_that():
    from safeconduct.picture.registry.actions import link_of

    (person,) = builders.household(1)
    link = link_of(person.party_id, "az", clock.now())
    key = report(record=link, words="one")
    drain.run_once()
    builders.incident()
    report(record=link, words="two")
    drain.run_once()
    report(key=key, record=link, words="three")
    drain.run_once()
    assert not Unread.objects.exists()
    early, late = Case.objects.order_by("pk")
    assert (words_of(early), words_of(late)) == (["one"], ["two", "three"])
    assert Report.objects.get(key=key).case_id == late.pk


def test_one_call_that_cannot_be_filed_holds_up_no_other(monkeypatch):
    from safeconduct.response.cases.engine import calls

    first, other = builders.household(1), builders.household(1)
    for person in (*first, *other):
        (asked,) = builders.asked([person])
        builders.raw_answer(asked.id, Answer.NEEDS_HELP)
    answers.run_once()
    real = calls.new_case

    def choosy(draft, now):
        if draft.person_id == first[0].pk:
            raise RuntimeError("of a kind nobody thought of")
        return real(draft, now)

    monkeypatch.setattr(calls, "new_case", choosy)
    monkeypatch.setattr("safeconduct.response.cases.actions.opening.new_case", choosy)
    gathering = drain.Gathering()
    assert gathering.run_once() == 1
    assert Case.objects.get().person_id == other[0].pk
    # Not tried at every turn, yet not forgotten.
    assert gathering.run_once() == 0
    monkeypatch.undo()
    assert drain.gather_calls() == 1
    assert Case.objects.count() == 2


def test_one_text_that_cannot_be_filed_holds_up_no_other(monkeypatch):
    from safeconduct.response.cases.engine import texts

    for number in ("+905321234567", "+905321234568"):
        builders.raw_answer(sender=number, text="SOS kömək")
    answers.run_once()
    real = texts.open_or_add

    def choosy(draft, **more):
        if draft.details["phone"] == "+905321234567":
            raise RuntimeError("of a kind nobody thought of")
        return real(draft, **more)

    monkeypatch.setattr(texts, "open_or_add", choosy)
    gathering = drain.Gathering()
    assert gathering.run_once() == 1
    assert gathering.run_once() == 0
    assert Case.objects.count() == 1


def test_a_text_from_a_number_nobody_knows_is_a_request_of_nobody_yet():
    builders.raw_answer(sender="+905321234567", text="SOS kömək")
    answers.run_once()
    drain.gather_calls()
    drain.gather_calls()
    case = Case.objects.get()
    assert (case.person_id, case.people, case.post_id) == (None, [], None)
    assert queries.details_of_cases([case])[case.pk] == {"phone": "+905321234567"}


def test_calling_again_while_it_is_open_adds_to_it():
    people = builders.household(1)
    (asked,) = builders.asked(people)
    builders.raw_answer(asked.id, Answer.NEEDS_HELP)
    answers.run_once()
    drain.gather_calls()
    builders.raw_answer(asked.id, Answer.NEEDS_HELP, received_at=clock.now() + timedelta(seconds=5))
    answers.run_once()
    assert drain.gather_calls() == 1
    assert Case.objects.count() == 1
    assert "repeated" in [event.deed for event, _ in queries.events_of(Case.objects.get())]


def test_a_position_is_sealed_and_has_an_end():
    now = clock.now()
    report(lat="40.4093", lon="49.8671", accuracy="20")
    report(lat="40.4", lon="49.8", received_at=now - timedelta(hours=25))
    drain.run_once()
    old, fresh = Case.objects.order_by("received_at")
    assert old.position is None
    assert queries.position_of(fresh, now)["lat"] == 40.4093
    assert queries.position_of(fresh, now + timedelta(hours=25)) is None


def test_photos_are_made_anew_without_what_they_carried():
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    sent = jpeg(exif=exif)
    assert b"SecretCamera" in sent
    report(words="see", photos=[sent, b"\xff\xd8\xffnot a photo"])
    drain.run_once()
    case = Case.objects.get()
    photo = Photo.objects.get()
    assert (photo.width, photo.height) == (40, 30)
    from safeconduct.ground.privacy.sealing import Subject, unseal_bytes

    content = unseal_bytes(
        subject=Subject("case", case.pk), field="cases.Photo.content", sealed=photo.content
    )
    assert content.startswith(b"\xff\xd8\xff")
    assert b"SecretCamera" not in content
    assert "photos_lost" in [event.deed for event, _ in queries.events_of(case)]


def test_a_photo_bent_on_purpose_costs_that_photo_and_nothing_else():
    report(words="poison", photos=[bent_photo()])
    report(words="innocent")
    drain.run_once()
    assert {words for case in Case.objects.all() for words in words_of(case)} == {
        "poison",
        "innocent",
    }
    assert not Photo.objects.exists()
    assert not Unread.objects.exists()


@pytest.mark.parametrize("fault", [AttributeError, RuntimeError, Person.DoesNotExist])
def test_whatever_one_report_raises_the_others_are_filed(monkeypatch, fault):
    from safeconduct.response.cases.engine import filing

    real = filing.take_in_report

    def choosy(*, report, **more):
        if report.name == "poison":
            raise fault("of a kind nobody thought of")
        return real(report=report, **more)

    monkeypatch.setattr(filing, "take_in_report", choosy)
    report(name="poison")
    report(words="innocent")
    each = drain.Drain()
    while each.run_once():
        pass
    assert Unread.objects.get().reason == fault.__name__
    assert words_of(Case.objects.get()) == ["innocent"]


def test_while_the_database_is_not_itself_nothing_is_set_aside(monkeypatch):
    from django.db import OperationalError

    def away(**_):
        raise OperationalError("gone")

    monkeypatch.setattr(drain, "file_reports", lambda *_, **__: away())
    report(words="later")
    with pytest.raises(OperationalError):
        drain.Drain().run_once()
    assert RawReport.objects.exists()
    assert not Unread.objects.exists()


def test_what_no_key_opens_waits_for_a_person_and_the_others_go_on():
    RawReport.objects.create(received_at=clock.now(), key=uuid4(), kind=2, sealed=b"broken")
    report(words="fine")
    assert drain.run_once() == 2
    assert Unread.objects.get().reason == "SealBrokenError"
    assert words_of(Case.objects.get()) == ["fine"]


def test_what_cannot_be_filed_is_set_aside_alone(monkeypatch):
    from safeconduct.response.cases.engine import filing

    real = filing.take_in_report

    def choosy(*, report, **more):
        if report.name == "poison":
            raise ValueError("as a database would")
        return real(report=report, **more)

    monkeypatch.setattr(filing, "take_in_report", choosy)
    report(words="one")
    report(name="poison")
    report(words="two")
    each = drain.Drain()
    while each.run_once():
        pass
    assert Unread.objects.count() == 1
    assert Case.objects.count() == 2


def test_a_report_costs_no_more_queries_for_many_incidents_known(django_assert_max_num_queries):
    builders.incident()
    for _ in range(5):
        report(Kind.HERE, what="safe")
    with django_assert_max_num_queries(200):
        drain.run_once()
