"""Areas that are named by codes alone: which table knows them, and what is said of the others."""

import gzip
from pathlib import Path

import pytest

from safeconduct.ground.kernel.geometry import cell_at
from safeconduct.wires.hazards.engine import districts, regions
from safeconduct.wires.hazards.engine.geocodes import place_of_code
from safeconduct.wires.hazards.engine.sniff import read_bytes
from tests.wires.hazards.messages import CAP, cap

POLYGON = "<polygon>40,49 40,50 41,50 41,49 40,49</polygon>"
ANSBACH, BERLIN, ROSTOCK = (49.30, 10.58), (52.52, 13.40), (54.09, 12.13)
NICE, BRUSSELS, PRAGUE = (43.70, 7.26), (50.85, 4.35), (50.08, 14.43)


def coded(*codes: tuple[str, str]):
    """An alert that names its area by codes alone."""
    named = "".join(
        f"<geocode><valueName>{name}</valueName><value>{value}</value></geocode>"
        for name, value in codes
    )
    (reading,) = read_bytes(cap((POLYGON, named)), place_of_code)
    return reading


@pytest.mark.parametrize(
    ("name", "value", "inside", "outside"),
    [
        ("EMMA_ID", "DE202", BERLIN, ANSBACH),
        ("emma id", " de202 ", BERLIN, ANSBACH),
        ("NUTS3", "FR823", NICE, BERLIN),
        ("NUTS2", "BE10", BRUSSELS, NICE),
        ("CISORP", "1000", PRAGUE, BERLIN),
        ("WARNCELLID", "109561000", ANSBACH, BERLIN),
        ("WARNCELLID", "913003001", ROSTOCK, BERLIN),
        ("NUTS3", "DE300", BERLIN, ANSBACH),
        ("NUTS2", "DE25", ANSBACH, BERLIN),
        ("NUTS2", "DE8", ROSTOCK, BERLIN),
    ],
)
def test_a_european_code_is_its_area(name, value, inside, outside):
    reading = coded((name, value))
    assert reading.problems == ()
    assert not reading.area.estimated
    assert reading.area.ranges.contains(cell_at(*inside))
    assert not reading.area.ranges.contains(cell_at(*outside))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ISO 3166-1", "TR", "by country code"),
        ("SAME", "006037", "by county code"),
        ("FIPS", "06037", "by county code"),
        ("SAME", "106037", "by a code for part of a county or district, which is taken whole"),
        ("SAME", "044000", "by state code"),
        ("EMMA_ID", "DE202", "by MeteoAlarm's area code"),
        ("WARNCELLID", "109561000", "by district code"),
        (
            "WARNCELLID",
            "913003001",
            "by a code for part of a county or district, which is taken whole",
        ),
        ("NUTS3", "FR823", "by region code, borders © EuroGeographics"),
        ("NUTS3", "DE300", "by region code"),
        ("CISORP", "1000", "by district code, borders of the Czech cadastre (ČÚZK)"),
    ],
)
def test_it_is_told_how_a_code_became_an_area(name, value, said):
    (note,) = coded((name, value)).facts["placed_by"]
    assert note["text"] % note["values"] == f"{said}: {name} {value}"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ISO 3166-1", "XX", "No country has this code"),
        ("SAME", "059110", "no sea areas"),
        ("UGC", "MTZ014", "forecast zones"),
        ("UGC", "CAC999", "forecast zones"),
        ("EMMA_ID", "LV999", "European warning areas"),
        ("EMMA_ID", "NUTS3/FR823", "European warning areas"),
        ("WARNCELLID", "816064037", "European warning areas"),
        ("WARNCELLID", "199999000", "European warning areas"),
        ("NUTS3", "TR611", "European warning areas"),
        ("ISO 3166-2", "TH-10", "by name or code only"),
        ("AMOC-AreaCode", "NSW_PW003", "by name or code only"),
    ],
)
def test_a_code_no_table_has_is_named_with_the_reason(name, value, said):
    reading = coded((name, value))
    assert reading.area.cells == 0
    (problem,) = reading.problems
    assert said in str(problem)
    assert f"{name} {value}" in str(problem)
    assert "placed_by" not in reading.facts


def test_the_narrowest_system_known_whole_stands_for_all():
    reading = coded(("country", "DE"), ("EMMA_ID", "DE202"))
    assert not reading.area.ranges.contains(cell_at(*ANSBACH))
    assert reading.problems == ()


def test_a_country_beside_an_unknown_code_is_marked_as_wider_than_meant():
    reading = coded(("country", "LV"), ("EMMA_ID", "LV999"))
    assert reading.area.ranges.contains(cell_at(56.95, 24.1))
    assert reading.area.estimated
    (problem,) = reading.problems
    assert "wider than the one meant" in str(problem)
    assert "EMMA_ID LV999" in str(problem)


def test_of_two_systems_that_lack_an_area_one_is_named():
    reading = coded(("SAME", "059110"), ("SAME", "059111"), ("UGC", "PHZ110"), ("UGC", "PHZ111"))
    assert [problem.values for problem in reading.problems] == [{"names": "SAME 059110, 059111"}]


def test_of_two_systems_known_in_part_the_better_known_is_shown():
    half = ("UGC", "MTZ014"), ("UGC", "CAC037")
    reading = coded(*half, ("SAME", "030049"), ("SAME", "006037"), ("SAME", "059110"))
    assert [problem.values for problem in reading.problems] == [{"names": "SAME 059110"}]
    assert reading.area.ranges.contains(cell_at(46.6, -112.03))


def test_codes_of_one_kind_that_fail_share_a_sentence():
    area = f"<area><areaDesc>Baku</areaDesc>{POLYGON}</area>"
    others = (
        "<area><areaDesc>Sea</areaDesc><geocode><valueName>EMMA_ID</valueName>"
        f"<value>LV{number}</value></geocode></area>"
        for number in (998, 999)
    )
    (reading,) = read_bytes(CAP.replace(area, area + "".join(others)).encode(), place_of_code)
    assert [problem.values for problem in reading.problems] == [{"names": "EMMA_ID LV998, LV999"}]
    assert reading.area.cells > 0


def test_an_entry_of_an_index_is_placed_by_its_code():
    feed = f"""<feed xmlns="http://www.w3.org/2005/Atom" xmlns:cap="{NAMESPACE}">
      <entry><id>one</id><title>Orange storm warning</title><cap:event>Storm</cap:event>
        <cap:areaDesc>Berlin</cap:areaDesc>
        <cap:geocode><valueName>EMMA_ID</valueName><value>CODE</value></cap:geocode>
        <link href="https://example.org/one.cap"/></entry></feed>"""
    (known,) = read_bytes(feed.replace("CODE", "DE202").encode(), place_of_code)
    assert known.area.ranges.contains(cell_at(*BERLIN))
    assert known.facts["placed_by"]
    (unknown,) = read_bytes(feed.replace("CODE", "DE999").encode(), place_of_code)
    assert "EMMA_ID DE999" in str(unknown.reason)


NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"


def test_every_german_district_is_whole():
    known = districts._areas("ags")
    assert len(known) == 403
    missing = {key for keys in known.values() for key in keys if key not in regions._table()[0]}
    assert missing == set()


def test_a_table_in_another_form_is_not_guessed_at(tmp_path, monkeypatch):
    """The package may change its file with any version: then codes are problems, not nonsense."""
    (tmp_path / "data").mkdir()
    file = tmp_path / "data/meteoalarm_regions.bin.gz"
    file.write_bytes(gzip.compress(b"LCMA\x03anything"))
    monkeypatch.setattr(regions, "find_spec", lambda _name: Package([str(tmp_path)]))
    emptied(monkeypatch)
    assert regions.region("DE202") is None
    file.unlink()
    assert "EMMA_ID DE202" in str(coded(("EMMA_ID", "DE202")).reason)
    assert districts.warncell("109561000") is None


def test_without_the_package_codes_are_a_visible_problem(monkeypatch):
    monkeypatch.setattr(regions, "find_spec", lambda _name: None)
    emptied(monkeypatch)
    assert "EMMA_ID DE202" in str(coded(("EMMA_ID", "DE202")).reason)


class Package:
    def __init__(self, folders: list[str]) -> None:
        self.submodule_search_locations = folders


def emptied(monkeypatch) -> None:
    """Nothing remembered of the real table, and nothing of this one afterwards."""
    monkeypatch.setattr(regions, "_table", regions._table.__wrapped__)
    monkeypatch.setattr(regions, "region", regions.region.__wrapped__)
    monkeypatch.setattr(districts, "region", regions.region)
    monkeypatch.setattr("safeconduct.wires.hazards.engine.geocodes.region", regions.region)


@pytest.mark.parametrize(
    ("pattern", "system"),
    [
        ("*/*ie-2.49*SmallCraft*", "MeteoAlarm"),
        ("KDE.kweathercore/*multi-area.xml", "region"),
        ("AT-backbone*/*PVW_49.*", "district"),
        ("AT-backbone*/*PVW_0.*", "district"),
        ("AT-backbone*/*1487857490473.4.conv.cap.xml", "region"),
        ("wmo-im*/*__at__valid*", "MeteoAlarm"),
    ],
)
def test_real_warnings_with_codes_only_are_on_the_map(shared_data: Path, pattern, system):
    paths = list((shared_data / "cap-alert").glob(pattern))
    assert paths
    for path in paths:
        (reading,) = read_bytes(path.read_bytes(), place_of_code)
        assert reading.area.cells > 0, path
        assert reading.problems == (), path
        assert system in reading.facts["placed_by"][0]["text"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FIPS6", "012086 012087"),
        ("UGC6", "FLC086, FLC087"),
        ("SAME", "012086;012087"),
        ("nws:UGC", "FLC086\nFLC087"),
    ],
)
def test_a_list_of_codes_in_one_value_is_each_of_them(name, value):
    both, whole = coded((name, value)), coded(("SAME", "012086"), ("SAME", "012087"))
    assert both.problems == ()
    assert both.area.cells == whole.area.cells > 0


def test_a_list_in_an_unknown_system_stays_as_it_was_written():
    reading = coded(("AMOC-AreaCode", "NSW_FW015 NSW_FW003"), ("Country", "Never Land"))
    assert "NSW_FW015 NSW_FW003" in str(reading.facts["geocode"])
    assert "Never Land" in str(reading.facts["geocode"])
