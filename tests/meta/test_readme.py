"""README promises two commands; CI runs exactly those."""

import re
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]


def test_ci_runs_the_commands_the_readme_names() -> None:
    readme = (_ROOT / "README.md").read_text(encoding="utf-8")
    script = (_ROOT / ".ci" / "run").read_text(encoding="utf-8")
    makefile = (_ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^(\w+):(?!=)", makefile, re.MULTILINE))
    named = set(re.findall(r"^\s*(?:\$ )?make (\w+)", readme, re.MULTILINE))
    assert {"demo", "test"} <= named
    assert named <= targets
    run = re.findall(r"^\s*make (\w+)", script, re.MULTILINE)
    assert run.index("test") < run.index("check")
