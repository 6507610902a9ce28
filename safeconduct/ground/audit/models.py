"""The memory of who did what: appended in the transaction of the deed, never changed."""

from typing import ClassVar

from django.db import models


class Entry(models.Model):
    """One deed, or one deed done to a run of ids (``subject_id`` to ``subject_until_id``).

    ``detail`` holds ids, counts and terms, never a name, an address or a text.
    """

    at = models.DateTimeField()
    kind = models.CharField(max_length=60)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=60, blank=True)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField(null=True)
    subject_until_id = models.BigIntegerField(null=True)
    detail = models.JSONField(default=dict)
    seal = models.ForeignKey("audit.Seal", null=True, on_delete=models.PROTECT)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["subject_kind", "subject_id"], name="entry_subject"),
            models.Index(fields=["actor_kind", "actor_id", "at"], name="entry_actor"),
            models.Index(
                fields=["id"], name="entry_unsealed", condition=models.Q(seal__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class Seal(models.Model):
    """A digest over entries and the seal before: made in batches, so that writers never queue."""

    sealed_at = models.DateTimeField()
    first_entry_id = models.BigIntegerField()
    last_entry_id = models.BigIntegerField()
    digest = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"seal #{self.pk}"
