"""Migrations: one line a capability, up to date with the models, free of our code."""

import ast
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

_PACKAGE = Path(__file__).resolve().parents[2] / "safeconduct"
FILES = sorted(_PACKAGE.glob("*/*/migrations/[0-9]*.py"))


def test_no_capability_has_two_last_migrations() -> None:
    loader = MigrationLoader(None)
    assert not loader.detect_conflicts()


@pytest.mark.django_db
def test_migrations_say_what_the_models_say() -> None:
    out = StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=out, verbosity=1)
    except SystemExit:
        pytest.fail(out.getvalue())


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_a_migration_imports_nothing_of_ours(path: Path) -> None:
    """What it imports may change after it has run somewhere."""
    imported = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")
        elif isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
    assert not {name for name in imported if name.startswith(("safeconduct", "config"))}
