"""Everything that changes an alert: writing, letting go, expanding, stopping."""

from safeconduct.response.alerts.actions.better import take_better_area
from safeconduct.response.alerts.actions.drafts import (
    DraftContent,
    DraftRefusedError,
    draft_from_signal,
    join_alike,
    recount_audience,
    save_draft,
    submit_alert,
    take_back,
)
from safeconduct.response.alerts.actions.expansion import expand_next
from safeconduct.response.alerts.actions.levels import LevelRefusedError, draft_from_level
from safeconduct.response.alerts.actions.releases import ReleaseRefusedError, release_alert
from safeconduct.response.alerts.actions.steps import choose_steps
from safeconduct.response.alerts.actions.stops import stop_alert

__all__ = [
    "DraftContent",
    "DraftRefusedError",
    "LevelRefusedError",
    "ReleaseRefusedError",
    "choose_steps",
    "draft_from_level",
    "draft_from_signal",
    "expand_next",
    "join_alike",
    "recount_audience",
    "release_alert",
    "save_draft",
    "stop_alert",
    "submit_alert",
    "take_back",
    "take_better_area",
]
