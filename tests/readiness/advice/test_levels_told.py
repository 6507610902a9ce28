"""The registry asks residents the sooner the graver the level of the advice in force."""

import pytest

from safeconduct.picture.registry.levels import levels_by_country
from tests import builders

pytestmark = pytest.mark.django_db


def test_the_level_in_force_is_told_and_a_draft_is_not():
    builders.live_edition(level=3)
    builders.edition("GE", level=4)
    assert levels_by_country() == {"TR": 3}
