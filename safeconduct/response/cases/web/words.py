"""Where a request stands and what happens next, as its sender reads it."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from safeconduct.response.cases.terms import REFUSED_LABELS

STATES = {
    "new": _("We have it. An officer will read it."),
    "open": _("An officer is working on it."),
    "waiting": _("We have answered and wait for you."),
    "withdrawn": _("You took this request back."),
    "closed": _("This request is closed."),
}
NEXT = {
    "new_next": _(
        "Requests where life or health is at stake are read first. It can take time when many"
        " ask at once. Our answer comes here; if you gave a number or an address, we tell you"
        " there that it has come."
    ),
    "open_next": _(
        "You will read our answer here. If something changes, write it below. Save your battery."
    ),
    "waiting_next": _("Please read our answer and write back below."),
    "withdrawn_next": _(
        "An officer will make sure that you are safe and then close it. If you still need help,"
        " write it below."
    ),
    "closed_helped": _("We noted that you were helped. If you need help again, tell us anew."),
    "closed_referred": _(
        "We passed it on to somebody who can help where you are. If nobody comes, tell us anew."
    ),
    "closed_mistake": _("We noted that you need no help. If that is wrong, tell us anew."),
    "closed_left": _("We noted that you have left and are safe. If that is wrong, tell us anew."),
    "closed_withdrawn": _("You took it back. If you need help, tell us anew."),
    "closed_unreachable": _(
        "We tried to reach you and could not. If you still need help, tell us anew or call."
    ),
    "closed_double": _("We go on with another request of yours about the same."),
    "closed_deceased": _("This request is closed. An officer speaks with the family."),
}


def refused_words(details: Mapping[str, object]) -> list[str]:
    """The ways that must not be used, in the reader's words."""
    return [str(label) for name, label in REFUSED_LABELS.items() if details.get(name) == "yes"]
