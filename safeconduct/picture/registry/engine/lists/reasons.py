"""Why a row or a list is refused: kept as words to fill in, worded where somebody reads them."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Reason:
    """Says itself in the language that is spoken at the moment it is written down."""

    text: str | Promise
    blanks: tuple[tuple[str, object], ...] = ()

    def __str__(self) -> str:
        return str(self.text) % dict(self.blanks)

    def filled(self, **blanks: object) -> "Reason":
        return Reason(self.text, tuple(blanks.items()))


class ListRefusedError(Exception):
    """The file is no list we can read; the message says why, for whoever handed it in."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)


EMPTY: Final = Reason(_("The file is empty."))
NO_COLUMNS: Final = Reason(_("The first line names no columns."))
NOT_TEXT: Final = Reason(_("Some letters cannot be read: save the list as UTF-8."))
NO_SUCH_COLUMN: Final = Reason(_("The list has no column “%(column)s”."))
NO_SUCH_FIELD: Final = Reason(_("There is no field “%(field)s”. Fields: %(fields)s."))
NO_NAMES: Final = Reason(
    _("No column holds names. Name one so that we know it, like “Ad”, “Name” or “Имя”.")
)
SEVERAL_PEOPLE: Final = Reason(
    _(
        "The columns %(columns)s all hold names. One line is one person: give everybody a line of"
        " their own, or rename the columns that say the same name again."
    )
)
UNREADABLE: Final = Reason(_("This line cannot be read."))
LONE_MARK: Final = Reason(_("A quotation mark in this line has no partner."))
CELL_TOO_LONG: Final = Reason(_("A cell holds more than ten thousand letters."))
CONTROLS: Final = Reason(_("A cell holds control characters."))
OTHER_WIDTH: Final = Reason(_("Cells in this line: %(cells)s. In the header: %(header)s."))
