"""Text messages: a gateway that knows the secret hands them in, and a repeat is one answer."""

import json
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from safeconduct.ground.kernel import clock
from safeconduct.wires.intake.engine.commit import copy_line
from safeconduct.wires.intake.engine.sms import inbound_secret
from safeconduct.wires.intake.terms import Door
from tests.wires.intake.visitor import Memory, Visitor, door

NOW = datetime(2026, 2, 6, 12, tzinfo=UTC)


@pytest.fixture
def ledger() -> Memory:
    return Memory()


@pytest.fixture
def gateway(ledger, tmp_path) -> Visitor:
    return Visitor(door(ledger, tmp_path))


def kannel(gateway, **fields):
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in fields.items())
    return gateway.get(f"/in/kannel?secret={inbound_secret()}&{query}")


def post(gateway, said, secret=None):
    headers = {"x-safeconduct-secret": inbound_secret() if secret is None else secret}
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return gateway.ask("POST", "/in/sms", body, kind="application/json", headers=headers)


def test_kannel_hands_in_a_text_and_nothing_is_sent_back(gateway, ledger):
    with clock.stopped_at(NOW):
        sent = int(NOW.timestamp()) - 60
        reply = kannel(
            gateway, **{"from": "+99912", "text": "1 сағ ол", "id": "a", "time": str(sent)}
        )
    assert (reply.status, reply.wire) == (200, b"")
    (fields,) = ledger.fields
    assert fields[1][11:16] == "11:59"
    assert fields[2] == "2"
    assert fields[4:] == ["\\N", "\\N", "0", "\\N", "+99912", "1 сағ ол", "a"]


def test_the_secret_may_be_in_the_path(gateway, ledger):
    assert gateway.get(f"/in/kannel/{inbound_secret()}?from=%2B999&text=1&id=b").status == 200
    assert len(ledger.lines) == 1


@pytest.mark.parametrize(
    "path", ["/in/kannel?from=1&text=1", "/in/kannel/wrong?from=1", "/in/kannel?secret=ä&from=1"]
)
def test_without_the_secret_there_is_nothing_here(gateway, ledger, path):
    assert gateway.get(path).status == 404
    assert post(gateway, {"from": "+999", "text": "1"}, secret="wrong").status == 404
    assert ledger.lines == []


def test_a_secret_of_the_operators_choice_replaces_ours(ledger, tmp_path, settings):
    settings.INTAKE = settings.INTAKE | {"SMS_SECRET": "chosen"}
    gateway = Visitor(door(ledger, tmp_path))
    assert gateway.get("/in/kannel?secret=chosen&from=%2B999&text=1").status == 200


def test_in_production_a_secret_nobody_chose_opens_nothing(ledger, tmp_path, settings):
    settings.MODE = "production"
    gateway = Visitor(door(ledger, tmp_path))
    assert gateway.get("/in/kannel?secret=&from=%2B999&text=1").status == 404
    assert gateway.get("/in/kannel?from=%2B999&text=1").status == 404


@pytest.mark.parametrize(
    ("raw", "charset", "text"),
    [
        (quote("2 kömək"), "UTF-8", "2 kömək"),
        (quote("помощь".encode("utf-16-be")), "UTF-16BE", "помощь"),
        ("k%F6m%E4k", "", "kömäk"),
        ("1", "no-such-charset", "1"),
        ("1+yes", "", "1 yes"),
    ],
)
def test_a_text_is_read_in_the_charset_it_came_in(gateway, ledger, raw, charset, text):
    address = f"/in/kannel?secret={inbound_secret()}&from=%2B999&text={raw}&charset={charset}"
    assert gateway.get(address).status == 200
    assert ledger.fields[0][9] == text


@pytest.mark.parametrize("charset", ["unicode_escape", "utf-7", "idna", "raw_unicode_escape",
                                     "rot13", "hex", "UTF-16BE", "a%00b", "%F0"])  # fmt: skip
@pytest.mark.parametrize("raw", ["%5Cud83d+help", "+2AA-%20help", "%D8%3D+help"])
def test_no_charset_makes_a_letter_that_cannot_be_kept(gateway, ledger, charset, raw):
    address = f"/in/kannel?secret={inbound_secret()}&from=%2B999&text={raw}&charset={charset}&id=1"
    assert gateway.get(address).status == 200
    ledger.fields[0][9].encode()


@pytest.mark.parametrize("charset", ["UCS-2", "ucs2", "utf-16be"])
def test_ucs_2_is_read_by_each_of_its_names(gateway, ledger, charset):
    raw = quote("помощь".encode("utf-16-be"))
    address = f"/in/kannel?secret={inbound_secret()}&from=%2B999&text={raw}&charset={charset}"
    assert gateway.get(address).status == 200
    assert ledger.fields[0][9] == "помощь"


@pytest.mark.parametrize("sender", ["", " ", "a" * 250 + "@b.example"])
def test_a_text_of_nobody_is_refused_at_every_door(gateway, ledger, sender):
    assert kannel(gateway, **{"from": sender, "text": "1", "id": "x"}).status == 400
    assert post(gateway, {"from": sender, "text": "1"}).status == 400
    assert ledger.lines == []


def test_a_hook_that_cut_an_emoji_in_two_is_understood(gateway, ledger):
    body = b'{"from": "+999", "id": "1", "text": "2 help \\ud83d"}'
    assert post(gateway, body).status == 200
    assert ledger.fields[0][9] == "2 help ?"
    assert post(gateway, b'{"text": "\\ud83d' + b"[" * 5000).status == 400
    assert post(gateway, b"[" * 8000).status == 400


def test_half_a_letter_does_not_cost_the_line_it_stands_in():
    line = copy_line(received_at=NOW, stated_at=NOW, channel=2, key="k", text="help \ud83d")
    assert b"help ?" in line


def test_the_same_message_handed_in_twice_is_one_answer(gateway, ledger):
    for message in ("a", "a", "b"):
        kannel(gateway, **{"from": "+99912", "text": "1", "id": message, "smsc": "one"})
    kannel(gateway, **{"from": "+99913", "text": "1", "id": "a", "smsc": "one"})
    keys = [fields[3] for fields in ledger.fields]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


def test_a_gateway_that_uses_an_id_again_swallows_no_call_for_help(gateway, ledger):
    for text in ("1", "2 help"):
        kannel(gateway, **{"from": "+99912", "text": text, "id": "1", "smsc": "one"})
    assert ledger.fields[0][3] != ledger.fields[1][3]


def test_messages_without_an_id_are_never_taken_for_repeats(gateway, ledger):
    for _ in range(2):
        kannel(gateway, **{"from": "+99912", "text": "1"})
    assert ledger.fields[0][3] != ledger.fields[1][3]


def test_any_gateway_hands_in_json(gateway, ledger):
    reply = post(gateway, {"from": "0099912", "text": "3", "id": 17, "time": "nonsense"})
    assert (reply.status, reply.text) == (200, '{"received":true}')
    assert ledger.fields[0][8:] == ["+99912", "3", "17"]


def test_spaces_of_a_number_are_dropped_and_its_plus_is_restored(gateway, ledger):
    gateway.get(f"/in/kannel?secret={inbound_secret()}&from=+994%2050-111&text=1")
    assert ledger.fields[0][8] == "+99450111"


def hook(gateway, **said):
    headers = {"authorization": f"Bearer {inbound_secret()}"}
    body = json.dumps(said).encode()
    return gateway.ask("POST", "/in/message", body, kind="application/json", headers=headers)


@pytest.mark.parametrize(
    ("given", "door", "kept"),
    [
        (("sms", "0099912"), Door.SMS, "+99912"),
        (("email", "Leyla <leyla.E@Example.ORG>"), Door.MAIL, "leyla.E@example.org"),
        (("email", "leyla@example.org"), Door.MAIL, "leyla@example.org"),
        (("messenger", "+994 50 111"), Door.OTHER, "+99450111"),
    ],
)
def test_every_other_channel_has_the_same_door(gateway, ledger, given, door, kept):
    channel, sender = given
    said = {"sender": sender, "text": "Safe", "authenticated": True}
    reply = hook(gateway, channel=channel, id="m-1", **said)
    assert (reply.status, reply.text) == (200, '{"received":true}')
    fields = ledger.fields[0]
    assert (fields[2], fields[8:]) == (str(int(door)), [kept, "Safe", "m-1"])


@pytest.mark.parametrize("proof", [{}, {"authenticated": False}, {"authenticated": "true"}])
@pytest.mark.parametrize("channel", ["email", "sms", "messenger"])
def test_a_mail_that_nothing_vouches_for_is_kept_as_such(gateway, ledger, channel, proof):
    assert hook(gateway, channel=channel, sender="a@b.example", text="1", **proof).status == 200
    assert ledger.fields[0][2] == str(int(Door.UNPROVEN))


def test_the_same_id_is_one_message_on_one_channel_only(gateway, ledger):
    for channel in ("email", "email", "messenger"):
        hook(gateway, channel=channel, id="7", sender="a@example.org", text="1")
    keys = [fields[3] for fields in ledger.fields]
    assert keys[0] == keys[1] != keys[2]


def test_a_sender_longer_than_any_address_is_refused(gateway, ledger):
    assert hook(gateway, channel="email", sender="a" * 250 + "@b.example").status == 400
    assert ledger.lines == []


@pytest.mark.parametrize("said", [b"{", b"[]", {"text": "1"}])
def test_what_is_no_message_is_refused(gateway, ledger, said):
    assert post(gateway, said).status == 400
    assert ledger.lines == []


def test_a_message_longer_than_any_is_refused_and_a_long_one_cut(gateway, ledger):
    assert post(gateway, {"from": "+999", "text": "x" * 9000}).status == 413
    assert post(gateway, {"from": "+999", "text": "x" * 2000}).status == 200
    assert len(ledger.fields[0][9]) == 1000


def test_a_gateway_is_told_to_come_again_if_it_was_not_kept(gateway, ledger):
    ledger.refuses = True
    assert kannel(gateway, **{"from": "+999", "text": "1"}).status == 503
    assert post(gateway, {"from": "+999", "text": "1"}).status == 503
