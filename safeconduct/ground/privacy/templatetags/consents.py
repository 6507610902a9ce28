"""What a party agreed to, beside its name in the console."""

from django import template

from safeconduct.ground.privacy.consents import FAMILY, PARTNERS
from safeconduct.ground.privacy.queries import consents_of
from safeconduct.ground.privacy.sealing import Subject

register = template.Library()


@register.inclusion_tag("privacy/agreed.html")
def agreed(party_id: int) -> dict[str, bool]:
    """Whether the family may be told and the name passed on; who was not asked said no."""
    said = consents_of(Subject("party", party_id))
    given = {name for name, consent in said.items() if consent.given}
    return {"family": FAMILY in given, "partners": PARTNERS in given}
