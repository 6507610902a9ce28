"""Six digits: whose an address is, and how a lost record is opened. They tell nobody anything."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from safeconduct.ground.audit.models import Entry
from safeconduct.ground.kernel import clock, tokens
from safeconduct.picture.registry import actions, terms
from safeconduct.picture.registry.actions.codes import forget_codes
from safeconduct.picture.registry.engine.texts import code_texts
from safeconduct.picture.registry.models import ContactPoint, FormUse, OneTimeCode
from safeconduct.wires.messaging.models import BatchText
from safeconduct.wires.messaging.rules import segments
from safeconduct.wires.messaging.terms import Channel
from tests import builders

pytestmark = pytest.mark.django_db
BOTH = [Channel.SMS, Channel.EMAIL]
PHONE, LATER = "+905321234567", timedelta(minutes=2)


@pytest.fixture(autouse=True)
def world():
    builders.country("TR")


def digits_of(code):
    return tokens.digits(code.pk, purpose="message")[0]


def sent():
    """Addresses of what waits, once a worker has laid out the codes."""
    for code in OneTimeCode.objects.order_by("pk"):
        actions.send_code(code_id=code.pk, now=clock.now(), actor=builders.TESTER)
    with connection.cursor() as cursor:
        cursor.execute("SELECT address, subject_id FROM messaging_delivery ORDER BY 2, 1")
        return cursor.fetchall()


def ask(address=PHONE, now=None):
    return actions.ask_to_open(address=address, now=now or clock.now(), actor=builders.TESTER)


def try_(key, digits, now=None):
    return actions.try_to_open(
        key=key, digits=digits, now=now or clock.now(), actor=builders.TESTER
    )


def test_each_address_of_a_new_record_is_sent_digits_of_its_own():
    builders.family("Leyla", "Kamran", phone=PHONE, mail="leyla@example.org")
    phone, mail = OneTimeCode.objects.order_by("pk")
    assert sent() == [(PHONE, phone.pk), ("leyla@example.org", mail.pk)]
    assert digits_of(phone) != digits_of(mail)
    # Nothing personal in the text, and the place for the digits in every language.
    for text in BatchText.objects.all():
        assert "{digits}" in text.body
        assert "Leyla" not in text.body


def confirm(party_id, code):
    return actions.confirm_contact(
        party_id=party_id, digits=digits_of(code), now=clock.now(), actor=builders.TESTER
    )


def test_a_confirmed_registration_costs_one_part_of_an_sms():
    (leyla,) = builders.family(phone=PHONE)
    assert len(sent()) == 1
    assert confirm(leyla.party_id, OneTimeCode.objects.get())
    assert len(sent()) == 1
    for text in code_texts():
        if text.channel == Channel.SMS:
            assert segments(text.body.format(digits="123456", code="ABCDEF")).count == 1


def test_by_mail_which_is_free_the_link_comes_too():
    (leyla,) = builders.family(phone=PHONE, mail="leyla@example.org")
    phone, mail = OneTimeCode.objects.order_by("pk")
    assert confirm(leyla.party_id, phone)
    assert len(sent()) == 2
    assert confirm(leyla.party_id, mail)
    assert [one for one in sent() if one[1] == leyla.party_id] == [
        ("leyla@example.org", leyla.party_id)
    ]


def test_the_page_after_the_digits_has_the_link_and_sends_it_by_sms_if_asked(pages):
    (leyla,) = builders.family(phone=PHONE)
    code = OneTimeCode.objects.get()
    record = f"/me/{actions.link_of(leyla.party_id, 'az', clock.now())}/"
    # To an unproven number no link goes, whoever asks.
    assert pages.post(f"{record}send/")["Location"].endswith("?sms=often")
    assert len(sent()) == 1
    done = pages.post(f"{record}confirm/", {"digits": digits_of(code)})
    assert done["Location"] == f"{record}?code=right"
    page = pages.get(done["Location"]).content.decode()
    assert f"http://testserver{record}</a>" in page
    assert f'action="{record}send/"' in page
    assert pages.post(f"{record}send/")["Location"].endswith("?sms=sent")
    assert pages.post(f"{record}send/")["Location"].endswith("?sms=often")
    assert sent()[-1][0] == PHONE
    assert len(sent()) == 2
    for said in ("sent", "often"):
        assert "send/" not in pages.get(f"{record}?sms={said}").content.decode()


def test_the_digits_confirm_the_address():
    leyla, kamran = builders.family("Leyla", "Kamran", phone=PHONE)
    code = OneTimeCode.objects.get()
    typed = " ".join(digits_of(code)).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    assert actions.confirm_contact(
        party_id=leyla.party_id, digits=typed, now=clock.now(), actor=builders.TESTER
    )
    assert ContactPoint.objects.exclude(verified_at=None).count() == 2
    assert Entry.objects.filter(kind="registry.confirmed").count() == 1
    assert kamran.party_id == leyla.party_id


def test_a_record_counts_unconfirmed_and_gets_no_link_by_message():
    (leyla,) = builders.family(phone=PHONE)
    assert leyla.reach == 1
    actions.send_link(party_id=leyla.party_id, by=BOTH, now=clock.now(), actor=builders.TESTER)
    assert [subject for _, subject in sent()] == [OneTimeCode.objects.get().pk]


def test_a_delivered_message_does_not_prove_whose_the_number_is():
    builders.family(phone=PHONE)
    result = actions.ContactResult(1, PHONE, worked=True, at=clock.now())
    actions.note_contact_results(results=[result], actor=builders.TESTER)
    assert ContactPoint.objects.get().last_worked_at is not None
    assert ContactPoint.objects.get().verified_at is None


def test_five_wrong_tries_end_a_code():
    (leyla,) = builders.family(phone=PHONE)
    code = OneTimeCode.objects.get()
    wrong = f"{(int(digits_of(code)) + 1) % 1_000_000:06d}"
    said = [
        actions.confirm_contact(
            party_id=leyla.party_id, digits=digits, now=clock.now(), actor=builders.TESTER
        )
        for digits in [*[wrong] * 5, digits_of(code)]
    ]
    assert said == [False] * 6
    assert ContactPoint.objects.get().verified_at is None


def test_the_digits_of_one_party_confirm_nothing_for_another():
    builders.family(phone=PHONE)
    (other,) = builders.family(phone="+905320000000")
    code = OneTimeCode.objects.order_by("pk")[0]
    assert not actions.confirm_contact(
        party_id=other.party_id, digits=digits_of(code), now=clock.now(), actor=builders.TESTER
    )


def test_a_code_opens_the_record_once_and_for_a_quarter_of_an_hour():
    (leyla,) = builders.family(phone=PHONE)
    OneTimeCode.objects.all().delete()
    key = ask()
    code = OneTimeCode.objects.get()
    assert try_(key, digits_of(code), clock.now() + timedelta(minutes=16)).is_over
    assert try_(key, digits_of(code)).party_ids == (leyla.party_id,)
    assert ContactPoint.objects.get().verified_at is not None
    again = try_(key, digits_of(code))
    assert (again.party_ids, again.is_over) == ((), True)
    assert Entry.objects.filter(kind="registry.opened").count() == 1


def test_five_tries_open_nothing_more():
    builders.family(phone=PHONE)
    OneTimeCode.objects.all().delete()
    key = ask()
    right = digits_of(OneTimeCode.objects.get())
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    assert [try_(key, wrong).is_over for _ in range(5)] == [False] * 4 + [True]
    assert try_(key, right) == actions.Opened(is_over=True)


def test_a_key_nobody_was_given_opens_nothing():
    assert try_(uuid4(), "000000") == actions.Opened(is_over=True)


def test_nobody_behind_an_address_is_the_same_but_for_the_message():
    builders.family(phone=PHONE)
    OneTimeCode.objects.all().delete()
    known, unknown = ask(), ask("+905329999999")
    assert known is not None
    assert unknown is not None
    first, second = OneTimeCode.objects.order_by("pk")
    assert [address for address, _ in sent()] == [PHONE]
    # Even whoever guesses right opens nothing where there is nothing.
    assert try_(unknown, digits_of(second)) == actions.Opened(is_over=True)
    assert try_(known, digits_of(first)).party_ids


@pytest.mark.parametrize("address", [PHONE, "+905329999999"])
def test_an_address_is_written_to_once_a_minute_and_five_times_a_day(address):
    builders.family(phone=PHONE)
    OneTimeCode.objects.all().delete()
    now = clock.now()
    assert ask(address, now) is not None
    assert ask(address, now + timedelta(seconds=30)) is None
    found = [ask(address, now + LATER * turn) for turn in range(1, 7)]
    assert [one is not None for one in found] == [True] * 4 + [False] * 2
    assert ask(address, now + timedelta(days=1, minutes=1)) is not None


def test_a_code_is_sent_once_however_often_its_job_runs():
    builders.family(phone=PHONE)
    assert len(sent()) == 1
    assert len(sent()) == 1


def test_changing_the_number_asks_for_the_new_one_only():
    (leyla,) = builders.family(phone=PHONE)
    code = OneTimeCode.objects.get()
    actions.confirm_contact(
        party_id=leyla.party_id, digits=digits_of(code), now=clock.now(), actor=builders.TESTER
    )
    stay = leyla.stays.get()
    leg = actions.Leg("TR", stay.city_id, stay.cell, stay.stay_from)
    draft = actions.PartyDraft(
        [actions.Member("Leyla", id=leyla.pk)], [leg], PHONE, "leyla@example.org", "az"
    )
    for _ in range(2):
        actions.change_party(
            party_id=leyla.party_id, draft=draft, now=clock.now(), actor=builders.TESTER
        )
    new = OneTimeCode.objects.exclude(pk=code.pk).get()
    assert ContactPoint.objects.filter(pk__in=new.point_ids).get().address == "leyla@example.org"


def test_codes_and_the_addresses_in_their_messages_are_forgotten():
    builders.family(phone=PHONE)
    sent()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE messaging_delivery SET state = 2")
    assert forget_codes(clock.now()) == 0
    assert forget_codes(clock.now() + timedelta(days=2)) == 1
    assert [address for address, _ in sent()] == [""]


def test_no_address_stands_in_the_table_of_codes():
    builders.family(phone=PHONE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT registry_onetimecode::text FROM registry_onetimecode")
        assert PHONE[4:] not in cursor.fetchone()[0]


# The pages.


def token_in(address):
    return re.search(r"/me/(\w{22})/", address)[1]


def test_the_page_opens_a_record_by_its_code_and_answers_strangers_alike(pages):
    builders.family(phone=PHONE)
    OneTimeCode.objects.all().delete()
    assert pages.get("/me/code/").status_code == 200
    known = pages.post("/me/code/", {"address": "0090 532 123 45 67"})
    unknown = pages.post("/me/code/", {"address": "+90 532 999 99 99"})
    alike = re.compile(r'value="[\w-]{36,}"')
    assert alike.sub("", known.text) == alike.sub("", unknown.text)
    assert known["Cache-Control"] == "no-store"
    code = OneTimeCode.objects.order_by("pk")[0]
    wrong = pages.post("/me/code/", {"key": str(code.key), "digits": "12"})
    assert "not the digits" in wrong.text
    opened = pages.post("/me/code/", {"key": str(code.key), "digits": digits_of(code)})
    assert pages.get(f"/me/{token_in(opened['Location'])}/").status_code == 200


def test_several_records_behind_one_number_are_offered(pages):
    builders.family("Leyla", phone=PHONE)
    builders.family("Kamran", phone=PHONE)
    OneTimeCode.objects.all().delete()
    pages.post("/me/code/", {"address": PHONE})
    code = OneTimeCode.objects.get()
    page = pages.post("/me/code/", {"key": str(code.key), "digits": digits_of(code)})
    assert "Leyla" in page.text
    assert "Kamran" in page.text


def test_digits_are_typed_on_ones_own_page(pages):
    (leyla,) = builders.family(phone=PHONE)
    link = f"/me/{actions.link_of(leyla.party_id, 'en', clock.now())}/"
    code = OneTimeCode.objects.get()
    page = pages.get(link)
    assert "Type the six digits" in page.text
    assert pages.get(f"{link}confirm/").status_code == 405
    wrong = pages.post(f"{link}confirm/", {"digits": "1"})
    assert "not the digits" in pages.get(wrong["Location"]).text
    right = pages.post(f"{link}confirm/", {"digits": digits_of(code)})
    page = pages.get(right["Location"])
    assert "Confirmed" in page.text
    assert "Type the six digits" not in page.text


def test_digits_are_sent_again_within_limits(pages):
    (leyla,) = builders.family(phone=PHONE)
    link = f"/me/{actions.link_of(leyla.party_id, 'en', clock.now())}/"
    often = pages.post(f"{link}confirm/again/")
    assert "Wait a minute" in pages.get(often["Location"]).text
    OneTimeCode.objects.update(created_at=clock.now() - LATER)
    again = pages.post(f"{link}confirm/again/")
    assert "on its way" in pages.get(again["Location"]).text
    assert OneTimeCode.objects.count() == 2


def test_guessing_from_one_network_has_an_end(pages):
    guess = {"key": str(uuid4()), "digits": "1"}
    assert pages.post("/me/code/", guess).status_code == 200
    FormUse.objects.update(count=terms.MOST_FORMS_AN_HOUR)
    assert pages.post("/me/code/", guess).status_code == 429
