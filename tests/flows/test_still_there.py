"""The advice for a country gets graver: real processes ask, one tap answers, silence counts."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.registry import actions
from safeconduct.picture.registry.models import OneTimeCode, Person, Stay, StillRound, StillThere
from safeconduct.picture.registry.rules import confidence_in
from safeconduct.picture.registry.terms import Confidence
from safeconduct.readiness.advice.actions import approve_edition, submit_edition
from safeconduct.readiness.advice.models import Edition
from tests import builders, messages
from tests.faults.test_sender import gateway, safeconduct, sender, until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
LONG_AGO = timedelta(days=20)
TAPS, SILENT, FRESH = "+99955500001", "+99955500002", "+99955500003"


def approved(level: int) -> Edition:
    draft = builders.edition("TR", level=level)
    now, writer, reader = clock.now(), Actor.officer(901), Actor.officer(902)
    submit_edition(edition_id=draft.pk, version=draft.version, now=now, actor=writer)
    draft.refresh_from_db()
    return approve_edition(edition_id=draft.pk, version=draft.version, now=now, actor=reader)


def family(phone: str) -> Person:
    return builders.family("Leyla", "Kamran", phone=phone)[0]


def test_a_change_of_level_asks_everybody_there_and_believes_no_silence(
    client, settings, tmp_path: Path
) -> None:
    with clock.stopped_at(clock.now() - LONG_AGO):
        taps, silent = family(TAPS), family(SILENT)
    # Whoever has just registered has said where they are.
    family(FRESH)
    OneTimeCode.objects.all().delete()
    approved(2)
    with (
        gateway(tmp_path) as (port, heard),
        sender(port),
        safeconduct("worker", "--only", "jobs", providers={}) as worker,
    ):
        approved(3)
        until(lambda: StillRound.objects.exclude(finished_at=None).exists())
        # What dies after its work and begins again asks nobody twice.
        worker.kill()
        with safeconduct("worker", "--only", "jobs", providers={}):
            until(lambda: len(messages.lines(heard)) >= 2)
            actions.ask_still_there(country="TR", now=clock.now(), actor=Actor.system("advice"))
            said = messages.lines(heard)
    assert sorted(line["to"] for line in said) == [TAPS, SILENT]
    [text] = [line["text"] for line in said if line["to"] == TAPS]
    link = re.search(rf"{settings.PUBLIC_URL}(/me/still/\w{{22}})", text)
    assert link, text

    before = Stay.objects.filter(person=taps).get().confirmed_at
    page = client.get(f"{link[1]}/")
    assert page.status_code == 200
    # A preview that opens the link answers nothing.
    assert Stay.objects.filter(person=taps).get().confirmed_at == before
    assert client.post(f"{link[1]}/", {"said": "still"}).status_code == 302
    assert Stay.objects.filter(person=taps).get().confirmed_at > before

    after = clock.now() + timedelta(days=8)
    while actions.let_questions_lapse(now=after, actor=Actor.system("registry")):
        pass
    standing = {
        one.party_id: confidence_in(one.stays.get().confirmed_at, one.unanswered, now=after)
        for one in Person.objects.filter(pk__in=[taps.pk, silent.pk])
    }
    assert standing == {taps.party_id: Confidence.FIRM, silent.party_id: Confidence.FADING}
    assert StillThere.objects.filter(answered_at=None).count() == 1
