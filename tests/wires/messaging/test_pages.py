"""What duty officers see of providers, and what administrators decide about them."""

from datetime import timedelta
from typing import Any

import pytest

from safeconduct.ground.audit.models import Entry
from safeconduct.ground.kernel import clock
from safeconduct.wires.messaging import queries
from safeconduct.wires.messaging.models import ProviderHealth, ProviderOut, SenderIdentity
from safeconduct.wires.messaging.terms import Channel, Registration
from tests import builders

pytestmark = pytest.mark.django_db
URL = "/console/providers/"
NAME = {
    "provider": "gateway",
    "country": "TR",
    "sender": "MFA AZ",
    "state": "1",
    "receipts_true": "false",
    "note": "",
    "checked_on": "2026-11-01",
}


@pytest.fixture(autouse=True)
def _providers(db: None, settings: Any) -> None:
    builders.country("TR")
    options = {"kind": "http_json", "channel": "sms", "url": "http://127.0.0.1:1/"}
    mail = {"kind": "smtp", "channel": "email", "host": "127.0.0.1"}
    settings.MESSAGING = settings.MESSAGING | {"PROVIDERS": {"gateway": options, "mail": mail}}


@pytest.fixture
def duty(pages):
    return pages.sign_in(builders.officer("duty_officer"))


@pytest.fixture
def administrator(pages):
    return pages.sign_in(builders.officer("administrator"))


def noted(**more: Any) -> ProviderHealth:
    now = clock.now()
    given = {
        "provider": "gateway",
        "sender": "here:1",
        "channel": Channel.SMS,
        "seen_at": now,
        "last_ok_at": now,
        "last_failed_at": now - timedelta(minutes=5),
        "failure": "http 404: set up wrongly?",
        "handed": 77,
        "failed": 3,
        "latency_ms": 123,
        "share": 0.4,
        "link_at": now - timedelta(minutes=2),
        "link_ok": True,
    }
    return ProviderHealth.objects.create(**given | more)


def test_a_duty_officer_sees_each_provider_with_its_age(duty) -> None:
    noted()
    text = duty.get(URL).content.decode()
    for part in ("coming back", "40 %", "77 handed over", "3 failed", "123 ms", "set up wrongly?"):
        assert part in text
    assert "no sender runs" in text
    assert "answered" in text
    assert 'name="provider"' not in text


def test_without_providers_the_page_says_what_that_means(duty, settings) -> None:
    settings.MESSAGING = settings.MESSAGING | {"PROVIDERS": {}}
    text = duty.get(URL).content.decode()
    assert "No providers" in text
    assert "their messages wait" in text


def test_an_administrator_takes_a_provider_out_and_back(administrator) -> None:
    for _ in range(2):
        administrator.post(f"{URL}switch/", {"provider": "gateway", "out": "1"})
    assert "out of service" in administrator.get(URL).content.decode()
    (gateway, mail) = queries.provider_health(clock.now())
    assert gateway.out_since is not None
    assert gateway.share_percent == 0
    assert mail.out_since is None
    administrator.post(f"{URL}switch/", {"provider": "gateway"})
    assert not ProviderOut.objects.exists()
    kinds = Entry.objects.filter(kind__startswith="messaging.").values_list("kind", flat=True)
    assert list(kinds.order_by("id")) == ["messaging.taken_out", "messaging.put_back"]


def test_a_provider_that_is_not_ours_cannot_be_taken_out(administrator) -> None:
    administrator.post(f"{URL}switch/", {"provider": "elsewhere", "out": "1"})
    assert not ProviderOut.objects.exists()
    assert "There is no provider of this name." in administrator.get(URL).content.decode()


def test_a_sender_name_is_entered_changed_and_removed(administrator) -> None:
    assert "No sender names" in administrator.get(f"{URL}names/").content.decode()
    administrator.post(f"{URL}names/add/", NAME)
    identity = SenderIdentity.objects.get()
    assert (identity.sender, identity.country, identity.receipts_true) == ("MFA AZ", "TR", False)
    text = administrator.get(f"{URL}names/").content.decode()
    assert "registered" in text
    assert "not provable" in text
    administrator.post(f"{URL}names/{identity.pk}/", NAME | {"state": "3"})
    identity.refresh_from_db()
    assert identity.state == Registration.REFUSED
    administrator.post(f"{URL}names/{identity.pk}/remove/")
    assert not SenderIdentity.objects.exists()
    assert Entry.objects.filter(kind="messaging.named").count() == 2


def test_an_administrator_of_a_post_switches_no_provider(pages) -> None:
    pages.sign_in(builders.officer("administrator", at=builders.post(id=2, seat="TR")))
    assert 'name="provider"' not in pages.get(URL).content.decode()
    answer = pages.post(f"{URL}switch/", {"provider": "gateway", "out": "1"})
    assert answer.status_code == 404
    assert not ProviderOut.objects.exists()


def test_an_administrator_of_a_post_names_senders_for_its_countries_only(pages) -> None:
    post = builders.post(id=3, seat="DE")
    foreign = builders.sender_identity()
    own = builders.sender_identity(country="DE")
    pages.sign_in(builders.officer("administrator", at=post))
    text = pages.get(f"{URL}names/").content.decode()
    assert f"names/{own.pk}/" in text
    assert f"names/{foreign.pk}/" not in text
    for path in (f"{foreign.pk}/", f"{foreign.pk}/remove/"):
        assert pages.post(f"{URL}names/{path}", NAME).status_code == 404
    # Neither a new name nor one of theirs gets a country of somebody else.
    for path in ("add/", f"{own.pk}/"):
        assert pages.post(f"{URL}names/{path}", NAME | {"sender": "X"}).status_code == 200
    assert not SenderIdentity.objects.filter(sender="X").exists()
    added = NAME | {"country": "DE", "sender": "44200"}
    assert pages.post(f"{URL}names/add/", added).status_code == 302
    assert SenderIdentity.objects.filter(country="DE").count() == 2


@pytest.mark.parametrize(
    "wrong", [{"sender": "Ministry of Foreign Affairs"}, {"country": "XX"}, {"provider": "mail"}]
)
def test_a_name_no_telephone_could_show_is_asked_for_again(administrator, wrong) -> None:
    answer = administrator.post(f"{URL}names/add/", NAME | wrong)
    assert answer.status_code == 200
    assert not SenderIdentity.objects.exists()


def test_one_bad_name_makes_the_reports_of_a_country_worthless() -> None:
    builders.sender_identity(receipts_true=True)
    builders.sender_identity(country="DE", receipts_true=None)
    assert queries.untrue_receipts() == frozenset()
    builders.sender_identity(sender="44200", receipts_true=False)
    assert queries.untrue_receipts() == {"TR"}
    SenderIdentity.objects.filter(sender="44200").update(state=Registration.REFUSED)
    assert queries.untrue_receipts() == frozenset()


def test_whose_report_is_worthless_is_told_by_the_number() -> None:
    assert queries.proves_nothing("+905321234567", "DE", {"TR"})
    assert not queries.proves_nothing("+4915112345678", "TR", {"TR"})
    assert queries.proves_nothing("+999501", "TR", {"TR"})
    assert not queries.proves_nothing("+999501", "DE", {"TR"})
    assert not queries.proves_nothing("+905321234567", "TR", set())
