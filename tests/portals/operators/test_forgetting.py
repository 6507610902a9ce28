"""People were promised that what is over goes; whoever watches must hear if it does not."""

from datetime import timedelta

import pytest

from safeconduct.ground.kernel import clock
from safeconduct.ground.privacy.models import RetentionRun
from safeconduct.portals.operators import soundness


@pytest.mark.django_db
def test_a_night_that_was_missed_and_a_rule_that_fails_are_told():
    now = clock.now()
    assert soundness.state(now).parts["forgetting"]["works"], "before the first night"
    RetentionRun.objects.create(rule="registry.expired", ran_at=now - timedelta(hours=30))
    assert soundness.state(now).parts["forgetting"]["works"]
    late = soundness.state(now + timedelta(hours=30))
    assert late.works, "it takes no page off the net"
    assert not late.parts["forgetting"]["works"]
    RetentionRun.objects.update(ran_at=now, fails_since=now)
    failing = soundness.state(now).parts["forgetting"]
    assert failing["failing"] == ["registry.expired"]
    assert not failing["works"]
