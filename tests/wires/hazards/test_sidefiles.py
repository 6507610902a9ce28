"""Files beside a message are refused with what they are and where the event is."""

from pathlib import Path

import orjson
import pytest

from safeconduct.wires.hazards.engine.sniff import read_bytes
from safeconduct.wires.hazards.terms import Outcome

STATION = {"type": "Feature", "properties": {"instrumentType": "UNK", "network": "KO"}}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (
            {
                "type": "FeatureCollection",
                "features": [STATION],
                "metadata": {"eventid": "us6000jllz"},
            },
            ("recording stations", "us6000jllz"),
        ),
        ({"event_data": {"path": "one.json"}, "episodes": []}, ("list of files", "one.json")),
        (
            {"channel": {"item": [{"storm_id": "1001253"}]}, "georss": ""},
            ("people exposed", "1001253"),
        ),
        ({"bands": [{"class": "Poly_Green"}]}, ("wind bands", "names no event")),
        ({"anything": 1}, ("does not know",)),
        ({"event_data": 7, "episodes": [1]}, ("list of files",)),
        ({"channel": {"item": "x"}, "georss": 1}, ("people exposed",)),
    ],
)
def test_what_it_is_and_where_the_event_is(document: object, said: tuple[str, ...]) -> None:
    (reading,) = read_bytes(orjson.dumps(document))
    assert reading.outcome is Outcome.REFUSED
    for words in said:
        assert words in str(reading.reason)


def test_the_real_ones_are_named(shared_data: Path) -> None:
    for ending, words in (
        ("*bundle.json", "list of files"),
        ("*impact.json", "people exposed"),
        ("*TC-zero-quadrant.json", "wind bands"),
        ("*stationlist.json", "recording stations"),
    ):
        paths = list(shared_data.glob(f"*/*/{ending}"))
        assert paths
        for path in paths:
            assert words in str(read_bytes(path.read_bytes())[0].reason), path
