"""Lighthouse over pages of nationals: median of five, on a telephone, as production serves them."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any, Final

import orjson

from bench import BenchOptions, entry, pages

_ROUNDS: Final = 5
_PATHS: Final = ("/", "/me/register/")
_SCORES: Final = ("performance", "accessibility", "best-practices")
# 185 MB and 150 packages: fetched for whoever measures, not for everybody who works here.
_VERSION: Final = "12.8.2"
_FOLDER: Final = Path(__file__).resolve().parent.parent / ".tools" / "lighthouse"


def run(_options: BenchOptions) -> dict[str, object]:
    """The lowest performance of the pages, in points of 100; the other scores beside it."""
    command, chrome = _lighthouse(), pages.chromium()
    scores: dict[str, float] = {}
    wrong: set[str] = set()
    with pages.served() as base:
        for path in _PATHS:
            reports = [_report(command, chrome, base + path) for _ in range(_ROUNDS)]
            for name in _SCORES:
                points = median(told["categories"][name]["score"] * 100 for told in reports)
                scores[name] = min(scores.get(name, 100), points)
            wrong |= {audit for told in reports for audit in _failed(told)}
    return entry(
        scores["performance"],
        "points",
        accessibility=round(scores["accessibility"]),
        best_practices=round(scores["best-practices"]),
        # The gate knows upper bounds alone.
        not_perfect=round(200 - scores["accessibility"] - scores["best-practices"]),
        wrong=" ".join(sorted(wrong)) or "none",
    )


def _report(command: list[str], chrome: str, address: str) -> dict[str, Any]:
    flags = " ".join(pages.FLAGS)
    asked = [
        *command,
        address,
        "--quiet",
        "--output=json",
        f"--only-categories={','.join(_SCORES)}",
        f"--chrome-flags={flags}",
    ]
    told = subprocess.run(
        asked,
        capture_output=True,
        check=True,
        env=os.environ | {"CHROME_PATH": chrome},
        timeout=120,
    )
    report: dict[str, Any] = orjson.loads(told.stdout)
    return report


def _failed(report: dict[str, Any]) -> list[str]:
    """The audits of accessibility and best practices that cost points."""
    audits = report["audits"]
    refs = [
        ref["id"]
        for name in _SCORES[1:]
        for ref in report["categories"][name]["auditRefs"]
        if ref["weight"]
    ]
    return [name for name in refs if (audits[name]["score"] or 0) < 1 and _counts(audits[name])]


def _counts(audit: Mapping[str, object]) -> bool:
    return audit["scoreDisplayMode"] not in {"notApplicable", "manual", "informative"}


def _lighthouse() -> list[str]:
    """The command, fetched the first time.

    :raises pages.NothingToLookWithError: where npm is not, or the registry does not answer.
    """
    program = _FOLDER / "node_modules" / "lighthouse" / "cli" / "index.js"
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        raise pages.NothingToLookWithError("Lighthouse needs Node: apt-get install nodejs npm")
    if not program.exists():
        _FOLDER.mkdir(parents=True, exist_ok=True)
        fetch = [npm, "install", "--prefix", str(_FOLDER), "--no-save", "--no-audit", "--no-fund"]
        wanted = ["--ignore-scripts", f"lighthouse@{_VERSION}"]
        if subprocess.run([*fetch, *wanted], capture_output=True, check=False).returncode:
            raise pages.NothingToLookWithError(
                f"Lighthouse {_VERSION} could not be fetched from the npm registry."
            )
    return [node, str(program)]
