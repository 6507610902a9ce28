"""Whose standing an officer may look at."""

import pytest
from django.http import Http404

from safeconduct.picture.rollcall.access import standing_for
from safeconduct.picture.rollcall.terms import VIEW
from tests import builders

pytestmark = pytest.mark.django_db


def test_absent_and_forbidden_standings_look_alike() -> None:
    (asked,) = builders.asked(builders.household(), country_code="TR")
    here = {"incident_id": asked.incident_id, "person_id": asked.person_id}
    near = builders.officer(at=builders.post())
    far = builders.officer(at=builders.post(id=3, seat="GE"))
    anywhere = builders.officer()
    assert standing_for(near, VIEW, **here).person_id == asked.person_id
    assert standing_for(anywhere, VIEW, **here).person_id == asked.person_id
    with pytest.raises(Http404):
        standing_for(far, VIEW, **here)
    with pytest.raises(Http404):
        standing_for(anywhere, VIEW, **(here | {"person_id": asked.person_id + 1}))
