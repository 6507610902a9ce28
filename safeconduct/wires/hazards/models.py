"""Signals from the outside world, the feeds they come by, and what could not be read."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Feed(models.Model):
    """An address we poll, and how it has been lately."""

    url = models.URLField(max_length=500, unique=True)
    name = models.CharField(max_length=100)
    is_official = models.BooleanField(default=True)
    every_seconds = models.PositiveIntegerField(default=60)
    read_at = models.DateTimeField(null=True)
    worked_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=300, blank=True)
    # What the server called the last answer, so that it need not send it again.
    etag = models.CharField(max_length=200, blank=True)
    modified = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering: ClassVar = ["name", "id"]

    def __str__(self) -> str:
        return f"feed #{self.pk}"


class Signal(models.Model):
    """One message of any source in one model. The words are CAP 1.2's (3.2)."""

    source = models.CharField(max_length=10)
    outcome = models.CharField(max_length=10)
    # Sentences as they are kept for translation: {"text": English, "values": what fills it}.
    reason = models.JSONField(null=True)
    repairs = models.JSONField(default=list)
    identifier = models.CharField(max_length=300)
    sender = models.CharField(max_length=200)
    sent = models.DateTimeField(null=True)
    status = models.CharField(max_length=10, blank=True)
    msg_type = models.CharField(max_length=10)
    references = models.JSONField(default=list)
    category = models.CharField(max_length=10, blank=True)
    hazard = models.CharField(max_length=20)
    event = models.CharField(max_length=200)
    severity = models.CharField(max_length=10)
    urgency = models.CharField(max_length=10)
    certainty = models.CharField(max_length=10)
    onset = models.DateTimeField(null=True)
    expires = models.DateTimeField(null=True)
    # Per language: headline, description, instruction, area description.
    texts = models.JSONField(default=dict)
    languages = ArrayField(models.CharField(max_length=35), default=list)
    # Magnitude, depth, alert colour and the like, by the source's own names.
    facts = models.JSONField(default=dict)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    area_km2 = models.FloatField(null=True)
    estimated = models.BooleanField(default=False)
    cells_from = ArrayField(models.BigIntegerField(), default=list)
    cells_until = ArrayField(models.BigIntegerField(), default=list)
    # Ascending [{"intensity": 6.0, "from": [...], "until": [...]}]: where at least that was felt.
    intensities = models.JSONField(default=list)
    # GeoJSON for the map, simplified.
    outline = models.JSONField(null=True)
    received_at = models.DateTimeField()
    superseded_by = models.ForeignKey("self", null=True, on_delete=models.SET_NULL)
    feed = models.ForeignKey(Feed, null=True, on_delete=models.SET_NULL)
    # When its source was last asked for a better area than this, and why it gave none: a
    # sentence as in reason, empty where it answered.
    asked_at = models.DateTimeField(null=True)
    unanswered = models.JSONField(null=True)

    class Meta:
        ordering: ClassVar = ["-received_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "sender", "identifier", "sent"],
                name="signal_once",
                nulls_distinct=False,
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-received_at", "-id"], name="signal_newest"),
            models.Index(fields=["source", "identifier"], name="signal_identifier"),
        ]

    def __str__(self) -> str:
        return f"signal #{self.pk}"


class Problem(models.Model):
    """Something a duty officer must see: an unreadable message, an area nobody can place."""

    at = models.DateTimeField()
    feed = models.ForeignKey(Feed, null=True, on_delete=models.CASCADE)
    signal = models.ForeignKey(Signal, null=True, on_delete=models.CASCADE)
    # A sentence as in Signal.reason.
    note = models.JSONField()
    solved_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-at", "-id"]

    def __str__(self) -> str:
        return f"problem #{self.pk}"
