"""From an id in a URL to a plan; whatever is not theirs to set is absent."""

from collections.abc import Collection

from django.http import Http404

from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.missions.access import countries_of
from safeconduct.response.ladder.models import DeliveryPlan
from safeconduct.response.ladder.terms import PLAN


def may_set_for(officer: Officer, countries: Collection[str]) -> bool:
    """Whether an officer answers for all these countries; none named means all there are."""
    theirs = countries_of(officer, PLAN)
    return theirs is None or (bool(countries) and theirs.issuperset(countries))


def plan_for(plan_id: int, *, officer: Officer) -> DeliveryPlan:
    """A plan the ministry has set, if the officer may change it.

    :raises Http404: alike if there is none and if it is none of theirs.
    """
    plan = DeliveryPlan.objects.filter(pk=plan_id).first()
    if plan is None or not may_set_for(officer, plan.countries):
        raise Http404
    return plan
