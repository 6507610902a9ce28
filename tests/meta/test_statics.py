"""Styles and scripts: those that pages name exist, and styles know no left and no right."""

import re

from django.contrib.staticfiles import finders

from tests.meta.test_budgets import ROOT, files

_NAMED = re.compile(r"""\{% static ['"]([^'"]+)['"]""")
# Persian and Arabic turn the page round: "inline-start" turns with it, "left" does not.
_ONE_SIDED = re.compile(
    r"(?<![\w-])(?:(?:margin|padding|border|inset|scroll-margin|scroll-padding)-)?(?:left|right)"
    r"(?:-(?:width|style|color))?\s*:"
    r"|(?:text-align|float|clear)\s*:\s*(?:left|right)"
    r"|border-(?:top|bottom)-(?:left|right)-radius"
)


def _sides(css):
    return _ONE_SIDED.findall(re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))


def test_every_file_a_page_names_is_there():
    """Where files are named after what is in them, a missing one is a page that breaks."""
    named = {name for path in files("*.html") for name in _NAMED.findall(path.read_text())}
    assert named
    assert [name for name in sorted(named) if finders.find(name) is None] == []


def test_styles_turn_round_with_the_page():
    found = {
        str(path.relative_to(ROOT)): sides
        for path in files("*.css")
        if (sides := _sides(path.read_text()))
    }
    assert found == {}


def test_a_one_sided_style_would_be_seen():
    css = "a { margin-left: 0; left: 1px; text-align: right; inset-inline-start: 0; flex: 1 }"
    assert len(_sides(css)) == 3
    assert _sides(".maplibregl-ctrl-top-right { padding: 0 }") == []
