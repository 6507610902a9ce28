"""Whether a message is ours, still holds, and still says what we wrote."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.conf import settings

from safeconduct.response.alerts import rules
from safeconduct.response.alerts.models import Alert, AlertText, Release
from safeconduct.response.alerts.terms import LONGEST_PASTED, AlertState
from safeconduct.wires.messaging.engine.authenticity import (
    Likeness,
    codes_in,
    leads_home,
    likeness,
    links_in,
    says_more_than_a_code,
)
from safeconduct.wires.messaging.engine.push import PushText
from safeconduct.wires.messaging.models import Batch, BatchText
from safeconduct.wires.messaging.rules import best_language
from safeconduct.wires.messaging.terms import LINK_PLACE, Channel


class Standing(StrEnum):
    """What a code stands for at this moment."""

    NO_CODE = "no_code"
    UNKNOWN = "unknown"
    CURRENT = "current"
    OVER = "over"
    STOPPED = "stopped"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Said:
    """What we wrote, where everybody may read it."""

    language: str
    headline: str
    description: str
    instruction: str
    sms: str


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer to "is this from you?". Nothing in it is about anybody.

    ``like`` is empty where only a code was given; ``said`` where the message is for those
    concerned alone, is an exercise or is about the reader's own record.
    """

    standing: Standing
    code: str = ""
    exercise: bool = False
    is_alert: bool = False
    like: Likeness | None = None
    leads_home: bool = False
    leads_astray: bool = False
    newer: str = ""
    countries: tuple[str, ...] = ()
    said: Said | None = None

    @property
    def is_forged(self) -> bool:
        """Whether something in it is certainly not ours."""
        return self.leads_astray or self.differs

    @property
    def differs(self) -> bool:
        return self.like is Likeness.OTHER

    @property
    def is_whole(self) -> bool:
        return self.like is Likeness.WHOLE

    @property
    def is_part(self) -> bool:
        return self.like is Likeness.PART


def check(asked: str, *, language: str, now: datetime) -> Checked:
    """What there is to say about a code or a whole pasted message; three queries at most."""
    text = asked[:LONGEST_PASTED]
    homes = (settings.PUBLIC_URL, settings.ANSWER_URL)
    ours = [leads_home(link, homes) for link in links_in(text)]
    home, astray = any(ours), not all(ours)
    codes = codes_in(text)
    batch = _batch(codes)
    if batch is None:
        standing = Standing.UNKNOWN if codes else Standing.NO_CODE
        code = codes[0] if codes else ""
        return Checked(standing, code, leads_home=home, leads_astray=astray)
    release = Release.objects.filter(batch=batch).select_related("alert").first()
    alert = release.alert if release else None
    newer = _newer(alert)
    texts = list(BatchText.objects.filter(batch=batch).order_by("language", "channel"))
    exercise = batch.exercise or settings.MODE == "exercise"
    shown = alert is not None and rules.is_published(alert.scope, exercise=exercise)
    return Checked(
        standing=_standing(batch, alert, newer, now),
        code=batch.code or "",
        exercise=exercise,
        is_alert=alert is not None,
        like=_like(text, texts) if says_more_than_a_code(text) else None,
        leads_home=home,
        leads_astray=astray,
        newer=newer,
        countries=tuple(alert.countries) if alert else (),
        said=_said(alert, texts, language) if alert and shown else None,
    )


def _batch(codes: list[str]) -> Batch | None:
    """The batch of the first code that is one."""
    known = {batch.code: batch for batch in Batch.objects.filter(code__in=codes)}
    return next((known[code] for code in codes if code in known), None)


def _standing(batch: Batch, alert: Alert | None, newer: str, now: datetime) -> Standing:
    if newer:
        return Standing.REPLACED
    if batch.stopped_at is not None or (alert and alert.state == AlertState.STOPPED):
        return Standing.STOPPED
    if alert is None and batch.link_expires_on is not None:
        # A letter has left long before its link ceases to work.
        return Standing.OVER if now.date() > batch.link_expires_on else Standing.CURRENT
    return Standing.OVER if now >= batch.not_after else Standing.CURRENT


def _newer(alert: Alert | None) -> str:
    """The code of the message that corrects this one, if one has been released."""
    if alert is None:
        return ""
    corrections = Release.objects.filter(alert__corrects=alert, stopped_at=None)
    latest = corrections.order_by("-released_at", "-id").select_related("batch").first()
    return (latest.batch.code or "") if latest else ""


def _like(pasted: str, texts: list[BatchText]) -> Likeness:
    approved = []
    for text in texts:
        is_push = text.channel == Channel.PUSH
        body = PushText.read(text.body).body if is_push else text.body
        # Who pastes a mail or a notification takes its first line along.
        approved += [body, f"{text.subject} {body}"]
    return likeness(pasted, approved)


def _said(alert: Alert, texts: list[BatchText], language: str) -> Said | None:
    written = {text.language: text for text in AlertText.objects.filter(alert=alert)}
    best = best_language(language, written)
    if best is None:
        return None
    word = written[best]
    sms = [text.body for text in texts if (text.language, text.channel) == (best, Channel.SMS)]
    return Said(
        language=best,
        headline=word.headline,
        description=word.description,
        instruction=word.instruction,
        sms=sms[0].replace(LINK_PLACE, "…") if sms else "",
    )
