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


class Look(models.Model):
    """An officer saw what we hold of a person: by what right, what of it, and for what.

    The same look in the same hour is one, on the same day for kinds that say so. It is the
    person's to read and goes with them; the trail above is the ministry's.
    """

    person_id = models.BigIntegerField()
    at = models.DateTimeField()
    hour = models.DateTimeField()
    officer_id = models.BigIntegerField()
    role = models.CharField(max_length=30, blank=True)
    # None for an officer of the ministry itself.
    post_id = models.SmallIntegerField(null=True)
    what = models.CharField(max_length=30)
    why = models.CharField(max_length=20)
    why_id = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            # The person first: "who looked at me" is read from it too.
            models.UniqueConstraint(
                fields=["person_id", "hour", "officer_id", "what", "why", "why_id"],
                name="look_once_an_hour",
                nulls_distinct=False,
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["at"], name="look_at"),
            models.Index(fields=["officer_id", "at"], name="look_officer"),
        ]

    def __str__(self) -> str:
        return f"look #{self.pk}"
