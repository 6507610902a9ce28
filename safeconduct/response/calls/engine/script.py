"""What a caller reads out: our few sentences around the alert's approved words."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.languages import COMPLETE
from safeconduct.readiness.advice.engine.wording import Rendering
from safeconduct.readiness.advice.rules import Standing
from safeconduct.response.alerts.actions.releases import words_of
from safeconduct.response.alerts.engine.level import languages_changed, origin_for, scripts_of
from safeconduct.response.alerts.models import Alert, AlertText, Release
from safeconduct.wires.messaging.rules import best_language

_FOLDER: Final = Path(__file__).resolve().parent.parent / "script"


@dataclass(frozen=True, slots=True)
class Script:
    """The words in one language; ``language`` is the alert's, ``around`` that of our sentences.

    ``approved`` is what an approved level of our advice has callers say. Where it is all the
    alert says, headline, description and instruction are empty: nobody reads a text out twice.
    """

    language: str
    around: str
    opening: str
    headline: str
    description: str
    instruction: str
    ask: str
    closing: str
    voicemail: str
    approved: str = ""
    # Other advice is in force by now: the words are not to be read out unasked.
    replaced: bool = False


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
    level = _level_of(release.alert)
    wanted = [best_language(language, texts) for language in (theirs, officers)]
    return [
        _script(release.alert, texts[language], level, name)
        for language in dict.fromkeys(code for code in wanted if code)
    ]


@dataclass(frozen=True, slots=True)
class _Level:
    """What callers say of the level an alert was made from, where the alert speaks otherwise,
    and whether other advice is in force by now."""

    said: dict[str, Rendering]
    edited: list[str]
    replaced: bool


def _level_of(alert: Alert) -> _Level:
    origin = origin_for(alert, today=clock.now().date())
    # The approved script names our page: a neutral alert must not say whose it is.
    if origin is None or alert.neutral_sms:
        return _Level({}, [], replaced=False)
    edited = languages_changed(alert, words_of(alert))
    return _Level(scripts_of(alert), edited, origin.standing is Standing.REPLACED)


def _script(alert: Alert, text: AlertText, level: _Level, name: str) -> Script:
    around = text.language if text.language in COMPLETE else "en"
    ours = _sentences(around, neutral=alert.neutral_sms)
    said = level.said.get(text.language)
    is_own = said is None or text.language in level.edited
    return Script(
        language=text.language,
        around=around,
        opening=ours["opening"].format(name=name),
        headline=text.headline if is_own else "",
        description=text.description if is_own else "",
        instruction=text.instruction if is_own else "",
        ask=ours["ask"] if alert.asks else "",
        closing=ours["closing"],
        voicemail=ours["voicemail"],
        approved=said.call if said else "",
        replaced=level.replaced,
    )
