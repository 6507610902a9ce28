"""All styles of a page as one file: on a slow line each further request costs most of a second."""

import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parent / "static" / "ui" / "css"
# In the order of their layers; the first file says it.
_HOUSE: Final = ("tokens", "base", "layout", "forms", "tables", "buttons", "components")
SHEETS: Final = {"house": _HOUSE, "app": (*_HOUSE, "app")}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A joined style file; ``version`` changes whenever a byte of it does."""

    body: bytes
    version: str


@cache
def sheet(name: str) -> Sheet:
    """One of ``SHEETS``, without comments and white space, with the print styles at its end."""
    parts = [_read(part) for part in SHEETS[name]]
    body = squeezed("".join(parts) + f"@media print{{{_read('print')}}}").encode()
    return Sheet(body, sha256(body).hexdigest()[:12])


def squeezed(css: str) -> str:
    """The same styles without what only their writers read."""
    bare = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", bare)).strip()


def _read(part: str) -> str:
    return (_FOLDER / f"{part}.css").read_text(encoding="utf-8")
