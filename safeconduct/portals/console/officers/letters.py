"""The mail that brings an officer the link to set a password."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from safeconduct.ground.accounts.actions import invite_again, invite_officer
from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.accounts.terms import INVITATION, INVITATION_LIFE
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.languages import COMPLETE
from safeconduct.ground.missions.actions import appoint
from safeconduct.wires.messaging import actions as messaging
from safeconduct.wires.messaging.terms import Channel, Lane

# Below zero: an officer is nobody of the registry, whose numbers recipients otherwise are.
_ADDRESSEE = """
SELECT -%s::bigint, %s::bigint, %s::smallint, 2::smallint, %s::varchar, %s::varchar, ''::varchar,
       1::smallint
"""


@transaction.atomic
def invite(
    *,
    email: str,
    name: str,
    language: str,
    role: str,
    post_id: int | None,
    now: datetime,
    actor: Actor,
) -> Officer:
    """Make an account, appoint it, and send its owner a link. All of it or nothing.

    :raises AccountTakenError: if the address has an account already.
    """
    officer = invite_officer(email=email, name=name, language=language, now=now, actor=actor)
    appoint(officer_id=officer.pk, role=role, post_id=post_id, now=now, actor=actor)
    _send(officer, now, actor)
    return officer


@transaction.atomic
def send_new_link(*, officer_id: int, now: datetime, actor: Actor) -> None:
    """Take password and authenticator away and send a link to set both anew."""
    _send(invite_again(officer_id=officer_id, now=now, actor=actor), now, actor)


def _send(officer: Officer, now: datetime, actor: Actor) -> None:
    batch = messaging.open_batch(
        lane=Lane.URGENT,
        not_after=now + INVITATION_LIFE,
        exercise=False,
        texts=list(_texts()),
        link_purpose=INVITATION,
        link_expires_on=(now + INVITATION_LIFE).date(),
        now=now,
        actor=actor,
    )
    messaging.enqueue_select(
        batch_id=batch.pk,
        select_sql=_ADDRESSEE,
        # The link's room for a post carries its number: it is made when it leaves, never stored.
        params=[officer.pk, officer.pk, officer.invitation, officer.email, officer.language],
        actor=actor,
    )
    messaging.fill_finished(batch.pk, now=now)


def _texts() -> Iterator[messaging.TextDraft]:
    for language in COMPLETE:
        with translation.override(language):
            subject = _("Set your password for Safeconduct")
            body = _(
                "An administrator asks you to set a password for your account:\n\n{link}\n\n"
                "The link works once and for three days. Nobody will ever ask you for it or for"
                " your password. If you expect no account, tell your administrator."
            )
        yield messaging.TextDraft(language, Channel.EMAIL, body, subject)
