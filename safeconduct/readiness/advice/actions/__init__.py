"""What is done with advice: written, let go, approved by a second person, replaced."""

from safeconduct.readiness.advice.actions.approvals import (
    ApprovalRefusedError,
    approve_edition,
    submit_edition,
    take_back,
)
from safeconduct.readiness.advice.actions.drafts import (
    DraftRefusedError,
    discard_edition,
    remove_level,
    set_review,
    start_edition,
    write_level,
    write_section,
)

__all__ = [
    "ApprovalRefusedError",
    "DraftRefusedError",
    "approve_edition",
    "discard_edition",
    "remove_level",
    "set_review",
    "start_edition",
    "submit_edition",
    "take_back",
    "write_level",
    "write_section",
]
