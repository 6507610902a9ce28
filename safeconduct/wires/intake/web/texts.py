"""The words of the answer page, read once from this capability's own files.

Not from the compiled catalogues: this page is complete in five languages before anybody
has compiled anything, and each file is one screen that a translator can read as a whole.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Final

from safeconduct.ground.kernel import languages

_FOLDER: Final = Path(__file__).parent.parent / "texts"
WRITTEN: Final = ("az", "en", "ru", "fa", "ar")


@cache
def texts(language: str) -> dict[str, str]:
    """Every sentence of the page in one of the written languages."""
    return {
        name: str(text)
        for name, text in tomllib.loads((_FOLDER / f"{language}.toml").read_text()).items()
    }


@cache
def written_for(language: str) -> str:
    """The language to use for somebody whose own may not be written."""
    return next(code for code in languages.fallbacks(language) if code in WRITTEN)
