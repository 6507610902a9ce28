"""What officers do about requests: nothing of two who act at once is lost."""

from datetime import timedelta

import pytest

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.registry.models import ContactPoint
from safeconduct.picture.rollcall.models import Standing
from safeconduct.picture.rollcall.terms import Safety
from safeconduct.response.cases import actions, queries
from safeconduct.response.cases.actions import talking
from safeconduct.response.cases.engine import drain, listing
from safeconduct.response.cases.models import Case, Message, NoticeBatch, Photo
from safeconduct.response.cases.terms import Need, Outcome, State, Urgency
from safeconduct.response.checkins.engine import drain as answers
from safeconduct.wires.intake.terms import Answer
from safeconduct.wires.messaging.models import Delivery
from safeconduct.wires.messaging.terms import Channel
from tests import builders

pytestmark = pytest.mark.django_db


def by(officer):
    return {"now": clock.now(), "actor": Actor.officer(officer.pk)}


@pytest.fixture
def one():
    return builders.officer("duty_officer")


@pytest.fixture
def other():
    return builders.officer("releaser")


def test_two_officers_cannot_take_one_request_by_accident(one, other):
    case = builders.help_request()
    actions.take_case(case_id=case.pk, **by(one))
    with pytest.raises(actions.OwnedByAnotherError):
        actions.take_case(case_id=case.pk, **by(other))
    actions.take_case(case_id=case.pk, take_over=True, **by(other))
    case.refresh_from_db()
    assert (case.owner_id, case.state) == (other.pk, State.OPEN)


def test_a_change_made_of_an_old_page_is_refused_and_changes_nothing(one, other):
    case = builders.help_request()
    actions.set_urgency(case_id=case.pk, version=1, urgency=Urgency.NOW, **by(one))
    with pytest.raises(actions.StaleCaseError):
        actions.set_urgency(case_id=case.pk, version=1, urgency=Urgency.DAYS, **by(other))
    case.refresh_from_db()
    assert (case.urgency, case.urgency_by) == (Urgency.NOW, one.pk)


def test_nobody_closes_over_a_message_they_have_not_seen(one):
    case = builders.help_request()
    actions.hear(case_id=case.pk, words="wait!", key=None, now=clock.now(), actor=Actor.citizen(1))
    with pytest.raises(actions.StaleCaseError):
        actions.close_case(case_id=case.pk, version=1, outcome=Outcome.HELPED, **by(one))


def test_an_answer_over_new_words_is_asked_about_and_then_sent(one):
    case = builders.help_request()
    seen = case.messages.get().pk
    actions.hear(case_id=case.pk, words="more", key=None, now=clock.now(), actor=Actor.citizen(1))
    with pytest.raises(actions.NewWordsError):
        actions.reply(case_id=case.pk, words="on our way", seen=seen, **by(one))
    actions.reply(case_id=case.pk, words="on our way", seen=None, **by(one))
    said = [each.words for each in queries.said_in(case, notes=True)]
    assert said == ["Kömək edin", "more", "on our way"]


def test_an_answer_is_told_of_by_every_way_and_says_nothing_of_itself(one):
    case = builders.help_request()
    for channel, address in ((1, "+994501234567"), (2, "a@example.com")):
        ContactPoint.objects.create(person_id=case.person_id, channel=channel, address=address)
    message, sent = actions.reply(case_id=case.pk, words="Gəlirik", seen=None, **by(one))
    assert sent == 2
    sent_by = Delivery.objects.filter(batch_id=message.batch_id)
    assert {row.channel for row in sent_by} == {Channel.SMS, Channel.EMAIL}
    assert {row.subject_id for row in sent_by} == {case.pk}
    (said,) = [each for each in queries.said_in(case, notes=False) if each.is_ours]
    assert len(said.tried) == 2


def test_the_second_answer_of_a_day_is_told_of_again(one):
    case = builders.help_request(details={"phone": "+994501234567"})
    for words in ("first", "second"):
        _, sent = actions.reply(case_id=case.pk, words=words, seen=None, **by(one))
        assert sent == 1
    assert NoticeBatch.objects.count() == 2
    assert Delivery.objects.filter(recipient_id=case.person_id).count() == 2


def test_a_number_told_in_the_request_is_used_where_nobody_is_registered(one):
    case = builders.help_request(
        person_id=None, party_id=None, people=(), details={"phone": "+994 50 123 45 67"}
    )
    message, sent = actions.reply(case_id=case.pk, words="Kimsiniz?", seen=None, **by(one))
    assert sent == 1
    delivery = Delivery.objects.get(batch_id=message.batch_id)
    assert (delivery.recipient_id, delivery.address) == (-case.pk, "+994501234567")


def test_an_empty_answer_is_refused(one):
    with pytest.raises(actions.NothingSaidError):
        actions.reply(case_id=builders.help_request().pk, words="  ", seen=None, **by(one))


def called_for_help():
    people = builders.household(1)
    (asked,) = builders.asked(people)
    builders.raw_answer(asked.id, Answer.NEEDS_HELP)
    answers.run_once()
    drain.gather_calls()
    return Case.objects.get(), asked.incident_id


@pytest.mark.parametrize(
    ("outcome", "open_call"), [(Outcome.HELPED, False), (Outcome.REFERRED, True)]
)
def test_closing_closes_the_call_where_the_outcome_says_so(one, outcome, open_call):
    case, incident_id = called_for_help()
    actions.close_case(case_id=case.pk, version=case.version, outcome=outcome, **by(one))
    standing = Standing.objects.get(incident_id=incident_id, person_id=case.person_id)
    assert standing.help_open is open_call
    # A call that is open still belongs to the request that was closed: no new one appears.
    assert drain.gather_calls() == 0


def test_a_call_after_closing_is_a_new_request(one):
    case, incident_id = called_for_help()
    actions.close_case(case_id=case.pk, version=case.version, outcome=Outcome.HELPED, **by(one))
    asked_id = builders.Asked.objects.get(incident_id=incident_id).id
    later = clock.now() + timedelta(seconds=5)
    builders.raw_answer(asked_id, Answer.NEEDS_HELP, received_at=later)
    answers.run_once()
    drain.gather_calls()
    assert Case.objects.filter(closed_at=None).count() == 1
    standing = Standing.objects.get(incident_id=incident_id, person_id=case.person_id)
    assert standing.safety == Safety.NEEDS_HELP


def test_closing_twice_is_refused(one, other):
    case = builders.help_request()
    actions.close_case(case_id=case.pk, version=1, outcome=Outcome.HELPED, **by(one))
    with pytest.raises(actions.CaseOverError):
        actions.close_case(case_id=case.pk, version=2, outcome=Outcome.MISTAKE, **by(other))


def test_a_position_goes_when_its_time_ends_it_is_stopped_or_the_request_is_closed(one):
    position = {"lat": 40.4, "lon": 49.8}
    ended, stopped, closed = (builders.help_request(position=position) for _ in range(3))
    actions.stop_position(case_id=stopped.pk, now=clock.now(), actor=Actor.citizen(1))
    actions.close_case(case_id=closed.pk, version=1, outcome=Outcome.HELPED, **by(one))
    later = clock.now() + timedelta(hours=25)
    assert actions.end_positions(now=later, actor=builders.TESTER) == 1
    for case in (ended, stopped, closed):
        case.refresh_from_db()
        assert case.position is None
        assert "position_ended" in [event.deed for event, _ in queries.events_of(case)]


def test_taking_back_deletes_the_position_and_leaves_the_end_to_an_officer():
    case = builders.help_request(position={"lat": 1.0, "lon": 2.0})
    actions.withdraw(case_id=case.pk, now=clock.now(), actor=Actor.citizen(1))
    case.refresh_from_db()
    assert (case.state, case.position) == (State.NEW, None)
    assert case.withdrawn_at is not None


def test_the_same_message_sent_twice_is_one():
    case = builders.help_request()
    key = builders.uuid4()
    for _ in range(2):
        actions.hear(
            case_id=case.pk, words="again", key=key, now=clock.now(), actor=Actor.citizen(1)
        )
    assert Message.objects.filter(key=key).count() == 1


def test_one_link_cannot_write_without_end(monkeypatch):
    monkeypatch.setattr(talking, "MOST_MESSAGES_AN_HOUR", 3)
    case = builders.help_request()
    said = {"case_id": case.pk, "key": None, "now": clock.now(), "actor": Actor.citizen(1)}
    for number in range(2):
        actions.hear(words=f"{number}", **said)
    with pytest.raises(actions.TooManyError):
        actions.hear(words="once more", **said)


def test_whoever_it_may_be_is_suggested_and_an_officer_says_so(one):
    (known,) = builders.household(1, phone="+994501234567", names=["Leyla"])
    case = builders.help_request(details={"phone": "+994501234567", "name": "Leyla"})
    assert queries.maybe_registered(case) == [known]
    actions.join_person(case_id=case.pk, version=1, person_id=known.pk, **by(one))
    case.refresh_from_db()
    assert (case.person_id, case.party_id, case.people) == (known.pk, known.party_id, [known.pk])


def test_words_are_shredded_90_days_after_closing_and_the_outcome_stays(one):
    case = builders.help_photo().case
    actions.close_case(case_id=case.pk, version=1, outcome=Outcome.HELPED, **by(one))
    assert actions.forget_old_cases(clock.now() + timedelta(days=89)) == 0
    assert actions.forget_old_cases(clock.now() + timedelta(days=91)) == 1
    case.refresh_from_db()
    assert (case.details, case.outcome) == (None, Outcome.HELPED)
    assert not Photo.objects.exists()
    assert queries.said_in(case, notes=True) == []


def test_whoever_deletes_their_record_is_not_lost_while_they_call():
    case = builders.help_request()
    assert actions.open_for([case.person_id, 999]) == {case.person_id}
    actions.forget_people(person_ids=[case.person_id], now=clock.now())
    case.refresh_from_db()
    assert (case.person_id, case.people) == (None, [])
    assert [each.words for each in queries.said_in(case, notes=True)] == ["Kömək edin"]


def test_the_list_is_by_urgency_and_age_and_costs_the_same(one, django_assert_max_num_queries):
    old = clock.now() - timedelta(hours=2)
    now = builders.help_request(need=Need.INJURED, words="one")
    first = builders.help_request(received_at=old)
    builders.help_request()
    cases = list(listing.listed(None, listing.Filters(), officer_id=one.pk))
    assert [case.pk for case in cases][:2] == [now.pk, first.pk]
    with django_assert_max_num_queries(6):
        assert next(row.words for row in queries.rows_of(cases)) == "one"


@pytest.mark.parametrize("said", ["4k7f xd02", "4K7F-XDO2", " 4k7fxd02 "])
def test_a_reference_is_understood_as_it_is_said(said):
    assert listing.as_reference(said) == "4K7F-XD02"


def test_the_inbox_has_both_sides_and_no_notes(one):
    case = builders.help_request()
    actions.reply(case_id=case.pk, words="Gəlirik", seen=None, **by(one))
    actions.write_note(case_id=case.pk, words="for us", **by(one))
    lines = queries.conversation_of_party(case.party_id)
    assert [(line.is_ours, line.words) for line in lines] == [
        (True, "Gəlirik"),
        (False, "Kömək edin"),
    ]


def test_the_roll_is_held_before_the_request_as_the_drain_does(monkeypatch):
    """Whoever takes the two the other way round ends up waiting for the drain, and it for them."""
    from safeconduct.picture.rollcall.engine import rows
    from safeconduct.response.cases.actions import working

    people = builders.household(1)
    (asked,) = builders.asked(people)
    builders.raw_answer(asked.id, Answer.NEEDS_HELP)
    answers.run_once()
    drain.gather_calls()
    case = Case.objects.get()
    order = []
    hold, locked = rows.hold, working._locked
    monkeypatch.setattr(rows, "hold", lambda *a: order.append([*a[1]]) or hold(*a))
    monkeypatch.setattr(working, "_locked", lambda *a: order.append("request") or locked(*a))
    actions.close_case(
        case_id=case.pk,
        version=case.version,
        outcome=Outcome.HELPED,
        now=clock.now(),
        actor=builders.TESTER,
    )
    assert order[:2] == [[asked.incident_id], "request"]


def test_what_nobody_could_file_or_ever_read_goes_after_a_year():
    from safeconduct.response.cases.models import Unread

    unread, now = builders.unread_report(), clock.now()
    actions.forget_old_cases(now + timedelta(days=364))
    assert Unread.objects.filter(pk=unread.pk).exists()
    actions.forget_old_cases(now + timedelta(days=366))
    assert not Unread.objects.filter(pk=unread.pk).exists()
