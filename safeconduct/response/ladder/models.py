"""By which steps people are reached: the ministry's plans, and how far each batch has come."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models


class DeliveryPlan(models.Model):
    """The ministry's own steps for a severity; without one, ours of ``plans.toml`` hold."""

    severity = models.CharField(max_length=10)
    # It holds for alerts that touch no other countries than these; empty means all countries.
    countries = ArrayField(models.CharField(max_length=2), default=list)
    # As terms.stored() writes them.
    steps = models.JSONField()
    changed_at = models.DateTimeField()
    changed_by_id = models.BigIntegerField(null=True)

    class Meta:
        ordering: ClassVar = ["severity", "countries"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["severity", "countries"], name="plan_once"),
        ]

    def __str__(self) -> str:
        return f"delivery plan #{self.pk}"


class Climb(models.Model):
    """The steps of one batch, frozen at its release, and how far they have been looked after.

    What becomes of each person is not here: it is asked of the messages that exist.
    """

    batch = models.OneToOneField("messaging.Batch", on_delete=models.CASCADE)
    # The question it asks; empty where it only informs.
    round = models.ForeignKey("checkins.Round", null=True, on_delete=models.SET_NULL)
    incident = models.ForeignKey("incidents.Incident", null=True, on_delete=models.SET_NULL)
    steps = models.JSONField()
    stops_on = models.CharField(max_length=10)
    # Threats to life go to those too who wrote STOP.
    despite_stop = models.BooleanField()
    began_at = models.DateTimeField()
    # Steps that everybody has been looked at for, and the one that is being looked at.
    steps_done = models.SmallIntegerField(default=0)
    steps_aimed = models.SmallIntegerField(default=0)
    # The last party (of a question) or recipient (of information) of that look.
    looked_to_id = models.BigIntegerField(default=0)
    # When each step had been begun for everybody, as ISO 8601, by its place.
    begun = models.JSONField(default=dict)
    # What the last look knew, so that the next one works only if there is something new.
    heard_version = models.BigIntegerField(default=-1)
    swept_at = models.DateTimeField(null=True)
    proven_known = models.BigIntegerField(default=0)
    failed_known = models.BigIntegerField(default=0)
    # When the newest of those failed: a report that comes late takes one away while another joins.
    failed_last_at = models.DateTimeField(null=True)
    failures_until = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)
    # People reached by whichever step: by country [handed, proven], and what was counted then.
    reached = models.JSONField(default=dict)
    reached_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=10, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["id"], name="climb_open", condition=models.Q(ended_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"climb #{self.pk}"
