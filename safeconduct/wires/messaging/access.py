"""The only way from a number in an address to a row. Sender names are the same for every post."""

from django.shortcuts import get_object_or_404

from safeconduct.wires.messaging.models import SenderIdentity


def identity_for(identity_id: int) -> SenderIdentity:
    """A sender name of ours; else 404."""
    return get_object_or_404(SenderIdentity, pk=identity_id)
