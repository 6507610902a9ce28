"""A flood from one network waits behind everybody else, and is read all the same."""

import pytest

from safeconduct.response.cases.engine import drain
from safeconduct.response.cases.models import Report
from safeconduct.wires.intake.models import RawReport
from tests import builders
from tests.response.cases.reports import report

pytestmark = pytest.mark.django_db


def test_who_comes_after_a_flood_is_filed_before_it(settings):
    settings.CASES = settings.CASES | {"DRAIN_SIZE": 3}
    builders.post(id=2, seat="TR")
    flood = [report(words="aaa") for _ in range(8)]
    RawReport.objects.update(crowded=True)
    calls = [report(words="Kömək edin", phone=f"+99955500{n:03}") for n in range(3)]
    drain.run_once()
    assert set(Report.objects.values_list("key", flat=True)) == set(calls)
    while drain.run_once():
        pass
    assert set(Report.objects.values_list("key", flat=True)) == {*calls, *flood}
    assert not RawReport.objects.exists()
