"""Blocks of different levels in one message: the worst is not said of everybody's ground."""

import pytest

from safeconduct.ground.kernel.geometry import cell_at
from safeconduct.wires.hazards.engine import levels
from safeconduct.wires.hazards.engine.cap_area import Found
from safeconduct.wires.hazards.engine.sniff import read_bytes
from safeconduct.wires.hazards.terms import Outcome
from tests.wires.hazards.messages import CAP, cap

INFO = CAP[CAP.index("<info>") : CAP.index("</alert>")]
BAKU, GANJA = (40.5, 49.5), (40.5, 46.5)


def info(severity: str, west: int, name: str, language: str = "en-US") -> str:
    ring = f"40,{west} 40,{west + 1} 41,{west + 1} 41,{west} 40,{west}"
    told = INFO.replace("Severe", severity).replace("en-US", language).replace("Baku", name)
    return told.replace("40,49 40,50 41,50 41,49 40,49", ring)


def read(*infos: str):
    (reading,) = read_bytes(cap((INFO, "".join(infos))))
    return reading


def holds(reading, place) -> bool:
    return reading.area.ranges.contains(cell_at(*place))


def test_a_block_of_a_lower_level_is_named_and_not_shown_as_the_worst():
    reading = read(info("Minor", 46, "Ganja"), info("Extreme", 49, "Baku"))
    assert reading.severity == "Extreme"
    assert (holds(reading, BAKU), holds(reading, GANJA)) == (True, False)
    assert [str(problem) for problem in reading.problems] == [
        "Part of the message is of a lower level and not in the area on the map: Minor: Ganja."
    ]
    assert reading.outcome is Outcome.ACCEPTED


@pytest.mark.parametrize("level", ["Severe", "Unknown"])
def test_whoever_may_be_in_grave_danger_stays_in_sight(level):
    reading = read(info("Extreme", 49, "Baku"), info(level, 46, "Ganja"))
    assert (holds(reading, BAKU), holds(reading, GANJA)) == (True, True)
    said = [str(problem) for problem in reading.problems]
    named = ["Part of the area on the map is of a lower level: Severe: Ganja."]
    assert said == (named if level == "Severe" else [])


def test_blocks_in_several_languages_are_one_area_of_one_level():
    reading = read(info("Severe", 49, "Baku"), info("Severe", 49, "Bakı", "az"))
    assert (reading.problems, reading.languages) == ((), ("en-US", "az"))
    both = read(info("Moderate", 49, "Baku"), info("Moderate", 46, "Ganja", "az"))
    assert (holds(both, BAKU), holds(both, GANJA), both.problems) == (True, True, ())


def test_ground_of_a_lower_block_within_the_worst_one_needs_no_word():
    reading = read(info("Severe", 49, "Baku"), info("Minor", 49, "Baku"))
    assert reading.problems == ()


def test_where_only_the_lower_block_says_where_that_is_the_area():
    nowhere = info("Extreme", 49, "Baku")
    nowhere = nowhere[: nowhere.index("<area>")] + "</info>"
    reading = read(nowhere, info("Minor", 46, "Ganja"))
    assert holds(reading, GANJA)
    assert reading.severity == "Extreme"


def test_codes_of_a_lower_block_are_compared_in_no_time():
    compared = []

    class Code(str):
        __slots__ = ()
        __hash__ = str.__hash__

        def __eq__(self, other: object) -> bool:
            compared.append(other)
            return super().__eq__(other)

    worst, lower = (
        Found(codes={"ours": [Code(n) for n in some]}) for some in (range(500), range(250, 750))
    )
    lower.names = {"Ganja"}
    levels._tell(worst, "Minor", lower, Found(), "%(names)s")
    assert worst.codes["ours"] == [str(number) for number in range(750)]
    # Two blocks may hold tens of thousands each: every code beside every other took minutes.
    assert len(compared) < 10 * len(worst.codes["ours"])
