"""What officers see of people in the registry, and what they may look for."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from safeconduct.ground.audit.looks import Why, look_kind, look_reason

RECORD: Final = look_kind("registry.record", _("Your record was opened."))
SEALED: Final = look_kind(
    "registry.sealed", _("Your passport number or your medical notes were opened.")
)
KIN: Final = look_kind(
    "registry.kin", _("The name and number of whom you let us call were opened.")
)
FOUND: Final = look_kind("registry.found", _("Your name came up in a search."))

# An officer says it with the search; without a word it is "a search".
REASONS: Final = {
    look_reason("asked", _("you or your family asked us")): _("They or their family asked us"),
    look_reason("crisis", _("a crisis where you are")): _("A crisis where they are"),
    look_reason("help", _("a request for help")): _("A request for help"),
    look_reason("upkeep", _("to keep the register right")): _("To keep the register right"),
}
SEARCH: Final = look_reason("search", _("after a search for a name"))


def why(said: str) -> Why:
    """The reason an officer gave, or that there was a search."""
    return Why(said if said in REASONS else SEARCH)
