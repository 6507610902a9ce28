"""Budgets that cut the tail: how long anything may be (docs/developers)."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("safeconduct", "config", "bench")
MODULE, FUNCTION, VIEW, TEMPLATE, STATIC = 400, 40, 20, 120, 150


def files(*patterns):
    for room in ROOMS:
        for pattern in patterns:
            for path in sorted((ROOT / room).rglob(pattern)):
                if not {"migrations", "node_modules"} & set(path.parts):
                    yield path


def lines_over(paths, budget):
    counted = ((path, len(path.read_text().splitlines())) for path in paths)
    return [f"{path.relative_to(ROOT)}: {count}" for path, count in counted if count > budget]


def functions(path):
    """Functions of a module with their length, decorators and docstring not counted."""
    for node in statements(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            words = ast.get_docstring(node, clean=False)
            first = node.body[1] if words is not None and len(node.body) > 1 else node.body[0]
            head = node.body[0].lineno - node.lineno
            yield node.name, head + node.end_lineno - first.lineno + 1


def statements(node):
    """All in it, at any depth; not the expressions, most of a module and never a function."""
    for name in ("body", "orelse", "finalbody", "handlers", "cases"):
        for child in getattr(node, name, ()):
            yield child
            yield from statements(child)


def functions_over(paths, budget):
    return [
        f"{path.relative_to(ROOT)}: {name} {length}"
        for path in paths
        for name, length in functions(path)
        if length > budget
    ]


def is_view_room(path):
    return path.parent.name == "web" and path.name not in {"forms.py", "urls.py", "__init__.py"}


@pytest.mark.parametrize(
    ("patterns", "budget"),
    [(["*.py"], MODULE), (["*.html", "*.txt"], TEMPLATE), (["*.css", "*.js", "*.mjs"], STATIC)],
    ids=["modules", "templates", "styles and scripts"],
)
def test_no_file_is_too_long(patterns, budget):
    assert lines_over(files(*patterns), budget) == []


def test_no_function_is_too_long():
    assert functions_over(files("*.py"), FUNCTION) == []


def test_no_view_is_too_long():
    assert functions_over(filter(is_view_room, files("*.py")), VIEW) == []


def test_no_room_is_a_box_for_the_rest():
    banned = {"utils.py", "helpers.py", "misc.py", "common.py", "actions2.py"}
    assert [str(path) for path in files("*.py") if path.name in banned] == []


def test_a_long_function_would_be_seen(tmp_path):
    module = tmp_path / "long.py"
    module.write_text("def f():\n    '''Words\n    of it.'''\n" + "    x = 1\n" * 41)
    assert dict(functions(module)) == {"f": 42}
