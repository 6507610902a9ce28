"""The inbox: what was written to a party, behind its own link."""

import re

import pytest

from safeconduct.ground.kernel import clock
from safeconduct.picture.registry.actions import link_of
from tests import builders
from tests.pages import Pages

pytestmark = pytest.mark.django_db


def _messages(pages: Pages, party_id: int) -> str:
    answer = pages.get(f"/me/{link_of(party_id, 'en', clock.now())}/messages/")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    return answer.content.decode()


def test_warnings_sent_to_a_party_stand_in_its_inbox(pages: Pages) -> None:
    told = builders.resident(phone="+999501000001", language="az")
    made = builders.released_alert()
    headline = made.texts.get(language="en").headline
    assert headline in _messages(pages, told.party_id)
    # Whoever was not written to has nothing to read.
    other = builders.household(names=("Rana",))[0]
    page = _messages(pages, other.party_id)
    assert headline not in page
    assert "No messages yet" in page


def test_a_forged_link_opens_no_inbox(pages: Pages) -> None:
    answer = pages.get("/me/AAAAAAAAAAAAAAAAAAAAAA/messages/")
    assert answer.status_code == 404


def test_keeping_messages_on_the_phone_is_offered_and_explained(pages: Pages) -> None:
    told = builders.resident(phone="+999501000001")
    page = _messages(pages, told.party_id)
    # Only script can keep them, so only script shows the offer.
    assert re.search(r"<section[^>]* data-keeping hidden", page)
    assert "A browser cannot lock them away" in page


def test_the_record_leads_to_messages_and_help_without_telling_a_server_whose(pages: Pages) -> None:
    told = builders.resident(phone="+999501000001")
    token = link_of(told.party_id, "en", clock.now())
    page = pages.get(f"/me/{token}/").content.decode()
    assert f'href="/me/{token}/messages/"' in page
    # Behind the #, which browsers send nowhere.
    assert f'href="/help/#record={token}"' in page
