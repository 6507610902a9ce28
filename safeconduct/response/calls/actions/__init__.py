"""What callers do, officers and wardens."""

from safeconduct.response.calls.actions.calling import (
    KEPT,
    CallRefusedError,
    end_call,
    forget_old_calls,
    forget_told_by,
    plan_settling,
    settle_ended,
    take_next,
    undo_call,
)
from safeconduct.response.calls.actions.wardens import (
    NobodyToCallError,
    end_list,
    forget_old_lists,
    hand_over,
    note_outcome,
    open_list,
    undo_outcome,
)

__all__ = [
    "KEPT",
    "CallRefusedError",
    "NobodyToCallError",
    "end_call",
    "end_list",
    "forget_old_calls",
    "forget_old_lists",
    "forget_told_by",
    "hand_over",
    "note_outcome",
    "open_list",
    "plan_settling",
    "settle_ended",
    "take_next",
    "undo_call",
    "undo_outcome",
]
