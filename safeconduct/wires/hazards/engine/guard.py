"""Nothing a stranger sends may take the message beside it down with it."""

from collections.abc import Callable
from typing import Final

from django.utils.translation import gettext_noop as _
from lxml import etree
from shapely.errors import ShapelyError

from safeconduct.wires.hazards.engine.reading import Note, Reading, UnreadableError, refused

# Errors that strange bytes have caused in parsers and geometry; a bug of ours would look alike.
SURPRISES: Final = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
    ShapelyError,
    etree.LxmlError,
)
FAULT: Final = _(
    "A fault of this system (%(kind)s) kept it from reading this message. Read it where it was"
    " published, and show it to those who run the system."
)


def guarded(read: Callable[[], Reading], about: bytes) -> Reading:
    """What ``read`` gives, or the message refused with the reason; nothing is raised.

    ``about`` is what stands in for an identifier where nothing could be read.
    """
    try:
        return read()
    except UnreadableError as error:
        return refused(error.note, about=about)
    except SURPRISES as error:
        return refused(fault(error), about=about)


def fault(error: Exception) -> Note:
    """Why a message was not read, in words for a duty officer."""
    return Note(FAULT, {"kind": type(error).__name__})
