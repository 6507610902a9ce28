"""What import-linter cannot see: foreign keys by string point down the same floors."""

import tomllib
from pathlib import Path

from django.apps import apps
from django.db.models import Model

_CONFIG = Path(__file__).resolve().parents[2] / "pyproject.toml"


def _heights() -> dict[str, tuple[int, int]]:
    """For each capability its floor and place on it, counted from the roof down."""
    contracts = tomllib.loads(_CONFIG.read_text())["tool"]["importlinter"]["contracts"]
    layers = {contract["containers"][0]: contract["layers"] for contract in contracts}
    floors = [layer.strip("()") for layer in layers["safeconduct"]]
    return {
        f"safeconduct.{floor}.{capability.strip(' ()')}": (number, place)
        for number, floor in enumerate(floors)
        for place, layer in enumerate(layers.get(f"safeconduct.{floor}", []))
        for capability in layer.split("|")
    }


def _relations() -> list[tuple[type[Model], type[Model]]]:
    ours = [c for c in apps.get_app_configs() if c.name.startswith("safeconduct.")]
    return [
        (model, field.related_model)
        for config in ours
        for model in config.get_models()
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and isinstance(field.related_model, type)
    ]


def test_relations_point_down() -> None:
    heights = _heights()
    upward = []
    for model, related in _relations():
        above = model._meta.app_config.name
        beneath = related._meta.app_config.name
        if above == beneath or beneath not in heights:
            continue
        if not heights[above] < heights[beneath]:
            upward.append(f"{model.__name__} → {related.__name__}")
    assert not upward


def test_every_capability_is_placed_on_a_floor() -> None:
    heights = _heights()
    ours = {c.name for c in apps.get_app_configs() if c.name.startswith("safeconduct.")}
    assert ours <= heights.keys() | {"safeconduct.portals.api"}


def test_nothing_refers_to_the_big_tables() -> None:
    """Partitions are dropped whole; a foreign key into them would forbid that."""
    big = {"messaging_delivery", "checkins_asked", "checkins_reply"}
    big |= {"rollcall_sighting", "rollcall_standing"}
    assert not [m for m, related in _relations() if related._meta.db_table in big]
