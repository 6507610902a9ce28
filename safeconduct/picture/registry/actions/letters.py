"""The message that carries the link to one's own record."""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.registry import terms
from safeconduct.picture.registry.models import LetterDay
from safeconduct.wires.messaging import actions as messaging
from safeconduct.wires.messaging.terms import CODE_PLACE, Channel, Lane

# One person of the party receives it, on every channel it gave: the message speaks for all.
_RECIPIENTS = """
SELECT person.id, person.party_id, NULL::smallint, point.channel, point.address,
       person.language, coalesce(stay.country_id, ''),
       (SELECT count(*) FROM registry_person AS one WHERE one.party_id = person.party_id)::smallint
  FROM registry_person AS person
  JOIN registry_contactpoint AS point ON point.person_id = person.id
  LEFT JOIN LATERAL (SELECT country_id FROM registry_stay WHERE person_id = person.id
                      ORDER BY departed_on IS NULL DESC, stay_from DESC, id LIMIT 1) AS stay ON true
 WHERE person.id = (SELECT min(id) FROM registry_person WHERE party_id = %s)
   AND point.channel = ANY (%s::smallint[]) AND point.verified_at IS NOT NULL
"""


@transaction.atomic
def send_link(*, party_id: int, by: Collection[Channel], now: datetime, actor: Actor) -> int:
    """Put the link to a party's record into the outbox, ahead of bulk; how many messages.

    Only to addresses that somebody confirmed: a link sent to a mistyped number would open
    the record to a stranger. One a day on each channel: whoever presses the button twice is
    not billed twice. By SMS to whoever asks for it only: it costs, and they have it on screen.
    """
    return messaging.enqueue_select(
        batch_id=_todays_batch(now, actor),
        select_sql=_RECIPIENTS,
        params=[party_id, [int(channel) for channel in by]],
        actor=actor,
    )


def _todays_batch(now: datetime, actor: Actor) -> int:
    """One batch a day, not one a registration: each has a partition of its own."""
    day = now.astimezone(UTC).date()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('registry letters'))")
    known = LetterDay.objects.filter(day=day).first()
    if known:
        return known.batch_id
    batch = messaging.open_batch(
        lane=Lane.URGENT,
        not_after=datetime.combine(day + timedelta(days=2), time(), UTC),
        exercise=False,
        texts=list(_texts()),
        link_purpose=terms.LINK_PURPOSE,
        link_expires_on=day + terms.LINK_LIFE,
        now=now,
        actor=actor,
    )
    return LetterDay.objects.create(day=day, batch_id=batch.pk).batch_id


def _texts() -> Iterator[messaging.TextDraft]:
    """Short and neutral: the message names neither a ministry nor a nationality."""
    page = f"{settings.PUBLIC_URL}/v/{CODE_PLACE}"
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            saved = _("Saved. Change or delete your record: {link}")
            letter = _(
                "Your record is saved. With this link you change it, say that you have left,"
                " or delete it:\n\n{link}\n\nWhoever holds the link can do the same:"
                " pass it on to nobody."
            )
            check = _("Is this message genuine? Its code is {code}. Check it here: {page}")
            subject = _("Your record is saved")
        yield messaging.TextDraft(language, Channel.SMS, f"{saved} #{CODE_PLACE}")
        checked = check.format(code=CODE_PLACE, page=page)
        yield messaging.TextDraft(language, Channel.EMAIL, f"{letter}\n\n{checked}", subject)
