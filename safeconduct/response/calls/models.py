"""Calls officers took from the list, and what came of each."""

from typing import ClassVar

from django.db import models


class Call(models.Model):
    """One officer's try to reach one person for one alert; the number stays in the outbox."""

    batch_id = models.BigIntegerField()
    delivery_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    incident_id = models.BigIntegerField(null=True)
    officer_id = models.BigIntegerField()
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
