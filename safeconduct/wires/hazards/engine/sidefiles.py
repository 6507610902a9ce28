"""Files that agencies publish beside a message: they say nothing to warn by, but where to look.

None of them is read as a signal: a station list says how the ground shook under instruments,
not where people are in danger; an impact table counts people without a shape.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_noop as _

from safeconduct.wires.hazards.engine.reading import UnreadableError

Json = Mapping[str, Any]
_UNKNOWN = _("The file is JSON of a kind this system does not know.")
_STATIONS = _(
    "This is a list of recording stations, not a message: the kind of file USGS adds to"
    " a ShakeMap. Read the event %(event)s itself or its contours."
)
_BUNDLE = _(
    "This is a list of files of a kind GDACS keeps of an event, without the event in it."
    " Read the event's own file: %(event)s."
)
_IMPACT = _(
    "This is a table of people exposed, of the kind GDACS adds to a storm, without an area."
    " Read the event %(event)s itself."
)
_BANDS = _(
    "This is a drawing of wind bands of a kind GDACS adds to a storm; it names no event."
    " Read the event's own geometry."
)


def refusal(document: Json) -> UnreadableError:
    """What to say of JSON without a message: what it is, and where the event is, if it says so."""
    features = document.get("features")
    if isinstance(features, list) and features and _is_station(features[0]):
        return UnreadableError(_STATIONS, event=_text(document.get("metadata"), "eventid"))
    if isinstance(document.get("episodes"), list) and "event_data" in document:
        return UnreadableError(_BUNDLE, event=_text(document.get("event_data"), "path"))
    channel = document.get("channel")
    if isinstance(channel, Mapping) and "georss" in document:
        items = channel.get("item")
        first = items[0] if isinstance(items, list) and items else {}
        return UnreadableError(_IMPACT, event=_text(first, "storm_id"))
    bands = document.get("bands")
    if isinstance(bands, list) and bands and _text(bands[0], "class").startswith("Poly_"):
        return UnreadableError(_BANDS)
    return UnreadableError(_UNKNOWN)


def _is_station(feature: Any) -> bool:  # noqa: ANN401 -- whatever JSON holds
    told = feature.get("properties") if isinstance(feature, Mapping) else None
    return isinstance(told, Mapping) and {"instrumentType", "network"} <= told.keys()


def _text(found: Any, name: str) -> str:  # noqa: ANN401 -- whatever JSON holds
    value = found.get(name) if isinstance(found, Mapping) else None
    return str(value)[:80] if value else "–"
