"""Alerts: drafted by one officer, released by another, then never changed."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Alert(models.Model):
    """What an officer wants to tell, to whom and until when. Frozen once released."""

    state = models.CharField(max_length=10, default="draft")
    incident = models.ForeignKey("incidents.Incident", null=True, on_delete=models.PROTECT)
    signal = models.ForeignKey("hazards.Signal", null=True, on_delete=models.PROTECT)
    # The approved level of our advice whose words and area it was made from.
    level_text = models.ForeignKey("advice.LevelText", null=True, on_delete=models.PROTECT)
    # The alert this one corrects; its audience is exactly those already handed that one.
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT)
    hazard = models.CharField(max_length=20)
    event = models.CharField(max_length=100)
    category = models.CharField(max_length=10, default="Geo")
    severity = models.CharField(max_length=10)
    urgency = models.CharField(max_length=10)
    certainty = models.CharField(max_length=10)
    response_type = models.CharField(max_length=10, blank=True)
    scope = models.CharField(max_length=10)
    expires_at = models.DateTimeField()
    exercise = models.BooleanField(default=False)
    # SMS wording that names neither ministry nor nationality.
    neutral_sms = models.BooleanField(default=False)
    asks = models.BooleanField(default=True)
    # By which steps people are reached, as ladder.terms.stored() writes them; the ministry's
    # for this severity and place until an officer chooses others. What ends them for a person.
    steps = models.JSONField(default=list)
    steps_chosen = models.BooleanField(default=False)
    stops_on = models.CharField(max_length=10, default="answer")
    # The area: of the signal or the level, a country, or a city and a radius.
    area_kind = models.CharField(max_length=10)
    country = models.ForeignKey("places.Country", null=True, on_delete=models.PROTECT)
    city = models.ForeignKey("places.City", null=True, on_delete=models.PROTECT)
    radius_km = models.FloatField(null=True)
    somewhere_in = ArrayField(models.CharField(max_length=2), default=list)
    # Codes of the countries the area touches: whose officers see the alert.
    countries = ArrayField(models.CharField(max_length=2), default=list)
    # What the area is called, by language, and its shape for CAP (engine.cap.Area as a dict).
    place = models.JSONField(default=dict)
    shape = models.JSONField(default=dict)
    author_id = models.BigIntegerField()
    # Everybody who wrote in it: none of them may be the second person.
    writers = ArrayField(models.BigIntegerField(), default=list)
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)
    audience = models.ForeignKey("audiences.Audience", null=True, on_delete=models.PROTECT)

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"alert #{self.pk}"


class AlertText(models.Model):
    """The words of an alert in one language."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=5)
    headline = models.CharField(max_length=160)
    description = models.TextField()
    instruction = models.TextField(blank=True)
    sms = models.TextField()

    class Meta:
        ordering: ClassVar = ["alert_id", "language"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["alert", "language"], name="alert_text_once"),
        ]

    def __str__(self) -> str:
        return f"alert text #{self.pk}"


class Release(models.Model):
    """The immutable event: who released what, when, to whom; and how far expansion has come."""

    alert = models.OneToOneField(Alert, on_delete=models.PROTECT)
    released_at = models.DateTimeField()
    released_by_id = models.BigIntegerField()
    audience = models.ForeignKey("audiences.Audience", on_delete=models.PROTECT)
    batch = models.ForeignKey("messaging.Batch", on_delete=models.PROTECT)
    round = models.ForeignKey("checkins.Round", null=True, on_delete=models.PROTECT)
    # Parties of the first, small chunk, picked out of order; empty (NULL) before it is written.
    first_party_ids = ArrayField(models.BigIntegerField(), null=True)
    expanded_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    stopped_by_id = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"release #{self.pk}"


class CapMessage(models.Model):
    """The CAP 1.2 document of a release or a stop, byte for byte as first made."""

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="cap_messages")
    identifier = models.CharField(max_length=100, unique=True)
    sender = models.CharField(max_length=100)
    sent = models.DateTimeField()
    msg_type = models.CharField(max_length=10)
    is_public = models.BooleanField()
    expires_at = models.DateTimeField()
    document = models.BinaryField()
    digest = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["-sent", "-id"]

    def __str__(self) -> str:
        return f"CAP message #{self.pk}"
