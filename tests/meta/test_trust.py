"""No table of people is forgotten: by whom asks what we hold, by the night, by the shredder."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import BinaryField

import config.urls  # noqa: F401 -- what pages show is declared beside them
from safeconduct.ground.audit import looks
from safeconduct.ground.privacy import retention
from safeconduct.ground.privacy.fields import Shredder, personal_fields
from safeconduct.ground.privacy.holdings import holdings
from tests.meta.addresses import rules

ROOT = Path(__file__).resolve().parents[2]
# Of people, and yet no part of "what you know about me"; why.
_NOT_TOLD = {
    "accounts.Officer": "officers see their own account",
    "calls.WardenList": "the name of whoever telephoned; their people are told of it as calls",
    "intake.RawAnswer": "filed within seconds, then told as an answer",
    "intake.RawReport": "filed within seconds, then told as a request",
    "intake.HelpWords": "filed within seconds, then told as a request",
    "registry.ImportRun": "a whole list; each of its people is told their own row",
}
# No rule of the night takes these away; why.
_NOT_BY_NIGHT = {
    "accounts.Officer": "lasts as long as the account",
    "intake.RawAnswer": "deleted by the drain that files it",
    "intake.RawReport": "deleted by the drain that files it",
    "intake.HelpWords": "deleted by the drain that files it",
}
# Fields by which a row belongs to somebody, and tables where they tell nothing of them; why.
_OWNED = re.compile(r"^(person|party|recipient|passenger)(_id|_ids)?$|^party_ids$|^person_ids$")
_OWNED_AND_SILENT = {
    "cases.Call": "which request a call for help went into; told with the request",
    "cases.Report": "a key by which what comes twice is known; holds no words",
    "rollcall.News": "emptied within seconds, holds numbers alone",
    "messaging.Proof": "emptied within seconds, holds numbers alone",
    "messaging.SpokenTo": "numbers alone; the message is told with those to the party",
    "registry.OneTimeCode": "which record a code opens, for minutes",
}


def _table(field: str) -> str:
    return field.rpartition(".")[0]


def _ours():
    for one in apps.get_app_configs():
        if one.name.startswith("safeconduct."):
            yield from one.get_models()


_TABLES = sorted({_table(name) for name in personal_fields})
_OF_SOMEBODY = sorted(
    model._meta.label for model in _ours() if any(_OWNED.match(f.name) for f in model._meta.fields)
)


@pytest.mark.parametrize("table", _TABLES)
def test_a_table_of_people_is_told_to_them(table):
    told = frozenset().union(*(one.tables for _, one in holdings.items()))
    assert table in told or table in _NOT_TOLD, "declare it in the capability's holdings.py"
    assert not (table in told and table in _NOT_TOLD)


@pytest.mark.parametrize("name", list(personal_fields))
def test_how_long_a_field_is_kept_is_kept_by_a_rule_of_the_night(name):
    rule = personal_fields[name].rule
    if _table(name) in _NOT_BY_NIGHT:
        return
    assert rule in retention.rules, "personal(…, rule=…) names the rule that deletes it"


@pytest.mark.parametrize("table", _OF_SOMEBODY)
def test_a_row_that_belongs_to_somebody_is_declared(table):
    assert table in _TABLES or table in _OWNED_AND_SILENT, (
        "declare its fields as personal, or say here why they tell nothing"
    )


@pytest.mark.parametrize("name", [n for n, f in personal_fields.items() if f.shredder == "key"])
def test_what_is_sealed_is_bytes(name):
    field = apps.get_model(_table(name))._meta.get_field(name.rpartition(".")[2])
    assert isinstance(field, BinaryField)


@pytest.mark.parametrize("name", list(holdings))
def test_a_holding_speaks_of_tables_there_are(name):
    for table in holdings[name].tables:
        assert apps.get_model(table)
    assert str(holdings[name].title).strip()


def test_every_shredder_is_used_or_known():
    assert {field.shredder for _, field in personal_fields.items()} <= set(Shredder)


@pytest.mark.parametrize("name", list(looks.kinds))
def test_a_look_is_said_in_a_sentence_to_the_person(name):
    assert len(str(looks.kinds[name].sentence).split()) > 1


def test_looks_are_declared_for_every_capability_that_shows_a_person():
    shown = {"registry", "board", "calls", "why"}
    assert shown <= {name.partition(".")[0] for name in looks.kinds}


def test_trust_pages_are_in_the_matrix():
    listed = {rule.name for rule in rules()}
    assert {"trust:data", "trust:file", "trust:looked", "trust:consent", "families:page"} <= listed


# Where it is tried that a rule of the night really deletes, and not a day too early.
_TRIED = {
    "audit.looks": ("ground/audit/test_looks.py", "goes_with_the_person_or_after_two_years"),
    "calls.calls": ("response/calls/test_calls.py", "with_the_person_and_the_call_in_time"),
    "calls.lists": ("response/calls/test_wardens.py", "old_lists_are_forgotten"),
    "cases.words": ("response/cases/test_working.py", "shredded_90_days_after_closing"),
    "checkins.answers": ("response/checkins/test_actions.py", "90_days_after_the_incident"),
    "messaging.sent": ("wires/messaging/test_actions.py", "90_days_after_their_batch"),
    "privacy.forgotten": ("ground/privacy/test_forgotten.py", "once_no_backup_is_that_old"),
    "registry.expired": ("picture/registry/test_actions.py", "records_expire"),
}


def test_each_rule_of_the_night_is_tried_at_its_date():
    """A rule that nobody saw delete is a promise on a page."""
    assert set(_TRIED) == set(retention.rules)
    for name, (file, test) in _TRIED.items():
        text = (ROOT / "tests" / file).read_text()
        assert re.search(rf"^def test_\w*{test}", text, re.MULTILINE), f"{name}: {test} is gone"
        forget = retention.rules[name].forget.__name__
        assert forget in text or "apply_retention" in text, f"{file} does not call {forget}"


def test_only_what_remembers_deletions_destroys_keys():
    """A key destroyed without being remembered comes back with the next restored backup."""
    for path in (ROOT / "safeconduct").rglob("*.py"):
        if "ground/privacy" not in str(path):
            assert not re.search(r"\bshred(_many)?\(", path.read_text()), path


@pytest.mark.parametrize("language", ["az", "ru", "fa", "ar"])
def test_people_read_the_titles_of_what_we_hold_in_their_language(language):
    """An alias of gettext that nobody collects leaves a page half in English."""
    from django.utils.translation import override

    with override("en"):
        english = {name: str(one.title) for name, one in holdings.items()}
    with override(language):
        told = {name: str(one.title) for name, one in holdings.items()}
    assert [name for name in told if told[name] == english[name]] == []
