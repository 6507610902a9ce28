"""What was written to a party: warnings it was sent, and what the post answered."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _

from safeconduct.ground.kernel.languages import fallbacks
from safeconduct.picture.registry.queries import party_members
from safeconduct.response.alerts.models import AlertText, Release
from safeconduct.response.cases.queries import conversation_of_party, read_by_record
from safeconduct.wires.messaging.queries import tried_for

# As long as what was sent is kept at all (messaging's retention).
_SHOWN: Final = timedelta(days=90)
_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Message:
    """One message; ``language`` is that of its words, ``url`` where more of it is read."""

    at: datetime
    title: str
    text: str
    language: str
    is_theirs: bool = False
    url: str = ""


def messages_of(party_id: int, language: str, now: datetime) -> list[Message]:
    """Warnings and talks with the post in one list, the latest first."""
    found = [*alerts_sent(party_id, language, now), *_talks(party_id), *_named(party_id, language)]
    return sorted(found, key=lambda one: one.at, reverse=True)


def _talks(party_id: int) -> list[Message]:
    """What was said in the party's requests for help; in whatever language it was written."""
    ours, theirs = _("Your embassy answered, %s"), _("You wrote, %s")
    return [
        Message(
            at=line.at,
            title=(ours if line.is_ours else theirs) % line.reference,
            text=line.words,
            language="",
            is_theirs=not line.is_ours,
            url=line.url,
        )
        for line in conversation_of_party(party_id)
    ]


def _named(party_id: int, language: str) -> list[Message]:
    """Requests that one of the party asked us to show on their own page alone."""
    _shown, named = read_by_record(party_id)
    return [
        Message(
            at=case.received_at,
            title=_("A request for help, %s") % case.reference,
            text=_(
                "Its words and our answers stand on its own page alone, on the phone it came from."
            ),
            language=language,
        )
        for case in named
        if case.forgotten_at is None
    ]


def alerts_sent(party_id: int, language: str, now: datetime) -> list[Message]:
    """Warnings that were sent to anybody of the party, the latest first."""
    recent = Release.objects.filter(released_at__gt=now - _SHOWN).order_by("-released_at", "-id")
    releases = {one.batch_id: one for one in recent.prefetch_related("alert__texts")}
    people = [person.pk for person in party_members(party_id)]
    tried = tried_for(people, list(releases))
    sent = {one.batch_id for tries in tried.values() for one in tries}
    found = (_alert(one, language) for number, one in releases.items() if number in sent)
    return [message for message in found if message is not None][:_MOST]


def _alert(release: Release, language: str) -> Message | None:
    texts: dict[str, AlertText] = {text.language: text for text in release.alert.texts.all()}
    best = next((code for code in fallbacks(language) if code in texts), min(texts, default=None))
    if best is None:
        return None
    text = texts[best]
    words = "\n".join(part for part in (text.description, text.instruction) if part)
    return Message(release.released_at, text.headline, words, best)
