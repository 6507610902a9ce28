"""Reports that come back by mail: ours alone, and only what they prove."""

import asyncio
from email.message import EmailMessage, Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import aiosmtplib
import pytest

from safeconduct.wires.messaging.engine.bounces import (
    BounceDoor,
    end_of,
    reference_in,
    return_address,
    verdict,
)
from safeconduct.wires.messaging.engine.local_mail import Mailroom
from safeconduct.wires.messaging.engine.providers import configured
from safeconduct.wires.messaging.engine.providers.base import Parcel
from safeconduct.wires.messaging.engine.references import ReferenceRefusedError, reference
from safeconduct.wires.messaging.models import Receipt
from safeconduct.wires.messaging.terms import State


def report(action: str, status: str, said: str = "") -> bytes:
    """A report as RFC 3464 shapes it: words, fields, and the head of our mail."""
    whole = MIMEMultipart("report", **{"report-type": "delivery-status"})
    whole["From"], whole["Subject"] = "MAILER-DAEMON@example.invalid", "Undelivered"
    whole.attach(MIMEText("Your message could not be delivered."))
    about, recipient, fields = Message(), Message(), Message()
    about["Reporting-MTA"] = "dns; mx.example.invalid"
    recipient["Final-Recipient"] = "rfc822; ayan@example.invalid"
    recipient["Action"], recipient["Status"] = action, status
    if said:
        recipient["Diagnostic-Code"] = said
    fields["Content-Type"] = "message/delivery-status"
    fields.set_payload([about, recipient])
    whole.attach(fields)
    return whole.as_bytes()


@pytest.mark.parametrize(
    ("action", "status", "end"),
    [
        ("failed", "5.1.1", State.INVALID_ADDRESS),
        ("failed", "5.1.8", State.GAVE_UP),
        ("failed", "5.1.10 (null MX)", State.INVALID_ADDRESS),
        ("failed", "5.2.1", State.INVALID_ADDRESS),
        ("failed", "5.2.2", State.GAVE_UP),
        ("failed", "5.7.1", State.BLOCKED_BY_OPERATOR),
        ("failed", "4.4.7", State.GAVE_UP),
        ("Failed", "nonsense", State.GAVE_UP),
        ("delivered", "2.0.0", State.DELIVERED),
        ("delayed", "4.4.1", None),
        ("relayed", "2.0.0", None),
        ("expanded", "2.0.0", None),
    ],
)
def test_each_report_has_a_meaning(action: str, status: str, end: State | None) -> None:
    said = verdict(report(action, status))
    assert (said and said[0]) == end
    assert said is None or "ayan" not in said[1]


@pytest.mark.parametrize(
    ("status", "said", "failure"),
    [
        ("5.0.0", "smtp; 550 5.1.1 <ayan@example.invalid>: No such mailbox", "bounced 5.1.1"),
        ("5.0.0", "SMTP;550-5.7.1 Not wanted", "bounced 5.7.1"),
        ("5.0.0", "smtp; 550 No such mailbox", "bounced 5.0.0"),
        ("5.0.0", "x-local; 550 5.1.1 No such mailbox", "bounced 5.0.0"),
        # What a report says outright holds.
        ("5.2.2", "smtp; 550 5.1.1 No such mailbox", "bounced 5.2.2"),
    ],
)
def test_a_report_that_names_no_cause_quotes_who_does(status: str, said: str, failure: str) -> None:
    assert verdict(report("failed", status, said)) == end_of(failure.removeprefix("bounced "))


def test_a_mail_that_is_no_report_proves_nothing() -> None:
    away = EmailMessage()
    away["Subject"] = "Out of office. Action: failed Status: 5.1.1"
    away.set_content("Action: failed\nStatus: 5.1.1")
    assert verdict(away.as_bytes()) is None
    assert verdict(b"\xff\x00 garbage") is None


def test_a_return_address_carries_a_sealed_reference() -> None:
    ours = return_address(reference(7, 42), "bounces@mfa.example.invalid")
    assert reference_in(ours) == (7, 42)
    assert reference_in(ours.upper()) == (7, 42)
    assert len(ours.partition("@")[0]) <= 64
    for forged in (ours.replace("+7.42.", "+7.43."), "bounces@mfa.example.invalid", "x"):
        with pytest.raises(ReferenceRefusedError):
            reference_in(forged)


@pytest.mark.django_db(transaction=True)
def test_a_report_becomes_a_receipt_and_a_stranger_s_mail_is_refused() -> None:
    to = return_address(reference(7, 42), "bounces@mfa.example.invalid")

    async def came() -> list[int]:
        door = BounceDoor()
        server = await door.listen("127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        codes = []
        for address, content in (
            ("bounces+7.43.000000000000@mfa.example.invalid", report("failed", "5.1.1")),
            (to, report("delayed", "4.4.1")),
            (to, report("failed", "5.1.1")),
        ):
            client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port)
            await client.connect()
            try:
                await client.sendmail("", [address], content)
                codes.append(250)
            except aiosmtplib.SMTPRecipientsRefused as refused:
                codes.append(refused.recipients[0].code)
            client.close()
        server.close()
        await door.close()
        return codes

    assert asyncio.run(came()) == [550, 250, 250]
    (kept,) = Receipt.objects.all()
    assert (kept.batch_id, kept.delivery_id, kept.state) == (7, 42, State.INVALID_ADDRESS)
    assert kept.failure == "bounced 5.1.1"


def test_each_mail_leaves_with_a_return_address_of_its_own() -> None:
    heard = []

    async def sent() -> None:
        server = await Mailroom(heard.append).listen()
        options = {
            "kind": "smtp",
            "channel": "email",
            "host": "127.0.0.1",
            "port": server.sockets[0].getsockname()[1],
            "from": "alerts@mfa.example.invalid",
            "bounces": "bounces@back.example.invalid",
        }
        messaging = {
            "PROVIDER_TIMEOUT_SECONDS": 2,
            "LEASE_SECONDS": 60,
            "RECEIPTS_URL": "http://127.0.0.1:8010/receipts",
            "PROVIDERS": {"mail": options},
        }
        (provider,) = configured(messaging, mode="test")
        parcel = Parcel(reference(7, 1), "ayan@example.invalid", "s", "b", "az", exercise=False)
        await provider.hand_over(parcel)
        assert await provider.probe() is True
        await provider.close()
        server.close()
        assert await provider.probe() is False

    asyncio.run(sent())
    assert reference_in(heard[0].mail_from) == (7, 1)
    assert heard[0].mail_from.endswith("@back.example.invalid")
