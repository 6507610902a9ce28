"""What came through the door, durable but not yet understood."""

from django.db import models


class RawAnswer(models.Model):
    """One answer as it arrived. No unique key: ``COPY`` cannot skip a conflict, the drain de-duplicates.

    An answer by link has ``asked_id``; one by SMS has ``sender`` and ``text`` and
    the drain finds out whom it speaks for.
    """

    id = models.BigAutoField(primary_key=True)
    received_at = models.DateTimeField()
    stated_at = models.DateTimeField()
    channel = models.SmallIntegerField()
    key = models.UUIDField()
    asked_id = models.BigIntegerField(null=True)
    answer = models.SmallIntegerField(null=True)
    # Whom it speaks for: 0 me, 1 all of us, 2 those listed in ``others``.
    scope = models.SmallIntegerField(default=0)
    others = models.JSONField(null=True)
    sender = models.CharField(max_length=40, blank=True)
    text = models.CharField(max_length=1000, blank=True)
    provider_id = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return f"raw answer #{self.pk}"
