"""Messages for tests, one thing wrong at a time."""

CAP = """<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>TEST-1</identifier><sender>duty@example.org</sender>
  <sent>2026-03-01T10:00:00+04:00</sent><status>Actual</status><msgType>Alert</msgType>
  <scope>Public</scope>
  <info>
    <language>en-US</language><category>Geo</category><event>Earthquake</event>
    <urgency>Immediate</urgency><severity>Severe</severity><certainty>Observed</certainty>
    <headline>Strong earthquake</headline>
    <area><areaDesc>Baku</areaDesc><polygon>40,49 40,50 41,50 41,49 40,49</polygon></area>
  </info>
</alert>"""


def cap(*changes: tuple[str, str]) -> bytes:
    """A flawless alert with texts exchanged; a text that is not there fails the test."""
    text = CAP
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text.encode()


def quake(mag: object = 6.5, lon: object = 49.9, lat: object = 40.4, **told: object) -> dict:
    """A USGS feature."""
    properties = {
        "mag": mag,
        "place": "Baku",
        "time": 1767225600000,
        "updated": 1767229200000,
        "net": "us",
        "code": "test1",
        "ids": ",us_test1,",
        "status": "reviewed",
        "type": "earthquake",
        "title": "M 6.5 - Baku",
    }
    return {
        "type": "Feature",
        "id": "us_test1",
        "properties": properties | told,
        "geometry": {"type": "Point", "coordinates": [lon, lat, 10]},
    }


def contours(*lines: tuple[float, list[list[float]]], eventid: str = "us_test1") -> dict:
    """A ShakeMap's contour file of (level, corners)."""
    return {
        "type": "FeatureCollection",
        "metadata": {"eventid": eventid, "latitude": 40.4, "longitude": 49.9},
        "features": [
            {
                "type": "Feature",
                "properties": {"value": level, "units": "mmi"},
                "geometry": {"type": "MultiLineString", "coordinates": [corners]},
            }
            for level, corners in lines
        ],
    }
