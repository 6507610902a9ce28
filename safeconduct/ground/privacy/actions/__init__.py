"""What changes in privacy: consents, keys, and what is over."""

from safeconduct.ground.privacy.actions.consents import choose_consents, forget_consents
from safeconduct.ground.privacy.actions.forgetting import forget_people
from safeconduct.ground.privacy.actions.keys import rewrap_keys
from safeconduct.ground.privacy.actions.remembering import (
    copy_list,
    forget_again,
    forget_old_list,
)
from safeconduct.ground.privacy.actions.retention import apply_retention

__all__ = [
    "apply_retention",
    "choose_consents",
    "copy_list",
    "forget_again",
    "forget_consents",
    "forget_old_list",
    "forget_people",
    "rewrap_keys",
]
