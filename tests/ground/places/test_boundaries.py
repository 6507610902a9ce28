"""What is drawn where states disagree: every check of the reviewed file, at both scales."""

import pytest
import shapely

from safeconduct.ground.places.engine import atlas, boundaries
from safeconduct.ground.places.engine.topojson import Shape

CHECKS = [(rule.key, check) for rule in boundaries.rules() for check in rule.checks]


@pytest.fixture(scope="module")
def drawn():
    try:
        return {scale: atlas.recognised(scale, drawn=True) for scale in ("50m", "110m")}
    except atlas.AtlasMissingError as missing:
        pytest.skip(str(missing))


@pytest.mark.parametrize(("key", "check"), CHECKS, ids=[f"{k}-{c.at}" for k, c in CHECKS])
def test_the_map_shows_what_the_ministry_recognises(drawn, key, check):
    point = shapely.Point(check.at[1], check.at[0])
    for outlines in drawn.values():
        assert [o.code for o in outlines if o.geometry.contains(point)] == [check.country]


def test_countries_do_not_overlap_after_the_rules(drawn):
    by_code = {outline.code: outline.geometry for outline in drawn["110m"]}
    for one, other in (("RU", "UA"), ("MA", "EH"), ("IL", "SY"), ("RS", "AL"), ("CN", "VN")):
        assert by_code[one].intersection(by_code[other]).area < 1e-3


def test_a_country_over_the_antimeridian_does_not_go_round_the_earth(drawn):
    for outlines in drawn.values():
        (russia,) = (o.geometry for o in outlines if o.code == "RU")
        assert russia.contains(shapely.Point(100, 67))
        assert russia.contains(shapely.Point(-175, 67))
        assert not russia.intersects(shapely.box(-160, 60, 15, 80))


def test_a_place_drawn_with_another_keeps_its_own_cells():
    try:
        registered_in = {o.code for o in atlas.recognised("50m", drawn=False)}
    except atlas.AtlasMissingError as missing:
        pytest.skip(str(missing))
    assert "TW" in registered_in


def test_a_shape_nobody_decided_upon_is_refused():
    stranger = Shape("", "Elsewhere", shapely.box(0, 0, 1, 1))
    with pytest.raises(boundaries.BoundaryRulesError, match="Elsewhere"):
        boundaries.outlines([stranger], {}, drawn=True)


@pytest.mark.parametrize(
    "text",
    [
        '[[area]]\nkey = "x"\nkind = "guess"\n',
        '[[area]]\nkey = "x"\nkind = "keep"\nnote = ""\nwish = 1\n',
        '[[area]]\nkey = "x"\nkind = "keep"\nnote = ""\nat = [1]\n',
        '[[area]]\nkey = "x"\nkind = "keep"\nnote = ""\n' * 2,
    ],
)
def test_a_rules_file_with_a_slip_is_refused(tmp_path, text):
    path = tmp_path / "boundaries.toml"
    path.write_text(text)
    with pytest.raises(boundaries.BoundaryRulesError):
        boundaries.rules(path)
