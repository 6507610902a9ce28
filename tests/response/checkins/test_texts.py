"""Texts at the door: repeats, families who share a telephone, STOP and START."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection

from safeconduct.ground.audit.models import Entry
from safeconduct.ground.kernel import clock
from safeconduct.picture.registry.models import ContactPoint
from safeconduct.picture.rollcall.models import Standing
from safeconduct.picture.rollcall.terms import Safety
from safeconduct.response.checkins.engine import drain, replying
from safeconduct.response.checkins.models import BackBatch, HeardText, Reply, Unclear
from safeconduct.response.checkins.terms import BY_LINK, Reason
from safeconduct.wires.intake.engine.sms import inbound_secret
from safeconduct.wires.intake.terms import Answer, Door, Scope
from safeconduct.wires.messaging.models import Delivery
from safeconduct.wires.messaging.rules import segments
from safeconduct.wires.messaging.terms import Channel, Lane
from tests import builders
from tests.wires.intake.visitor import Memory, Visitor, door

pytestmark = pytest.mark.django_db
PHONE = "+99955500001"
_COPY = (
    "COPY intake_rawanswer (received_at, stated_at, channel, key, asked_id, answer, scope,"
    " others, sender, text, provider_id) FROM STDIN"
)


def asked(people: int = 1, **more):
    household = builders.household(people, phone=PHONE)
    return builders.asked(household, now=clock.now() - timedelta(hours=1), **more)


def text(said: str, *, at: datetime | None = None, key: UUID | None = None, sender: str = PHONE):
    builders.raw_answer(sender=sender, text=said, received_at=at, key=key)
    drain.run_once()


def later(seconds: float) -> datetime:
    return clock.now() + timedelta(seconds=seconds)


def answers() -> list[int]:
    return list(Reply.objects.order_by("id").values_list("answer", flat=True))


def test_words_are_an_answer_and_what_denies_them_is_not() -> None:
    asked()
    text("təhlükəsizəm, sağ olun")
    text("не в безопасности")
    assert answers() == [Answer.SAFE]
    assert Unclear.objects.get().reason == Reason.UNREADABLE


def test_one_provider_id_three_times_is_one_answer_whenever_it_comes() -> None:
    asked()
    key = uuid4()
    text("1", key=key)
    text("2", at=later(1))
    for days in (0, 2):
        text("1", key=key, at=later(86400 * days))
    assert answers() == [Answer.SAFE, Answer.NEEDS_HELP]


def test_the_same_text_again_within_the_window_is_one_answer() -> None:
    asked()
    begun = clock.now()
    for seconds in (0, 20, 59, 130):
        text(" Help ", at=begun + timedelta(seconds=seconds))
    assert answers() == [Answer.NEEDS_HELP] * 2


def test_what_takes_something_back_is_no_repeat() -> None:
    asked()
    for second, said in enumerate(("1", "2", "1")):
        text(said, at=later(second))
    assert answers() == [Answer.SAFE, Answer.NEEDS_HELP, Answer.SAFE]


def test_a_repeat_waits_once_for_a_person_and_words_are_not_kept() -> None:
    asked()
    for seconds in (0, 10):
        text("hm", at=later(seconds))
    assert Unclear.objects.count() == 1
    assert HeardText.objects.count() == 1
    row = HeardText.objects.get()
    assert PHONE not in f"{row.sender} {row.text} {row}"


def test_a_family_is_asked_back_once_with_the_link_to_all_its_names() -> None:
    family = asked(2)
    text("1")
    text("2", at=later(5))
    first = family[0]
    message = Delivery.objects.get()
    assert (message.recipient_id, message.subject_id) == (first.person_id, first.id)
    assert (message.channel, message.address, message.language) == (Channel.SMS, PHONE, "az")
    batch = BackBatch.objects.get()
    assert (batch.kind, batch.round_id) == (replying.WHOSE, first.round_id)
    waiting = Unclear.objects.order_by("received_at")
    assert [one.link_asked_id for one in waiting] == [first.id] * 2
    assert all(one.asked_back_at for one in waiting)
    assert not Reply.objects.exists()


def test_nobody_is_asked_back_where_strangers_share_the_number() -> None:
    asked(2)
    builders.asked(builders.household(phone=PHONE), now=clock.now() - timedelta(hours=1))
    text("1")
    assert Unclear.objects.get().asked_back_at is None
    assert not Delivery.objects.exists()


def test_an_unreadable_text_from_a_family_is_not_asked_about() -> None:
    asked(2)
    text("hm")
    assert not Delivery.objects.exists()


def test_the_familys_own_answer_settles_the_waiting_one() -> None:
    family = asked(2)
    text("1")
    builders.raw_answer(family[0].id, Answer.SAFE, scope=Scope.ALL_OF_US, received_at=later(60))
    drain.run_once()
    assert Unclear.objects.get().outcome == BY_LINK
    assert set(Standing.objects.values_list("safety", flat=True)) == {Safety.SAFE}
    assert Entry.objects.get(kind="checkins.met_by_link").detail == {"count": 1}


@pytest.mark.parametrize(
    ("answer", "seconds"), [(Answer.NEEDS_HELP, 60), (Answer.SAFE, -60)], ids=["other", "earlier"]
)
def test_another_answer_or_an_earlier_one_settles_nothing(answer: Answer, seconds: float) -> None:
    family = asked(2)
    text("1")
    builders.raw_answer(family[0].id, answer, received_at=later(seconds))
    drain.run_once()
    assert Unclear.objects.get().settled_at is None


def test_one_persons_answer_settles_no_second_call() -> None:
    family = asked(2)
    text("2")
    text("2", at=later(120))
    builders.raw_answer(family[0].id, Answer.NEEDS_HELP, received_at=later(180))
    drain.run_once()
    assert Unclear.objects.filter(settled_at=None).count() == 2


def test_what_reads_like_a_call_for_help_is_read_first() -> None:
    asked()
    text("hello, who are you")
    text("safe but my brother is hurt", at=later(1))
    assert [one.calls for one in Unclear.objects.order_by("-calls", "received_at")] == [True, False]


def test_stop_is_obeyed_said_once_and_taken_back() -> None:
    asked(2)
    text("STOP")
    assert ContactPoint.objects.filter(stopped_at__isnull=False).count() == 2
    text("stop", at=later(300))
    assert [row.kind for row in BackBatch.objects.all()] == [replying.STOPPED]
    assert Delivery.objects.count() == 1
    text("START", at=later(600))
    assert not ContactPoint.objects.filter(stopped_at__isnull=False).exists()
    assert Delivery.objects.count() == 2
    kinds = Entry.objects.filter(kind__startswith="registry.st").values_list("kind", flat=True)
    assert sorted(kinds) == ["registry.started"] * 2 + ["registry.stopped"] * 2
    assert not Reply.objects.exists()
    assert not Unclear.objects.exists()


def test_stop_from_an_unknown_number_is_read_by_a_person() -> None:
    text("STOP", sender="+99955500099")
    assert Unclear.objects.get().reason == Reason.NO_NUMBER
    assert not Delivery.objects.exists()


def test_stop_is_confirmed_at_the_address_it_came_from() -> None:
    (person,) = builders.household(phone=PHONE)
    ContactPoint.objects.create(person=person, channel=Channel.EMAIL, address="a@b.invalid")
    text("unsubscribe", sender="a@b.invalid")
    message = Delivery.objects.get()
    assert (message.channel, message.address) == (Channel.EMAIL, "a@b.invalid")
    assert ContactPoint.objects.get(channel=Channel.SMS).stopped_at is None


def test_replies_are_urgent_and_short_in_every_language() -> None:
    asked(2)
    text("1")
    with connection.cursor() as cursor:
        cursor.execute("SELECT lane FROM messaging_batch ORDER BY id DESC LIMIT 1")
        assert cursor.fetchone() == (Lane.URGENT,)
    for kind in (replying.WHOSE, replying.STOPPED, replying.STARTED):
        drafts = [draft for draft in replying.texts(kind) if draft.channel == Channel.SMS]
        assert {draft.language for draft in drafts} >= {"az", "en", "ru", "fa", "ar", "tr"}
        for draft in drafts:
            body = draft.body.replace("{link}", "https://a.example.org/s/" + "0" * 22)
            assert segments(body).count <= 3
            assert ("{link}" in draft.body) == (kind == replying.WHOSE)


def test_a_text_journalled_and_committed_and_handed_in_again_is_one_answer(tmp_path) -> None:
    asked()
    ledger = Memory()
    gateway = Visitor(door(ledger, tmp_path))
    secret = {"x-safeconduct-secret": inbound_secret()}
    body = b'{"channel": "sms", "id": "p-1", "sender": "+99955500001", "text": "1"}'
    for _ in range(3):
        reply = gateway.ask("POST", "/in/message", body, kind="application/json", headers=secret)
        assert reply.status == 200
    # Whatever was committed before its outcome was known is replayed from the journal.
    for lines in (ledger.lines[:2], ledger.lines):
        with (
            connection.cursor() as cursor,
            cursor.copy(_COPY) as copy,
        ):
            copy.write(b"".join(lines))
        drain.run_once()
    assert answers() == [Answer.SAFE]


def test_an_answer_by_mail_is_read_without_what_it_quotes() -> None:
    (one,) = asked()
    ContactPoint.objects.create(person_id=one.person_id, channel=2, address="l@example.org")
    text("I am safe\n\n> 1 safe, 2 need help", sender="l@example.org")
    assert answers() == [Answer.SAFE]


@pytest.mark.parametrize(("said", "calls"), [("1", False), ("STOP", False), ("help!", True)])
def test_a_mail_nothing_vouches_for_is_read_by_a_person(said: str, calls: bool) -> None:
    (one,) = asked()
    ContactPoint.objects.create(person_id=one.person_id, channel=2, address="l@example.org")
    builders.raw_answer(sender="l@example.org", text=said, door=Door.UNPROVEN)
    drain.run_once()
    kept = Unclear.objects.get()
    assert (kept.reason, kept.calls) == (Reason.UNPROVEN, calls)
    assert [candidate[2] for candidate in kept.candidates] == [one.person_id]
    assert not answers()
    assert not Delivery.objects.exists()
    assert not ContactPoint.objects.filter(stopped_at__isnull=False).exists()
    # Nor does it make a repeat of what its owner writes.
    builders.raw_answer(sender="l@example.org", text=said, door=Door.MAIL)
    drain.run_once()
    assert HeardText.objects.count() == 2
