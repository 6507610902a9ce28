"""What a caller reads out: our few sentences around the alert's approved words."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from safeconduct.ground.kernel.languages import COMPLETE
from safeconduct.response.alerts.models import Release
from safeconduct.wires.messaging.rules import best_language

_FOLDER: Final = Path(__file__).resolve().parent.parent / "script"


@dataclass(frozen=True, slots=True)
class Script:
    """The words in one language; ``language`` is the alert's, ``around`` that of our sentences."""

    language: str
    around: str
    opening: str
    headline: str
    description: str
    instruction: str
    ask: str
    closing: str
    voicemail: str


@cache
def _sentences(language: str, *, neutral: bool) -> dict[str, str]:
    """``neutral`` names no ministry: whoever overhears the call learns nothing of who is rung."""
    read = tomllib.loads((_FOLDER / f"{language}.toml").read_text("utf-8"))
    plain = read.pop("neutral")
    return {**read, **plain} if neutral else read


def scripts_for(batch_id: int, *, theirs: str, officers: str, name: str) -> list[Script]:
    """The script in the person's language, and in the officer's where that is another one."""
    release = Release.objects.select_related("alert").filter(batch_id=batch_id).first()
    if release is None:
        return []
    texts = {text.language: text for text in release.alert.texts.all()}
    wanted = [best_language(language, texts) for language in (theirs, officers)]
    found = []
    for language in dict.fromkeys(code for code in wanted if code):
        around = language if language in COMPLETE else "en"
        ours, text = _sentences(around, neutral=release.alert.neutral_sms), texts[language]
        found.append(
            Script(
                language=language,
                around=around,
                opening=ours["opening"].format(name=name),
                headline=text.headline,
                description=text.description,
                instruction=text.instruction,
                ask=ours["ask"] if release.alert.asks else "",
                closing=ours["closing"],
                voicemail=ours["voicemail"],
            )
        )
    return found
