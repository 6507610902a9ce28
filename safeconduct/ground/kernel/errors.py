"""Refusals: what a rule says no to, in words its reader can act upon."""

from django.utils.functional import Promise


class Refusal(Exception):  # noqa: N818 -- the base; what is raised is called …Error
    """Base of every ``…Error`` an action raises on purpose.

    ``message`` is translated and shown to a person; it says what to do next and
    carries no personal data, since it may be logged.
    """

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message)
        self.message = message
