"""Damaged messages: whatever the bytes, readings come back and nothing is raised."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from safeconduct.wires.hazards.engine.guard import FAULT
from safeconduct.wires.hazards.engine.sniff import read_bytes
from safeconduct.wires.hazards.terms import Outcome
from tests.letters import ANY
from tests.wires.hazards.messages import CAP, contours, quake
from tests.wires.hazards.test_index import SUMMARY, feed

SEEDS = [
    CAP.encode(),
    feed(SUMMARY),
    json.dumps(quake()).encode(),
    json.dumps(contours((6.0, [[49, 40], [51, 40], [51, 41], [49, 40]]))).encode(),
]
damage = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 12), st.binary(max_size=8)), min_size=1, max_size=6
)


@given(st.sampled_from(SEEDS), damage)
@settings(max_examples=60, deadline=None)
def test_damaged_messages_are_read_or_refused(seed, blows):
    payload = seed
    for where, cut, put in blows:
        at = int(where * len(payload))
        payload = payload[:at] + put + payload[at + cut :]
    for reading in read_bytes(payload):
        assert reading.reason is None or reading.reason.text != FAULT, payload
        assert reading.outcome is not Outcome.REFUSED or reading.reason
        json.dumps(reading.as_json(), allow_nan=False)


values = st.none() | st.booleans() | st.floats() | st.text(ANY, max_size=5) | st.integers()
trees = st.recursive(
    values,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(ANY), inner, max_size=3),
)


@given(
    st.sampled_from(["properties", "geometry", "id", "type", "metadata", "features", "input"]),
    trees,
    st.sampled_from([quake(), contours((6.0, [[49, 40], [51, 40], [51, 41], [49, 40]]))]),
)
@settings(max_examples=60, deadline=None)
def test_json_of_any_shape_is_read_or_refused(key, value, document):
    for reading in read_bytes(json.dumps(document | {key: value}).encode()):
        assert reading.reason is None or reading.reason.text != FAULT
