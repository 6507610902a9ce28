"""Names the demo's texts are sent under: one of each state an officer has to live with."""

from datetime import timedelta
from typing import Final

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.wires.messaging.actions import keep_identity
from safeconduct.wires.messaging.models import SenderIdentity
from safeconduct.wires.messaging.terms import Registration

# Country, name, state, whether people can answer to it, whether delivery reports are true, why.
# Neutral names: a text must not tell who takes up the telephone whose national its owner is.
_NAMES: Final = (
    ("TR", "KONSUL", Registration.REGISTERED, False, True, "Answers go to the number in the text."),
    ("GE", "KONSUL", Registration.PENDING, False, None, "Applied for with both operators."),
    (
        "IR",
        "+999120000000",
        Registration.NOT_NEEDED,
        True,
        False,
        "The operators report every message as delivered, also to telephones that are off.",
    ),
    ("AE", "KONSUL", Registration.REFUSED, False, None, "Only for companies registered there."),
)
_CHECKED_DAYS_AGO: Final = 40


def name_senders(actor: Actor) -> None:
    """Enter the names once; what an officer has changed since stays."""
    if SenderIdentity.objects.exists():
        return
    now = clock.now()
    for country, sender, state, two_way, receipts_true, note in _NAMES:
        identity = SenderIdentity(
            provider="gateway",
            country=country,
            sender=sender,
            state=state,
            two_way=two_way,
            receipts_true=receipts_true,
            note=note,
            checked_on=(now - timedelta(days=_CHECKED_DAYS_AGO)).date(),
        )
        keep_identity(identity=identity, now=now, actor=actor)
