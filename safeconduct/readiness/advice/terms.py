"""The words of advice: levels, sections, states of an edition, permissions."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.audit.kinds import declare as declare_kind
from safeconduct.ground.kernel.permissions import declare

VIEW: Final = declare("advice.view", _("See advice, its drafts and where texts contradict"))
WRITE: Final = declare("advice.write", _("Write advice"))
APPROVE: Final = declare("advice.approve", _("Approve advice others wrote"))

STARTED: Final = declare_kind(
    "advice.started", _("{actor} began edition {subject} of the advice for {country}.")
)
WRITTEN: Final = declare_kind(
    "advice.written", _("{actor} wrote in edition {subject} of the advice for {country}.")
)
SUBMITTED: Final = declare_kind("advice.submitted", _("{actor} submitted edition {subject}."))
TAKEN_BACK: Final = declare_kind("advice.taken_back", _("{actor} took back edition {subject}."))
DISCARDED: Final = declare_kind("advice.discarded", _("{actor} discarded draft {subject}."))
APPROVED: Final = declare_kind(
    "advice.approved",
    _("{actor} approved edition {subject} of the advice for {country}, level {level}."),
)

HIGHEST: Final = 4
# How long advice may stand unread by us, by its highest level: the usage of the United
# States' advisories (12 months for levels 1 and 2, 6 months for 3 and 4).
LONGEST_UNREVIEWED: Final = {
    1: timedelta(days=365),
    2: timedelta(days=365),
    3: timedelta(days=182),
    4: timedelta(days=182),
}
# From when on officers are reminded of a review, every day until it is done.
REMIND_BEFORE: Final = timedelta(days=30)
MOST_AREAS: Final = 30
MOST_CITIES: Final = 40
MOST_CORNERS: Final = 400
LARGEST_RADIUS_KM: Final = 500.0
USUAL_RADIUS_KM: Final = 30.0
LONGEST_BODY: Final = 6000
LONGEST_WHY: Final = 1500
# An SMS beyond this many parts is warned about before approval.
MOST_SEGMENTS: Final = 3


class Asks(StrEnum):
    """What a live text asks people to do."""

    LEAVE = "leave"
    SHELTER = "shelter"
    CARE = "care"
    CLEAR = "clear"


class Level(IntegerChoices):
    """What we advise. Neither a hazard's severity nor an incident's consular level."""

    USUAL = 1, _("1 Usual care")
    CAUTION = 2, _("2 Greater care")
    ESSENTIAL = 3, _("3 Only essential travel")
    NO_TRAVEL = 4, _("4 Do not travel")


class EditionState(TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Waiting for approval")
    LIVE = "live", _("In force")
    PAST = "past", _("Replaced")


class AreaKind(TextChoices):
    COUNTRY = "country", _("The whole country")
    CITIES = "cities", _("Cities and around them")
    OUTLINE = "outline", _("Inside a line")


class SectionName(TextChoices):
    """In the order of the page."""

    ENTRY = "entry", _("Entry and stay")
    SAFETY = "safety", _("Staying safe")
    LAWS = "laws", _("Laws and customs")
    HEALTH = "health", _("Staying healthy")
    HAZARDS = "hazards", _("Natural hazards")
    NUMBERS = "numbers", _("Numbers")


class Change(TextChoices):
    """What an approval did to the levels."""

    FIRST = "first", _("First advice")
    RAISED = "raised", _("Level raised")
    LOWERED = "lowered", _("Level lowered")
    AREAS = "areas", _("Areas changed")
    NONE = "none", _("Levels unchanged")


@dataclass(frozen=True, slots=True)
class Words:
    """A level text in one language. ``do`` has one step a line; ``short`` goes into an SMS."""

    headline: str
    why: str
    do: str
    short: str

    @property
    def is_whole(self) -> bool:
        return all(part.strip() for part in (self.headline, self.why, self.do, self.short))

    @property
    def is_empty(self) -> bool:
        return not any(part.strip() for part in (self.headline, self.why, self.do, self.short))

    @property
    def steps(self) -> list[str]:
        return [line.strip().removeprefix("- ") for line in self.do.splitlines() if line.strip()]


@dataclass(frozen=True, slots=True)
class Area:
    """Where a level holds, as an officer describes it."""

    kind: AreaKind = AreaKind.COUNTRY
    names: dict[str, str] = field(default_factory=dict)
    city_ids: list[int] = field(default_factory=list)
    radius_km: float | None = None
    corners: list[list[float]] = field(default_factory=list)
