"""Rounds of the question "are you safe?": who was asked, and what came back."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Round(models.Model):
    """The question, asked for the n-th time in an incident."""

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.CASCADE, related_name="rounds"
    )
    number = models.SmallIntegerField()
    opened_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    audience = models.ForeignKey("audiences.Audience", null=True, on_delete=models.PROTECT)
    batch = models.ForeignKey("messaging.Batch", null=True, on_delete=models.SET_NULL)

    class Meta:
        ordering: ClassVar = ["incident_id", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["incident", "number"], name="round_number_once"),
        ]

    def __str__(self) -> str:
        return f"round #{self.pk}"


class AskedBlock(models.Model):
    """Asked-ids are dealt in blocks, so that an id alone tells its round and partition."""

    first_id = models.BigIntegerField(primary_key=True)
    until_id = models.BigIntegerField()
    round = models.ForeignKey(Round, on_delete=models.CASCADE)
    incident_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"asked ids {self.first_id} to {self.until_id}"


class Asked(models.Model):
    """One person asked in one round. Partitioned by incident."""

    pk = models.CompositePrimaryKey("incident_id", "id")
    incident_id = models.BigIntegerField()
    id = models.BigIntegerField()
    round_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    party_id = models.BigIntegerField()
    post_id = models.SmallIntegerField(null=True)
    asked_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "checkins_asked"

    def __str__(self) -> str:
        return f"asked #{self.id}"


class Reply(models.Model):
    """What one person answered, or somebody of their party for them. Partitioned by incident."""

    pk = models.CompositePrimaryKey("incident_id", "id")
    incident_id = models.BigIntegerField()
    id = models.BigIntegerField()
    asked_id = models.BigIntegerField()
    # Who answered: equals ``asked_id`` where people answer for themselves.
    answered_by_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    key = models.UUIDField()
    answer = models.SmallIntegerField()
    channel = models.SmallIntegerField()
    stated_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "checkins_reply"

    def __str__(self) -> str:
        return f"reply #{self.id}"


class Unclear(models.Model):
    """An answer a machine must not guess at: somebody reads it and says whom it speaks for."""

    received_at = models.DateTimeField()
    stated_at = models.DateTimeField()
    channel = models.SmallIntegerField()
    key = models.UUIDField(unique=True)
    sender = models.CharField(max_length=254, blank=True)
    text = models.CharField(max_length=1000, blank=True)
    # What a link said, where it came by link: the answer and whom it spoke for.
    asked_id = models.BigIntegerField(null=True)
    answer = models.SmallIntegerField(null=True)
    reason = models.CharField(max_length=20)
    # Whom it may speak for: [[incident id, asked id, person id], ...], and where those people are.
    candidates = models.JSONField(default=list)
    countries = ArrayField(models.CharField(max_length=2), default=list)
    # Reads like a call for help: somebody should see it before the others.
    calls = models.BooleanField(default=False, db_default=False)
    # When the family was asked back whom it is for, and whose link that message held.
    asked_back_at = models.DateTimeField(null=True)
    link_asked_id = models.BigIntegerField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=20, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                models.F("calls").desc(),
                "received_at",
                "id",
                name="unclear_open",
                condition=models.Q(settled_at__isnull=True),
            ),
            models.Index(
                fields=["link_asked_id"],
                name="unclear_asked_back",
                condition=models.Q(settled_at__isnull=True, link_asked_id__isnull=False),
            ),
        ]
        ordering: ClassVar = ["received_at", "id"]
        verbose_name_plural = "unclear answers"

    def __str__(self) -> str:
        return f"unclear answer #{self.pk}"


class HeardText(models.Model):
    """That a text came in, without the text: by it a repeat is known for one.

    Sender and text are keyed digests; they go after a week.
    """

    key = models.UUIDField(primary_key=True)
    sender = models.BigIntegerField()
    text = models.BigIntegerField()
    received_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["sender", "received_at"], name="heard_sender"),
            models.Index(fields=["received_at"], name="heard_at"),
        ]

    def __str__(self) -> str:
        return f"text heard at {self.received_at:%Y-%m-%d %H:%M}"


class BackBatch(models.Model):
    """The batch in which short replies of one kind leave: one for each span of time.

    A recipient can be in a batch once, so nobody is written to twice in a span however
    often they write, and two machines can never keep each other busy.
    """

    kind = models.CharField(max_length=10)
    # The round that is asked about; 0 where it is about none.
    round_id = models.BigIntegerField(default=0)
    begins_at = models.DateTimeField()
    batch_id = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "round_id", "begins_at"], name="backbatch_once"
            ),
        ]

    def __str__(self) -> str:
        return f"replies in batch #{self.batch_id}"
