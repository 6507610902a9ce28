"""The rows of a CSV file, and its lines again where a quotation mark swallowed some of them."""

import csv
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, NamedTuple, TextIO

from safeconduct.picture.registry.engine.lists import reasons
from safeconduct.picture.registry.engine.lists.reasons import ListRefusedError, Reason

_DELIMITERS: Final = ";,\t|"
# What Excel writes before the header to say what parts its cells.
_SEPARATOR: Final = re.compile(r'"?sep=([^"])"?', re.IGNORECASE)
_QUOTED: Final = re.compile(r'"[^"]*"')
_NOTHING: Final = f'"{_DELIMITERS} \r\n\ufeff'
# The database keeps no NUL, and nobody can read the others.
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# A cell longer than this is no cell of a list of people; the csv module would buffer it whole.
_LONGEST_CELL: Final = 10_000
# A row of more lines than this has lost a quotation mark; each line is read once for each before.
_MOST_LINES: Final = 50
# So many lines of titles may stand above a header.
_MOST_TITLES: Final = 20
_NAMING: Final = frozenset({"given_name", "family_name", "full_name"})


class Head(NamedTuple):
    """The header of a list and what parts its cells."""

    header: list[str]
    delimiter: str


@dataclass(frozen=True, slots=True)
class Row:
    """A broken row says why, and holds all that its line held.

    A short one lacks cells behind its last: Excel leaves out those that are empty, but a line
    torn in two looks alike.
    """

    cells: list[str]
    broken: Reason | None = None
    short: Reason | None = None


@dataclass
class Lines:
    """The lines of a text, of which some can be handed back to be read again."""

    text: TextIO
    taken: list[str] = field(default_factory=list)
    again: deque[str] = field(default_factory=deque)

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        if len(self.taken) == _MOST_LINES:
            raise csv.Error("too many lines")
        line = self.again.popleft() if self.again else next(self.text)
        self.taken.append(line)
        return line

    def hand_back(self) -> str:
        """Keep the first of the lines taken, hand the others back."""
        first = self.taken[0]
        self.again.extendleft(reversed(self.taken[1:]))
        self.taken.clear()
        return first


def read_head(lines: Lines, field_of: Callable[[str], str]) -> Head:
    """The header, below empty lines, titles, and what Excel says of its separator.

    ``field_of`` says what a column so called holds; the first line that names people's is the
    header, and else the first of all.

    :raises ListRefusedError: if there is none, or it names no columns.
    """
    csv.field_size_limit(_LONGEST_CELL)
    head = _below_titles(lines, field_of) or _first_head(lines)
    return _with_second_line(head, lines, field_of)


def _below_titles(lines: Lines, field_of: Callable[[str], str]) -> Head | None:
    """The first of the first lines that can be nothing else; None leaves all lines to be read."""
    told, ahead = "", list(islice(lines, _MOST_TITLES))
    lines.taken.clear()
    for place, line in enumerate(ahead):
        if found := _SEPARATOR.fullmatch(line.strip("\r\n")):
            told = found[1]
            continue
        head = _single(line, told)
        fields = set(map(field_of, head.header)) - {""} if head else set()
        if head and len(fields) > 1 and fields & _NAMING:
            lines.again.extendleft(reversed(ahead[place + 1 :]))
            return head
    lines.again.extendleft(reversed(ahead))
    return None


def _with_second_line(head: Head, lines: Lines, field_of: Callable[[str], str]) -> Head:
    """A heading over several columns has theirs in the line below it."""
    line = next(lines, "")
    lines.taken.clear()
    below = _single(line, head.delimiter)
    cells = below.header[: len(head.header)] if below else []
    under = {place: cell for place, cell in enumerate(cells) if cell}
    if under and all(
        field_of(cell) and not field_of(head.header[at]) for at, cell in under.items()
    ):
        return Head([under.get(at, cell) for at, cell in enumerate(head.header)], head.delimiter)
    if line:
        lines.again.appendleft(line)
    return head


def _single(line: str, told: str) -> Head | None:
    """A header of one line, if it is one."""
    if line.count('"') % 2 or not line.strip(_NOTHING):
        return None
    try:
        return _head(line, told)
    except (csv.Error, ValueError, ListRefusedError):
        return None


def _first_head(lines: Lines) -> Head:
    told, line = "", ""
    for line in lines:
        lines.taken.clear()
        found = _SEPARATOR.fullmatch(line.strip("\r\n"))
        told = found[1] if found else told
        if not found and line.strip(_NOTHING):
            break
    else:
        raise ListRefusedError(reasons.EMPTY)
    more = _rest_of_head(line, lines)
    try:
        return _head(line + "".join(more), told)
    except (csv.Error, ValueError):
        # The quotation mark stood for itself: what it swallowed are rows.
        lines.again.extendleft(reversed(more))
    try:
        return _head(line, told)
    except (csv.Error, ValueError) as error:
        raise ListRefusedError(reasons.NO_COLUMNS) from error


def rows(lines: Lines, head: Head) -> Iterator[Row]:
    """Every row that is not empty. A quotation mark without a partner costs its own line only."""
    reader = csv.reader(lines, delimiter=head.delimiter, strict=True)
    width = len(head.header)
    while True:
        lines.taken.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield _alone(lines, head)
            continue
        if len(lines.taken) > 1 and _has_swallowed(lines.taken, head):
            yield _alone(lines, head)
        elif "".join(cells).strip():
            yield _row(cells, width)


def _head(line: str, told: str) -> Head:
    bare = _QUOTED.sub("", line)
    delimiter = told or max(_DELIMITERS, key=bare.count)
    header = next(csv.reader([line], delimiter=delimiter))
    if len(header) < 2 and not bare.count(delimiter):
        raise ListRefusedError(reasons.NO_COLUMNS)
    return Head([_CONTROL.sub("", " ".join(cell.split())) for cell in header], delimiter)


def _rest_of_head(line: str, lines: Lines) -> list[str]:
    """A heading may hold line breaks; where its quotation mark never closes it holds none."""
    more: list[str] = []
    try:
        while sum(one.count('"') for one in (line, *more)) % 2:
            more.append(next(lines))
    except (StopIteration, csv.Error):
        lines.again.extendleft(reversed(more))
        more = []
    lines.taken.clear()
    return more


def _alone(lines: Lines, head: Head) -> Row:
    """The first of the lines taken; what a quotation mark in it swallowed is read again."""
    is_open = len(lines.taken) > 1
    line = lines.hand_back().rstrip("\r\n")
    if not is_open and line.count('"') % 2 == 0:
        # "Firm "Star"" has its inner marks undoubled: what it means is beyond doubt.
        cells = _lenient(line, head.delimiter)
        if len(cells) == len(head.header):
            return Row(cells, _fault(cells, len(head.header)))
    pieces = line.split(head.delimiter)
    fault = reasons.UNREADABLE
    if is_open or line.count('"') % 2:
        fault = reasons.LONE_MARK
    elif max(map(len, pieces)) > _LONGEST_CELL:
        fault = reasons.CELL_TOO_LONG
    return Row(pieces if len(pieces) == len(head.header) else [line], fault)


def _lenient(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _has_swallowed(taken: list[str], head: Head) -> bool:
    """A cell may hold line breaks, but not two lines that each have all a row has."""
    least = len(head.header) - 1
    return sum(line.count(head.delimiter) >= least for line in taken) > 1


def _row(cells: list[str], width: int) -> Row:
    if len(cells) < width:
        missing = [""] * (width - len(cells))
        return Row([*cells, *missing], _fault(cells, len(cells)), _other_width(cells, width))
    return Row(cells, _fault(cells, width))


def _other_width(cells: list[str], width: int) -> Reason:
    return reasons.OTHER_WIDTH.filled(cells=len(cells), header=width)


def _fault(cells: list[str], width: int) -> Reason | None:
    if "".join(cells[width:]).strip():
        return _other_width(cells, width)
    text = "".join(cells)
    if "\ufffd" in text:
        return reasons.NOT_TEXT
    if not text.isprintable() and _has_control(text):
        return reasons.CONTROLS
    return None


def _has_control(text: str) -> bool:
    return any(
        (ord(letter) < 32 and letter not in "\r\n\t") or 127 <= ord(letter) < 160 for letter in text
    )
