"""What answers mean and whom they speak for."""

from datetime import UTC, datetime, timedelta

import pytest

from safeconduct.response.checkins import rules
from safeconduct.response.checkins.rules import Asking, Users
from safeconduct.response.checkins.terms import Reason
from safeconduct.wires.intake.terms import Scope

NOON = datetime(2023, 2, 6, 12, tzinfo=UTC)


def asking(
    asked_id: int = 1, *, person: int = 1, party: int = 1, incident: int = 1, round_: int = 1
):
    return Asking(asked_id, incident, incident * 10 + round_, round_, person, party, NOON, None)


def meant(*askings: Asking, people: int = 1, received_at: datetime = NOON) -> Asking | Reason:
    users = Users(set(range(people)), list(askings))
    return rules.asking_of_sender(users, received_at=received_at)


def test_one_person_with_one_open_question_is_meant() -> None:
    assert meant(asking(5)) == asking(5)


def test_the_later_round_of_one_incident_is_meant() -> None:
    first, second = asking(1), asking(2, round_=2)
    assert meant(second, first) == second


def test_a_machine_does_not_guess_between_people_or_questions() -> None:
    assert meant() == Reason.NOT_ASKED
    assert meant(asking(), asking(2, person=2), people=2) == Reason.SEVERAL_PEOPLE
    assert meant(asking(), people=2) == Reason.SEVERAL_PEOPLE
    assert meant(asking(), asking(2, incident=2)) == Reason.SEVERAL_QUESTIONS


def test_a_digit_answers_a_question_only_while_that_is_open() -> None:
    closed = asking()._replace(closes_at=NOON)
    assert meant(closed) == Reason.QUESTION_CLOSED
    assert meant(closed, received_at=NOON - timedelta(seconds=1)) == closed
    assert meant(closed, asking(2, incident=2)) == asking(2, incident=2)


def test_an_answer_speaks_for_its_party_in_its_round_and_for_nobody_else() -> None:
    me, wife = asking(1), asking(2, person=2)
    stranger, later = asking(3, person=3, party=9), asking(4, round_=2)
    party = [me, wife, stranger, later]
    assert rules.spoken_for(me, party, scope=Scope.ME, others=[2]) == [me]
    assert rules.spoken_for(me, party, scope=Scope.ALL_OF_US, others=()) == [me, wife]
    assert rules.spoken_for(me, party, scope=Scope.LISTED, others=[2, 3, 4]) == [wife]


def test_answers_count_until_the_incident_is_closed() -> None:
    assert rules.accepts_reply(incident_closed_at=None, received_at=NOON)
    assert rules.accepts_reply(incident_closed_at=NOON, received_at=NOON)
    late = NOON + timedelta(seconds=1)
    assert not rules.accepts_reply(incident_closed_at=NOON, received_at=late)


def test_an_answer_we_never_offered_means_nothing() -> None:
    with pytest.raises(KeyError):
        rules.meaning(9)


def test_a_number_without_its_plus_is_the_same_number() -> None:
    assert rules.telephone("994501112233") == rules.telephone("+994501112233")
    assert rules.telephone("Bank") == "Bank"
