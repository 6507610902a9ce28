"""Crises: what is going on, where, how grave, and the log of what was decided."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Incident(models.Model):
    # What its first alert called it; ``names`` says the same by language.
    name = models.CharField(max_length=120)
    names = models.JSONField(default=dict)
    hazard = models.CharField(max_length=20)
    # Consular alert level 0 to 4.
    level = models.SmallIntegerField(default=1)
    exercise = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    countries = ArrayField(models.CharField(max_length=2), default=list)
    signal_id = models.BigIntegerField(null=True)

    class Meta:
        ordering: ClassVar = ["-opened_at", "-id"]

    def __str__(self) -> str:
        return f"incident #{self.pk}"


class LogEntry(models.Model):
    """A line of the log: machine-made (``kind`` and ``detail``) or an officer's words."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="log")
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    detail = models.JSONField(default=dict)
    text = models.TextField(blank=True)
    officer_id = models.BigIntegerField(null=True)

    class Meta:
        ordering: ClassVar = ["-at", "-id"]

    def __str__(self) -> str:
        return f"log entry #{self.pk}"
