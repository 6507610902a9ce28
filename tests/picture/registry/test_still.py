"""Still there? Who is asked, how often, what an answer and what silence does."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from safeconduct.ground.kernel import clock, tokens
from safeconduct.ground.kernel.catalogues import Catalogue
from safeconduct.picture.registry import actions, levels, rules, terms
from safeconduct.picture.registry.actions.codes import forget_codes
from safeconduct.picture.registry.models import (
    ContactPoint,
    Person,
    Source,
    Stay,
    StillRound,
    StillThere,
)
from safeconduct.wires.messaging.models import BatchText
from tests import builders

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 8, 7, tzinfo=UTC)
DAY = timedelta(days=1)


def resident(days=200, *, phone="+905321234567", mail="", **more):
    with clock.stopped_at(NOW - days * DAY):
        people = builders.family("Leyla", "Kamran", phone=phone, mail=mail, **more)
    return people[0]


def traveller(ends, *, phone="+905321234567"):
    """Somebody whose last day of a trip is so many days from now."""
    person = resident(30, phone=phone)
    until = NOW.date() + (ends + 1) * DAY
    Stay.objects.filter(person__party_id=person.party_id).update(kind="trip", stay_until=until)
    return person


def ask(now=NOW, size=20_000):
    for round_id in actions.open_todays_rounds(now=now, actor=builders.TESTER):
        run(round_id, now, size)


def run(round_id, now=NOW, size=20_000):
    while actions.ask_chunk(round_id=round_id, now=now, actor=builders.TESTER, size=size):
        pass


def change_of_level(code="TR", now=NOW):
    return actions.ask_still_there(country=code, reason="level", now=now, actor=builders.TESTER)


def answer(person, said, now=NOW, **more):
    actions.answer_still_there(
        party_id=person.party_id, said=said, now=now, actor=builders.TESTER, **more
    )


def asked():
    return list(StillThere.objects.order_by("party_id").values_list("party_id", "reason"))


def messages():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT subject_id, channel, address, covers FROM messaging_delivery d"
            " JOIN registry_stillround r ON r.batch_id = d.batch_id ORDER BY 1, 2"
        )
        return cursor.fetchall()


@pytest.fixture(autouse=True)
def no_codes_in_the_way():
    yield
    forget_codes(NOW)


def test_a_resident_is_asked_after_half_a_year_once_for_the_family():
    due, fresh = resident(), resident(20, phone="+905329999999")
    ask()
    assert asked() == [(due.party_id, "resident")]
    assert messages() == [(due.party_id, 1, "+905321234567", 2)]
    assert fresh.party_id != due.party_id


def test_who_travels_on_is_asked_about_where_they_are_and_moves_on_as_told(pages):
    person = traveller(0)
    builders.findable_country("GE", en="Georgia")
    people = Person.objects.filter(party_id=person.party_id)
    for one in people:
        Stay.objects.create(
            person=one, kind="trip", country_id="GE", stay_from=NOW.date() + DAY,
            stay_until=NOW.date() + 9 * DAY, confirmed_at=NOW,
        )  # fmt: skip
    before = list(Stay.objects.order_by("pk").values_list("country", "stay_until"))
    link = tokens.Link(person.party_id, NOW.date() + 9 * DAY, "en", 0)
    with clock.stopped_at(NOW):
        there = f"/me/still/{tokens.mint(link, purpose=terms.STILL_PURPOSE)}/"
        page = pages.get(there).content.decode()
        assert "Georgia" not in page
        assert "last_day" not in page
        pages.post(there, {"said": "still"})
    assert list(Stay.objects.order_by("pk").values_list("country", "stay_until")) == before


def test_whoever_came_by_a_list_learns_it_when_first_asked(pages):
    """There is no mail to say it in, and nobody pressed the button that tells the list."""
    leyla = resident()
    listed = Source.objects.create(
        kind="import", label="Employer Ltd", legal_basis="vital interests",
        collected_on=NOW.date(), created_at=NOW,
    )  # fmt: skip
    Person.objects.update(source=listed, told_at=None)
    ask()
    batch = StillRound.objects.get(reason="resident").batch_id
    tell = {"batch_id": batch, "now": NOW, "actor": builders.TESTER}
    assert actions.note_told_by_notice(**tell) == 0
    with connection.cursor() as cursor:
        cursor.execute("UPDATE messaging_delivery SET state = 2 WHERE batch_id = %s", [batch])
    assert actions.note_told_by_notice(**tell) == 2
    link = tokens.Link(leyla.party_id, NOW.date() + 9 * DAY, "en", 0)
    with clock.stopped_at(NOW):
        page = pages.get(f"/me/still/{tokens.mint(link, purpose=terms.STILL_PURPOSE)}/")
    assert "Employer Ltd" in page.content.decode()


def test_the_graver_the_level_the_sooner(monkeypatch):
    person = resident(40)
    ask()
    assert asked() == []
    sources = Catalogue("source of levels")
    sources.register("low", lambda: {"TR": 1})
    sources.register("grave", lambda: {"TR": 3})
    monkeypatch.setattr(levels, "LEVELS", sources)
    ask(NOW + DAY)
    assert asked() == [(person.party_id, "resident")]


@pytest.mark.parametrize(("ends", "is_asked"), [(-8, False), (-1, True), (0, True), (2, False)])
def test_a_trip_is_asked_about_when_it_ends(ends, is_asked):
    person = traveller(ends)
    ask()
    assert asked() == ([(person.party_id, "trip")] if is_asked else [])


def test_a_trip_that_goes_on_elsewhere_is_asked_about_at_its_last_place():
    person = traveller(0)
    Stay.objects.create(
        person=person,
        kind="trip",
        country=builders.country("GE"),
        stay_from=NOW.date() + DAY,
        stay_until=NOW.date() + 9 * DAY,
        confirmed_at=NOW,
    )
    Stay.objects.exclude(person=person).delete()
    ask()
    assert asked() == []


def test_a_change_of_level_asks_everybody_there_but_who_has_just_said():
    here, _elsewhere = resident(20), resident(20, phone="+995322000000", code="GE")
    resident(1, phone="+905328888888")
    assert change_of_level()
    assert not change_of_level()
    run(StillRound.objects.get().pk)
    assert asked() == [(here.party_id, "level")]
    assert change_of_level(now=NOW + DAY)
    run(StillRound.objects.latest("pk").pk, NOW + DAY)
    assert len(asked()) == 1


def test_nobody_is_asked_twice_in_two_weeks():
    resident()
    for day in (0, 1, 13):
        ask(NOW + day * DAY)
    assert len(asked()) == 1
    ask(NOW + 15 * DAY)
    assert len(asked()) == 2


@pytest.mark.parametrize(
    "state",
    [{"stopped_at": NOW}, {"last_failed_at": NOW, "last_worked_at": None}],
)
def test_who_cannot_be_written_to_or_wrote_stop_is_left_alone(state):
    resident()
    ContactPoint.objects.update(**state)
    ask()
    assert (asked(), messages()) == ([], [])


def test_mail_comes_before_a_text_message():
    person = resident(mail="leyla@example.org")
    ask()
    assert messages() == [(person.party_id, 2, "leyla@example.org", 2)]


def test_a_round_that_broke_off_goes_on_and_asks_nobody_twice():
    people = [resident(phone=f"+90532100000{number}") for number in range(5)]
    trip, residents = actions.open_todays_rounds(now=NOW, actor=builders.TESTER)
    assert actions.ask_chunk(round_id=residents, now=NOW, actor=builders.TESTER, size=2)
    assert len(asked()) == 2
    # The worker died here; the next day another one finds both rounds still open.
    with clock.stopped_at(NOW + DAY):
        ask(NOW + DAY, size=2)
    assert [party for party, _ in asked()] == [one.party_id for one in people]
    assert len(messages()) == 5
    assert StillRound.objects.get(pk=residents).parties == 5
    assert StillRound.objects.get(pk=trip).finished_at is not None


def test_opening_todays_rounds_twice_is_once():
    first = actions.open_todays_rounds(now=NOW, actor=builders.TESTER)
    assert actions.open_todays_rounds(now=NOW, actor=builders.TESTER) == first


def test_the_words_hold_no_name_and_no_place():
    resident()
    ask()
    texts = BatchText.objects.filter(batch_id__in=StillRound.objects.values("batch_id"))
    assert {(one.language, one.channel) for one in texts} == {
        (language, channel) for language in ("az", "en", "ru", "fa", "ar") for channel in (1, 2, 4)
    }
    for text in texts:
        assert "{link}" in text.body
        assert "Leyla" not in text.body
        assert "Adana" not in text.body


def test_still_there_confirms_and_ends_the_silence():
    person = resident()
    ask()
    Person.objects.update(unanswered=2)
    answer(person, "still", NOW + DAY)
    assert set(Stay.objects.values_list("confirmed_at", "departed_on")) == {(NOW + DAY, None)}
    assert set(Person.objects.values_list("unanswered", flat=True)) == {0}
    assert StillThere.objects.get().said == "still"


def test_still_there_after_a_trip_prolongs_it():
    person = traveller(0)
    answer(person, "still")
    assert {one.stay_until for one in Stay.objects.all()} == {NOW.date() + 14 * DAY}
    answer(person, "still", NOW + 13 * DAY, last_day=NOW.date() + 40 * DAY)
    assert {one.stay_until for one in Stay.objects.all()} == {NOW.date() + 41 * DAY}
    # Said in the middle of it, nothing is shortened.
    answer(person, "still", NOW + 20 * DAY)
    assert {one.stay_until for one in Stay.objects.all()} == {NOW.date() + 41 * DAY}


def test_left_ends_what_has_begun():
    person = resident()
    answer(person, "left")
    assert {one.departed_on for one in Stay.objects.all()} == {NOW.date()}


def test_silence_counts_after_a_week_and_deletes_nobody():
    person = resident()
    ask()
    for days, unanswered in ((6, 0), (8, 1), (9, 1)):
        while actions.let_questions_lapse(now=NOW + days * DAY, actor=builders.TESTER):
            pass
        person.refresh_from_db()
        assert person.unanswered == unanswered
    assert Stay.objects.filter(departed_on=None).count() == 2
    # Said late is said.
    answer(person, "still", NOW + 20 * DAY)
    person.refresh_from_db()
    assert person.unanswered == 0


@pytest.mark.parametrize(
    ("days", "unanswered", "confidence"),
    [(0, 0, "firm"), (89, 0, "firm"), (90, 0, "fading"), (364, 0, "fading"), (365, 0, "doubtful"),
     (10, 1, "fading"), (10, 2, "doubtful"), (200, 1, "doubtful"), (700, 9, "doubtful")],
)  # fmt: skip
def test_confidence_falls_with_age_and_silence(days, unanswered, confidence):
    assert rules.confidence_in(NOW - days * DAY, unanswered, now=NOW) == confidence
    assert rules.confidence_in(None, 0, now=NOW) == "doubtful"


# The page behind the link.


def link_to(person, purpose=terms.STILL_PURPOSE):
    link = tokens.Link(person.party_id, (clock.now() + DAY).date(), "en", 0)
    return f"/me/still/{tokens.mint(link, purpose=purpose)}/"


def test_looking_at_the_page_changes_nothing_and_one_button_answers(pages):
    person = resident()
    page = pages.get(link_to(person))
    assert "Adana" in page.text
    assert "Leyla" not in page.text
    assert page["Cache-Control"] == "no-store"
    assert Stay.objects.filter(confirmed_at__lt=NOW - 100 * DAY).count() == 2
    done = pages.post(link_to(person), {"said": "still"})
    assert Stay.objects.filter(confirmed_at__gt=clock.now() - DAY).count() == 2
    assert "Thank you" in pages.get(done["Location"]).text
    pages.post(link_to(person), {"said": "left"})
    assert not Stay.objects.filter(departed_on=None).exists()


def test_the_link_opens_nothing_else_and_no_other_link_opens_it(pages):
    person = resident()
    token = link_to(person).split("/")[3]
    assert pages.get(f"/me/{token}/").status_code == 404
    assert pages.get(link_to(person, purpose=terms.LINK_PURPOSE)).status_code == 404


@pytest.mark.parametrize("said", ["", "maybe"])
def test_only_the_two_buttons_are_understood(pages, said):
    person = resident()
    assert pages.post(link_to(person), {"said": said}).status_code == 200
    assert not Stay.objects.filter(confirmed_at__gt=clock.now() - DAY).exists()
