"""Calls officers took from the list, and what came of each."""

from datetime import datetime
from typing import ClassVar

from django.db import models


class Call(models.Model):
    """One officer's try to reach one person for one alert; the number stays in the outbox."""

    batch_id = models.BigIntegerField()
    delivery_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    incident_id = models.BigIntegerField(null=True)
    officer_id = models.BigIntegerField()
    # Made by a warden from their list; the officer is then who gave it to them.
    warden_list_id = models.BigIntegerField(null=True)
    taken_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, blank=True)
    # Who said so, as the officer wrote it down, and whom of the party it was said of.
    told_by = models.CharField(max_length=100, blank=True)
    of_people = models.JSONField(default=list)
    # When to ring again where nobody answered.
    again_at = models.DateTimeField(null=True)
    # When the outcome took effect; until then it can be undone.
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-taken_at", "-id"]
        constraints: ClassVar = [
            # Nobody speaks with two people at once; whoever tries finds the call they have.
            models.UniqueConstraint(
                fields=["officer_id"],
                name="call_one_at_a_time",
                condition=models.Q(ended_at__isnull=True),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["batch_id", "person_id"], name="call_person"),
            models.Index(
                fields=["ended_at"],
                name="call_unsettled",
                condition=models.Q(settled_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"call #{self.pk}"


class WardenList(models.Model):
    """Calls that a warden makes for a post: by a link, for some hours, at most fifty people."""

    warden = models.CharField(max_length=100)
    # The language their page is in.
    language = models.CharField(max_length=5)
    country = models.CharField(max_length=2)
    made_by_id = models.BigIntegerField()
    made_at = models.DateTimeField()
    until = models.DateTimeField()
    # An officer took it back.
    ended_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-made_at", "-id"]

    def __str__(self) -> str:
        return f"warden list #{self.pk}"

    def is_open(self, now: datetime) -> bool:
        return self.ended_at is None and now < self.until


class WardenCall(models.Model):
    """One person on a warden's list; their number stays in the outbox."""

    of = models.ForeignKey(WardenList, on_delete=models.CASCADE, related_name="calls")
    batch_id = models.BigIntegerField()
    delivery_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    incident_id = models.BigIntegerField(null=True)
    tries = models.SmallIntegerField(default=0)
    # When it was written down what came of it; it can be undone for a minute.
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["of", "delivery_id"], name="warden_call_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["person_id"], name="warden_call_person")]

    def __str__(self) -> str:
        return f"warden call #{self.pk}"
