"""CAP: what is flawless is accepted, what is only form is repaired by name."""

import gzip

import pytest

from safeconduct.ground.kernel.geometry import cell_at
from safeconduct.wires.hazards.engine.geocodes import place_of_code
from safeconduct.wires.hazards.engine.sniff import read_bytes
from safeconduct.wires.hazards.terms import LARGEST_PAYLOAD, Outcome, Source
from tests.wires.hazards.messages import CAP, cap

RESOURCE = (
    "<resource><resourceDesc>Map</resourceDesc><mimeType>image/png</mimeType>"
    "<size>12 kB</size></resource>"
)


def one(payload: bytes):
    (reading,) = read_bytes(payload)
    return reading


def test_a_flawless_alert_is_accepted():
    reading = one(cap())
    assert (reading.outcome, reading.repairs, reading.reason) == (Outcome.ACCEPTED, (), None)
    assert reading.source is Source.CAP
    assert reading.identifier == "TEST-1"
    assert reading.sent.isoformat() == "2026-03-01T06:00:00+00:00"
    assert (reading.severity, reading.hazard, reading.languages) == (
        "Severe",
        "earthquake",
        ("en-US",),
    )
    assert reading.area.km2 == pytest.approx(9390, rel=0.01)
    assert reading.area.ranges.contains(cell_at(40.4, 49.9))
    assert not reading.area.ranges.contains(cell_at(39.5, 49.5))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("10:00:00+04:00", "10:00:00Z", "ends in “Z”"),
        ("2026-03-01T10:00:00+04:00", "2026-03-01 10:00:00", "no time zone"),
        ("2026-03-01T10:00:00+04:00", "2569-03-01T10:00:00+04:00", "Buddhist"),
        ("<status>Actual</status>", "<status> Actual </status>", "Blank space around <status>"),
        ("<status>Actual</status>", "", "<status> is missing"),
        ("<identifier>TEST-1</identifier>", "", "no identifier"),
        ("<severity>Severe</severity>", "<severity>severe</severity>", "was read as “Severe”"),
        ("<category>Geo</category>", "<category>Geological</category>", "was read as “Geo”"),
        ("<headline>", "<colour>red</colour><headline>", "<colour> does not belong"),
        ("cap:1.2", "cap:1.1", "CAP 1.1"),
        (' xmlns="urn:oasis:names:tc:emergency:cap:1.2"', "", "which version"),
        (" 40,49</polygon>", "</polygon>", "was closed"),
        ("40,49 40,50 41,50 41,49 40,49", "40, 49 40, 50 41, 50 41, 49 40, 49", "written as pairs"),
        ("40,49 40,50 41,50 41,49 40,49", "40,49 41,50 40,50 41,49 40,49", "crosses itself"),
        ("</areaDesc>", "</areaDesc><altitude>abc</altitude>", "<altitude> is not a number"),
        ("<area>", f"{RESOURCE}<area>", "<size> is not a number: “12 kB”"),
        ("<headline>", "Mind this! <headline>", "<info> was passed over: “Mind this!”"),
        ("<severity>", '<severity level="4">', "an attribute CAP does not know: “level”"),
        ("alert", "Alert", "<Alert> was read as <alert>"),
        ("info>", "Info>", "<Info> was read as <info>"),
        ("</alert>", "", "not well-formed"),
        ("<?xml", "\n <?xml", "Blank space before"),
        ("<alert ", "<!DOCTYPE alert><alert ", "document type"),
    ],
)
def test_form_is_repaired_and_said(old, new, said):
    reading = one(cap((old, new)))
    assert reading.outcome is Outcome.TOLERATED
    assert any(said in str(repair) for repair in reading.repairs), list(map(str, reading.repairs))
    assert reading.severity == "Severe"
    assert reading.area.cells


def test_longitude_first_is_noticed_where_it_can_be():
    swapped = "120,10 121,10 121,11 120,11 120,10"
    reading = one(cap(("40,49 40,50 41,50 41,49 40,49", swapped)))
    assert reading.area.ranges.contains(cell_at(10.5, 120.5))
    assert "exchanged" in str(reading.repairs[0])


def test_elements_out_of_order_are_read_and_said():
    moved = cap(("<scope>Public</scope>", ""), ("<status>", "<scope>Public</scope><status>"))
    reading = one(moved)
    assert any("wrong place" in str(repair) for repair in reading.repairs)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1"])
def test_encodings_are_read(encoding):
    text = CAP.replace("Baku<", "Gəncə<" if encoding != "iso-8859-1" else "Zürich<")
    text = text.replace("UTF-8", "UTF-8" if encoding == "utf-8-sig" else encoding)
    reading = one(text.encode(encoding))
    assert reading.texts["en-US"]["area"] in ("Gəncə", "Zürich")


def test_a_wrong_encoding_is_survived():
    reading = one(CAP.replace("Baku<", "Zürich<").encode("latin-1"))
    assert reading.severity == "Severe"
    assert reading.outcome is Outcome.TOLERATED


def test_the_worst_block_speaks_for_the_message():
    info = CAP[CAP.index("<info>") : CAP.index("</alert>")]
    second = (
        info.replace("en-US", "az").replace("Severe", "Extreme").replace("Earthquake", "Zəlzələ")
    )
    reading = one(CAP.replace("</alert>", f"{second}</alert>").encode())
    assert (reading.severity, reading.event) == ("Extreme", "Zəlzələ")
    assert reading.languages == ("en-US", "az")
    assert reading.hazard == "earthquake"


def test_circles_and_the_antimeridian():
    circle = cap(
        ("<polygon>40,49 40,50 41,50 41,49 40,49</polygon>", "<circle>-17,179.9 100</circle>")
    )
    reading = one(circle)
    assert reading.outcome is Outcome.ACCEPTED
    assert reading.area.ranges.contains(cell_at(-17, -179.8))
    assert reading.area.ranges.contains(cell_at(-17, 179.8))
    assert reading.area.km2 == pytest.approx(31_400, rel=0.01)
    assert reading.area.outline["type"] == "MultiPolygon"


def test_a_code_nobody_can_place_is_said():
    code = "<geocode><valueName>EMMA_ID</valueName><value>AZ001</value></geocode>"
    reading = one(cap(("<polygon>40,49 40,50 41,50 41,49 40,49</polygon>", code)))
    assert reading.area.cells == 0
    assert reading.area.km2 is None
    assert "EMMA_ID AZ001" in str(reading.problems[0])
    assert reading.as_json()["reason"] == str(reading.problems[0])


def test_a_country_code_is_its_outline():
    if place_of_code("ISO 3166-1", "AZ").shape is None:
        pytest.skip("The outlines are not here: run `npm ci`.")
    code = "<geocode><valueName>ISO 3166-1</valueName><value>AZE</value></geocode>"
    payload = cap(("<polygon>40,49 40,50 41,50 41,49 40,49</polygon>", code))
    (reading,) = read_bytes(payload, place_of_code)
    assert reading.area.ranges.contains(cell_at(40.68, 46.36))
    assert reading.problems == ()


def coded(*codes: tuple[str, str]):
    """An alert that names its area by codes alone."""
    named = "".join(
        f"<geocode><valueName>{name}</valueName><value>{value}</value></geocode>"
        for name, value in codes
    )
    payload = cap(("<polygon>40,49 40,50 41,50 41,49 40,49</polygon>", named))
    (reading,) = read_bytes(payload, place_of_code)
    return reading


LOS_ANGELES, HELENA = cell_at(34.05, -118.24), cell_at(46.6, -112.03)


@pytest.mark.parametrize(
    ("name", "value"),
    [("SAME", "006037"), ("SAME", "906037"), ("FIPS6", "006037"), ("UGC", "CAC037")],
)
def test_a_county_is_its_outline(name, value):
    reading = coded((name, value))
    assert reading.problems == ()
    assert reading.area.ranges.contains(LOS_ANGELES)
    assert not reading.area.ranges.contains(HELENA)


def test_county_000_is_the_whole_state():
    assert coded(("SAME", "044000")).area.ranges.contains(cell_at(41.82, -71.41))


def test_one_system_that_is_known_whole_places_an_area():
    reading = coded(("SAME", "030049"), ("UGC", "MTZ014"))
    assert reading.area.ranges.contains(HELENA)
    assert reading.problems == ()


@pytest.mark.parametrize("codes", [[("UGC", "MTZ014")], [("SAME", "030049"), ("SAME", "075610")]])
def test_what_no_table_knows_is_a_visible_problem(codes):
    (problem,) = coded(*codes).problems
    assert codes[-1][1] in str(problem)


def test_several_alerts_in_one_file():
    readings = read_bytes(cap() + b"\n" + cap(("TEST-1", "TEST-2")))
    assert [reading.identifier for reading in readings] == ["TEST-1", "TEST-2"]


def test_an_envelope_is_opened():
    inner = CAP[CAP.index("<alert") :]
    envelope = f'<EDXLDistribution xmlns="urn:oasis:names:tc:emergency:EDXL:DE:1.0">{inner}'
    assert one(f"{envelope}</EDXLDistribution>".encode()).identifier == "TEST-1"


def test_packed_files_are_unpacked_within_limits():
    assert one(gzip.compress(cap())).identifier == "TEST-1"
    bomb = gzip.compress(b" " * (LARGEST_PAYLOAD + 10))
    assert "larger than" in str(one(bomb).reason)
    assert one(gzip.compress(bomb)).outcome is Outcome.REFUSED


def test_a_hundred_megabytes_are_refused_kindly():
    reading = one(b"<alert>" + b"a" * (100 * 1024 * 1024))
    assert reading.outcome is Outcome.REFUSED
    assert "larger than 32 MB" in str(reading.reason)


def test_entity_bombs_are_refused():
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10))
    bomb = cap(("<alert ", f"<!DOCTYPE alert [{entities}]><alert "), ("Baku", "&l9;"))
    assert "entities" in str(one(bomb).reason)
    file = '<!DOCTYPE alert [<!ENTITY x SYSTEM "file:///etc/passwd">]><alert '
    stolen = one(cap(("<alert ", file), ("Baku", "&x;")))
    assert stolen.outcome is Outcome.REFUSED
    assert "root:" not in str(stolen)


def test_a_changed_text_under_a_signature_is_said():
    signature = (
        '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo><Reference URI="">'
        '<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        "<DigestValue>AAAA</DigestValue></Reference></SignedInfo></Signature></alert>"
    )
    reading = one(cap(("</alert>", signature)))
    assert (reading.outcome, reading.repairs) == (Outcome.TOLERATED, ())
    assert [str(doubt) for doubt in reading.doubts] == [
        "The signature was made for another text than this one."
    ]
    assert reading.area.cells


@pytest.mark.parametrize("payload", [b"", b"   ", b"hello", b"{", b"[]]", b"<html></html>", b"<"])
def test_what_is_no_message_is_refused_with_a_reason(payload):
    reading = one(payload)
    assert reading.outcome is Outcome.REFUSED
    assert str(reading.reason)


def test_an_alert_that_says_nothing_is_refused():
    reading = one(b'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><info/></alert>')
    assert reading.outcome is Outcome.REFUSED
    assert "neither what happens nor where" in str(reading.reason)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<msgType>Alert", "<msgType>Update", "does not say which"),
        ("duty@example.org", "duty officer", "CAP forbids"),
    ],
)
def test_what_nobody_mended_is_a_doubt_and_no_repair(old, new, said):
    reading = one(cap((old, new)))
    assert (reading.outcome, reading.repairs) == (Outcome.TOLERATED, ())
    assert said in str(reading.reason)
    assert reading.area.cells


def test_numbers_and_attributes_the_schema_allows_are_no_repair():
    heights = "</areaDesc>"
    told = "<altitude> 1200.5 </altitude><ceiling>-3</ceiling></area>"
    place = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b">'
    reading = one(cap((heights, heights), ("</area>", told), ('cap:1.2">', f'cap:1.2"{place}')))
    assert (reading.outcome, reading.repairs) == (Outcome.ACCEPTED, ())


@pytest.mark.parametrize(
    ("claimed", "text", "encoding"),
    [
        ("cp1251", "Сильное землетрясение", "Windows-1251"),
        ("cp1252", "Violent séisme à Nîmes", "Windows-1252"),
        ("cp1252", "Größte Gefahr – Süden", "Windows-1252"),
    ],
)
def test_an_encoding_that_is_not_the_claimed_one_is_found_and_named(claimed, text, encoding):
    payload = cap(("Strong earthquake", text)).decode().encode(claimed)
    reading = one(payload)
    assert reading.texts["en-US"]["headline"] == text
    assert [str(repair) for repair in reading.repairs] == [
        f"The text is not in the encoding it claims; it was read as {encoding}."
    ]


@pytest.mark.parametrize("corners", ["40,49 41,50 42,51 40,49", "40,5 47,5 41,5 48,5 40,5"])
def test_a_polygon_that_surrounds_nothing_is_a_problem(corners):
    reading = one(cap(("40,49 40,50 41,50 41,49 40,49", corners)))
    assert reading.area.cells == 0
    # Left out of the message, and so listed; and for somebody to look at.
    assert (reading.outcome, reading.repairs) == ("tolerated", reading.problems[:1])
    assert f"polygon cannot be placed on the map: “{corners}”" in str(reading.reason)
    assert reading.severity == "Severe"


def test_the_end_of_a_day_and_a_leap_second_are_moments():
    midnight = one(cap(("2026-03-01T10:00:00+04:00", "2026-02-28T24:00:00+00:00")))
    assert midnight.sent.isoformat() == "2026-03-01T00:00:00+00:00"
    assert midnight.outcome is Outcome.ACCEPTED
    leap = one(cap(("2026-03-01T10:00:00+04:00", "2016-12-31T23:59:60+00:00")))
    assert leap.sent.isoformat() == "2017-01-01T00:00:00+00:00"
    assert "not written as CAP 1.2 asks" in str(leap.repairs[0])
    spelled = one(cap(("2026-03-01T10:00:00+04:00", "2016-12-31T23:59:60Z")))
    assert spelled.sent == leap.sent
    late = one(cap(("2026-03-01T10:00:00+04:00", "2026-03-01T24:30:00+00:00")))
    assert late.sent is None


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_wide_letters_without_their_mark_are_read(encoding):
    payload = cap(('encoding="UTF-8"', 'encoding="UTF-16"')).decode().encode(encoding)
    reading = one(payload)
    assert [str(one) for one in reading.repairs] == [
        "The file is in UTF-16 without the mark that says so."
    ]
    assert reading.texts["en-US"]["headline"] == "Strong earthquake"
