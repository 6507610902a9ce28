"""What came through the door, durable but not yet understood."""

from typing import ClassVar

from django.db import models


class RawAnswer(models.Model):
    """One answer as it arrived.

    No unique key: ``COPY`` cannot skip a conflict, the drain de-duplicates. Two doors
    commit side by side, so a smaller id may become visible after a larger one: whoever
    reads on must delete what it has read, not remember how far it came.

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
    # Whom it speaks for: 0 me, 1 all of us, 2 exactly the asked-ids in ``others``.
    scope = models.SmallIntegerField(default=0)
    others = models.JSONField(null=True)
    sender = models.CharField(max_length=254, blank=True)
    text = models.CharField(max_length=1000, blank=True)
    provider_id = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return f"raw answer #{self.pk}"


class RawReport(models.Model):
    """One "I am here" or "I need help" as it arrived, sealed at the door.

    No unique key, for the reasons of :class:`RawAnswer`. Whoever comes from a network that
    sends more than people do waits until the others have been read.
    """

    id = models.BigAutoField(primary_key=True)
    received_at = models.DateTimeField()
    key = models.UUIDField()
    kind = models.SmallIntegerField()
    crowded = models.BooleanField(default=False, db_default=False)
    sealed = models.BinaryField()
    photos = models.BinaryField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["crowded", "id"], name="rawreport_order"),
            models.Index(fields=["key"], name="rawreport_key"),
        ]

    def __str__(self) -> str:
        return f"raw report #{self.pk}"


class HelpWords(models.Model):
    """What a text message that asks for help says, sealed, until its request has it."""

    key = models.UUIDField(primary_key=True)
    received_at = models.DateTimeField()
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return f"words of {self.received_at:%Y-%m-%d %H:%M}"


class ReplayMark(models.Model):
    """How far a journal has been replayed, moved in the transaction of its answers.

    A door that dies between that commit and the removal of its file would
    otherwise have the same answers replayed by the next one.
    """

    journal = models.UUIDField(primary_key=True)
    until = models.BigIntegerField()

    def __str__(self) -> str:
        return f"journal {self.journal} replayed to byte {self.until}"


class Pulse(models.Model):
    """A door says that it is alive and what lies in its journal; silence turns the board grey."""

    door = models.UUIDField(primary_key=True)
    seen_at = models.DateTimeField()
    journalled_bytes = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"door {self.door}"
