"""Standings follow from sightings, whatever order they arrive in."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from safeconduct.picture.rollcall import rules
from safeconduct.picture.rollcall.rules import CALLS, Sighting, Standing
from safeconduct.picture.rollcall.terms import Closing, Presence, Safety, Witness

NOON = datetime(2023, 2, 6, 12, tzinfo=UTC)
PRESUMED = Standing(presence=Presence.PRESUMED)


def at(minute: int) -> datetime:
    return NOON + timedelta(minutes=minute)


def said(
    safety: Safety = Safety.NO_ANSWER,
    minute: int = 0,
    *,
    presence: Presence = Presence.UNKNOWN,
    witness: Witness = Witness.SELF,
    **more: object,
) -> Sighting:
    given = {"received_at": at(minute)} | more
    return Sighting(witness, presence, safety, at(minute), **given)


def safe(minute: int = 0, **more: object) -> Sighting:
    return said(Safety.SAFE, minute, presence=Presence.CONFIRMED, **more)


def help_(minute: int = 0, **more: object) -> Sighting:
    return said(Safety.NEEDS_HELP, minute, presence=Presence.CONFIRMED, **more)


def not_there(minute: int = 0, **more: object) -> Sighting:
    return said(minute=minute, presence=Presence.NEVER_THERE, **more)


def closed(minute: int, *, through: int, reason: Closing = Closing.HELPED) -> Sighting:
    presence, safety = rules.closing_words(reason)
    return said(
        safety,
        minute,
        presence=presence,
        witness=Witness.OFFICER,
        closes_help_at=at(through),
    )


minutes = st.integers(0, 30)
sightings = st.builds(
    lambda witness, presence, safety, said_at, delay, speaker, round_number, closes: Sighting(
        witness,
        presence,
        safety,
        at(said_at),
        at(said_at + delay),
        speaker,
        round_number,
        at(closes) if closes is not None and witness == Witness.OFFICER else None,
    ),
    st.sampled_from(Witness),
    st.sampled_from(Presence),
    st.sampled_from(Safety),
    minutes,
    minutes,
    st.sampled_from([None, 7, 8]),
    st.integers(0, 3),
    st.none() | minutes,
)


@given(st.lists(sightings, max_size=8).flatmap(lambda s: st.tuples(st.just(s), st.permutations(s))))
def test_any_order_of_arrival_ends_in_the_same_standing(orders) -> None:
    one, other = orders
    assert rules.standing_of(PRESUMED, one) == rules.standing_of(PRESUMED, other)


@given(st.lists(sightings, min_size=1, max_size=6), st.data())
def test_repeats_change_nothing(known, data) -> None:
    repeated = data.draw(st.lists(st.sampled_from(known), max_size=4))
    once = rules.standing_of(PRESUMED, known)
    assert rules.standing_of(once, repeated) == once


@given(st.lists(sightings, max_size=8))
def test_help_is_shown_exactly_while_a_call_is_open(known) -> None:
    standing = rules.standing_of(PRESUMED, known)
    assert standing.help_open == (standing.safety in CALLS)


@given(st.lists(sightings, max_size=8))
def test_only_a_closing_ends_a_call(known) -> None:
    open_before = rules.standing_of(PRESUMED, known).help_open
    words = [sighting for sighting in known if sighting.closes_help_at is None]
    assert rules.standing_of(PRESUMED, [*known, *words]).help_open == open_before
    assert rules.standing_of(PRESUMED, words).help_open == any(w.safety in CALLS for w in words)


def test_safe_confirms_where_the_person_is() -> None:
    standing = rules.standing_after(PRESUMED, safe(3, round_number=1))
    assert (standing.presence, standing.safety) == (Presence.CONFIRMED, Safety.SAFE)
    assert (standing.stated_at, standing.heard_round) == (at(3), 1)
    assert not standing.conflict
    assert not standing.help_open


def test_a_later_safe_stands_beside_an_open_call() -> None:
    standing = rules.standing_of(PRESUMED, [help_(1), safe(5)])
    assert standing.safety == Safety.NEEDS_HELP
    assert standing.help_open
    assert standing.conflict


def test_a_call_after_a_safe_is_no_conflict() -> None:
    standing = rules.standing_of(PRESUMED, [safe(1), help_(5)])
    assert standing.help_open
    assert not standing.conflict


def test_a_safe_that_waited_in_a_pocket_does_not_bury_the_call_after_it() -> None:
    late = safe(1, received_at=at(600))
    standing = rules.standing_of(PRESUMED, [help_(5), late])
    assert standing.safety == Safety.NEEDS_HELP
    assert not standing.conflict


def test_an_older_word_does_not_bury_a_newer_one() -> None:
    standing = rules.standing_of(PRESUMED, [not_there(9), safe(2)])
    assert standing.presence == Presence.DEPARTED
    assert standing.stated_at == at(9)


def test_an_officer_closes_a_call_and_says_how_it_ended() -> None:
    standing = rules.standing_of(PRESUMED, [help_(1), closed(9, through=1)])
    assert not standing.help_open
    assert standing.safety == Safety.SAFE
    assert not standing.conflict


def test_a_call_that_arrives_after_the_closing_opens_again() -> None:
    standing = rules.standing_of(PRESUMED, [help_(1), closed(9, through=1), help_(10)])
    assert standing.help_open
    assert standing.safety == Safety.NEEDS_HELP


def test_a_call_on_its_way_while_the_officer_closed_opens_again() -> None:
    on_its_way = help_(8, received_at=at(12))
    standing = rules.standing_of(PRESUMED, [help_(1), closed(9, through=1), on_its_way])
    assert standing.help_open
    assert standing.conflict  # the officer's later "safe" stands beside it


def test_an_older_call_than_the_one_closed_stays_closed() -> None:
    standing = rules.standing_of(PRESUMED, [help_(5), closed(9, through=5), help_(2)])
    assert not standing.help_open


def test_witnesses_who_disagree_are_flagged() -> None:
    mother = not_there(1, witness=Witness.PARTY, speaker_id=7)
    assert rules.standing_of(PRESUMED, [mother, safe(5)]).conflict
    father = safe(6, witness=Witness.PARTY, speaker_id=8)
    assert rules.standing_of(PRESUMED, [mother, father]).conflict


def test_one_person_who_changes_their_mind_is_no_conflict() -> None:
    assert not rules.standing_of(PRESUMED, [safe(1), not_there(5)]).conflict


def test_an_officers_later_word_settles_a_disagreement() -> None:
    mother = not_there(1, witness=Witness.PARTY, speaker_id=7)
    officer = said(Safety.SAFE, 9, presence=Presence.CONFIRMED, witness=Witness.OFFICER)
    standing = rules.standing_of(PRESUMED, [mother, safe(5), officer])
    assert not standing.conflict
    assert standing.presence == Presence.CONFIRMED


def test_not_there_says_departed_of_whoever_was_there() -> None:
    assert rules.standing_of(PRESUMED, [not_there(5)]).presence == Presence.NEVER_THERE
    assert rules.standing_of(PRESUMED, [safe(1), not_there(5)]).presence == Presence.DEPARTED
    assert rules.standing_of(PRESUMED, [not_there(5)]).safety == Safety.NO_ANSWER


def test_words_of_one_instant_keep_us_looking() -> None:
    standing = rules.standing_of(PRESUMED, [safe(1), not_there(1), help_(1)])
    assert standing.presence == Presence.CONFIRMED
    assert standing.safety == Safety.NEEDS_HELP


def test_an_injury_stays_an_injury_while_the_call_is_open() -> None:
    standing = rules.standing_of(PRESUMED, [said(Safety.INJURED, 2, witness=Witness.OFFICER)])
    assert standing.help_open
    assert standing.safety == Safety.INJURED


@given(minutes, minutes, minutes)
def test_the_believed_moment_lies_between_question_and_arrival(stated, asked, wait) -> None:
    received_at = at(asked + wait)
    believed = rules.believed_moment(
        stated_at=at(stated), asked_at=at(asked), received_at=received_at
    )
    assert at(asked) <= believed <= received_at
    assert believed == at(stated) or not at(asked) <= at(stated) <= received_at


def test_an_old_link_used_after_a_new_question_answers_the_new_one() -> None:
    second = {"asked_round": 2, "asked_at": at(60), "round_number": 1}
    assert rules.round_heard(said_at=at(61), **second) == 2
    assert rules.round_heard(said_at=at(59), **second) == 1
    assert rules.round_heard(said_at=at(1), round_number=1, asked_round=0, asked_at=None) == 1


def test_every_closing_says_something_of_the_person() -> None:
    assert all(rules.closing_words(reason)[1] not in CALLS for reason in Closing)
