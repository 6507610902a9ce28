"""A link for whoever watches the demo: the question as it stands on one made-up phone."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import F

from safeconduct.ground.kernel import tokens
from safeconduct.picture.registry.models import Person
from safeconduct.picture.rollcall.models import Standing
from safeconduct.picture.rollcall.terms import Safety
from safeconduct.response.alerts.models import Release
from safeconduct.response.checkins.models import Asked

_LANGUAGE = "az"
_LOOKED_AT = 200


@dataclass(frozen=True)
class Silent:
    """Somebody not heard from, and the page they answer on."""

    name: str
    link: str


def somebody_silent(release: Release) -> Silent | None:
    """Who reads Azerbaijani and has not answered, the strongest shaking first; None if nobody."""
    round_, batch = release.round, release.batch
    if round_ is None or batch.link_expires_on is None:
        return None
    person = _silent(round_.incident_id)
    asked = person and Asked.objects.filter(round_id=round_.pk, person_id=person.pk).first()
    if not person or not asked:
        return None
    link = tokens.Link(asked.id, batch.link_expires_on, _LANGUAGE, asked.post_id or 0)
    token = tokens.mint(link, purpose=batch.link_purpose)
    name = f"{person.given_name} {person.family_name}".strip()
    return Silent(name, f"{settings.ANSWER_URL}/s/{token}")


def _silent(incident_id: int) -> Person | None:
    silent = Standing.objects.filter(
        incident_id=incident_id, asked_round__gt=F("heard_round"), safety=Safety.NO_ANSWER
    ).order_by("-intensity", "person_id")
    ids = list(silent.values_list("person_id", flat=True)[:_LOOKED_AT])
    readers = Person.objects.filter(pk__in=ids, language=_LANGUAGE)
    return min(readers, key=lambda one: ids.index(one.pk), default=None)
