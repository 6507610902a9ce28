"""Rings that cross themselves are told apart in bounded room."""

import numpy as np
import shapely

from safeconduct.ground.kernel import sphere, tangles


def test_a_corner_repeated_is_no_crossing():
    turns = np.linspace(0, 2 * np.pi, 3_000)
    star = (1 - 0.5 * (np.arange(3_000) // 30 % 2)) * np.exp(1j * turns)
    # Valid, with 100 jags; each corner stands there five times.
    jagged = shapely.Polygon(np.repeat(np.column_stack((star.real, star.imag)), 5, axis=0))
    assert shapely.is_valid(jagged)
    assert sphere.crossings(jagged, 0) == 0
    assert sphere.split_antimeridian(jagged).equals(jagged)
    assert tangles.meetings([jagged], 10_000) == 3_000


def test_the_longer_a_ring_the_fewer_of_its_edges_are_asked_at_once(monkeypatch):
    asked = []

    class Tree(shapely.STRtree):
        def query(self, some, **how):
            found = super().query(some, **how)
            asked.append((len(some), found.shape[1]))
            return found

    monkeypatch.setattr(shapely, "STRtree", Tree)
    monkeypatch.setattr(tangles, "_AT_ONCE", 1_000)
    side = np.tile([0.0, 1.0], 50)
    up = np.linspace(0, 1, 100)
    # Every edge of this one crosses every other.
    zigzag = np.column_stack((np.where(side > 0, 1 - up, up), side))
    assert sphere.crossings(shapely.Polygon(zigzag)) is None
    # How many the next will meet is told from those before, taken by chance.
    assert all(pairs <= 1_500 for _edges, pairs in asked)
    assert asked[0][0] == 10
