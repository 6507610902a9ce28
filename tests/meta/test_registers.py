"""What capabilities declare of themselves, and whether it is whole."""

import re

import pytest
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.urls import reverse
from procrastinate.contrib.django import app as procrastinate

from safeconduct.cli import jobs
from safeconduct.ground.audit.kinds import Shredder, kinds
from safeconduct.ground.privacy import fields
from safeconduct.ground.ui.navigation import sections

# Words that, in a field's name, mean a person is spoken of.
_TELLING = re.compile(
    r"(^|_)(name|email|address|birth|phone|sender|told_by|text|vulnerability|cell)(_|$)"
)
# Fields so named that speak of no person.
_NOT_OF_PEOPLE = {
    "accounts.Officer": set(),
    "audit.Entry": {"actor_name"},
    "messaging.Delivery": set(),
}
_TABLES_ABOUT_PEOPLE = {
    "accounts.Officer",
    "registry.Person",
    "registry.ContactPoint",
    "registry.Stay",
    "messaging.Delivery",
    "intake.RawAnswer",
    "rollcall.Sighting",
    "rollcall.Standing",
    "checkins.Unclear",
    "calls.Call",
}


def _label(field: str) -> str:
    return field.rpartition(".")[0]


@pytest.mark.parametrize("name", list(kinds))
def test_an_audit_kind_says_a_sentence_and_knows_its_shredder(name: str) -> None:
    kind = kinds[name]
    assert len(kind.worded(1).split()) > 1
    assert isinstance(kind.shredder, Shredder)
    assert re.fullmatch(r"[a-z]+\.[a-z_]+", name)


@pytest.mark.parametrize("name", list(fields.personal_fields))
def test_a_personal_field_exists_and_says_why_and_how_long(name: str) -> None:
    declared = fields.personal_fields[name]
    assert str(declared.purpose).strip()
    assert str(declared.retention).strip()
    assert isinstance(declared.shredder, fields.Shredder)
    try:
        apps.get_model(_label(name))._meta.get_field(name.rpartition(".")[2])
    except (LookupError, FieldDoesNotExist):
        pytest.fail(f"{name} is declared and does not exist")


@pytest.mark.parametrize("label", sorted(_TABLES_ABOUT_PEOPLE))
def test_every_telling_field_of_a_table_about_people_is_declared(label: str) -> None:
    declared = {name.rpartition(".")[2] for name in fields.personal_fields if _label(name) == label}
    excused = _NOT_OF_PEOPLE.get(label, set())
    telling = {f.name for f in apps.get_model(label)._meta.fields if _TELLING.search(f.name)}
    assert telling - declared - excused == set()


def test_every_task_has_a_name_of_its_room_and_is_worked() -> None:
    procrastinate.perform_import_paths()
    ours = {name for name in procrastinate.tasks if "procrastinate" not in name.partition(".")[0]}
    assert ours, "the tasks were not found"
    labels = {c.label for c in apps.get_app_configs() if c.name.startswith("safeconduct.")}
    assert {name for name in ours if name.partition(".")[0] not in labels} == set()
    # A queue that no worker has places for strands its jobs.
    assert {procrastinate.tasks[name].queue for name in ours} == set(jobs.places(1))


def test_every_section_of_the_navigation_leads_somewhere() -> None:
    for name in sections:
        assert reverse(name)
