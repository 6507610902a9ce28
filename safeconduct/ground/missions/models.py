"""Posts, the districts they answer for, and who may do what for which of them."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models


class Post(models.Model):
    """An embassy, consulate or the ministry itself. Ids stay below 1024: links carry them."""

    id = models.SmallAutoField(primary_key=True)
    kind = models.CharField(max_length=20)
    names = models.JSONField()
    country = models.ForeignKey("places.Country", on_delete=models.PROTECT)
    city = models.ForeignKey("places.City", null=True, on_delete=models.PROTECT)
    emergency_number = models.CharField(max_length=20)
    email = models.EmailField(blank=True)
    is_open = models.BooleanField(default=True)
    # What its officers tell of it, for the directory; the rest comes from the ministry's file.
    addresses = models.JSONField(default=dict)
    directions = models.JSONField(default=dict)
    telephone = models.CharField(max_length=20, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    # IANA name; its city's where it is empty.
    time_zone = models.CharField(max_length=40, blank=True)
    services = ArrayField(models.CharField(max_length=20), default=list)
    # Opening hours by weekday, "0" for Monday: [["09:00", "13:00"], …] on the post's own clock.
    hours = models.JSONField(default=dict)
    notices = models.JSONField(default=dict)
    described_at = models.DateTimeField(null=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id__lt=1024), name="post_fits_a_link"),
        ]

    def __str__(self) -> str:
        return f"post #{self.pk}"


class ConsularDistrict(models.Model):
    """A country a post answers for; each country is answered for by one post at most."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="districts")
    country = models.OneToOneField("places.Country", on_delete=models.PROTECT)

    def __str__(self) -> str:
        return f"{self.post_id}:{self.country_id}"


class Closure(models.Model):
    """Days on which a post is closed although its hours say otherwise, both ends included."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="closures")
    first_on = models.DateField()
    last_on = models.DateField()
    names = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["first_on", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(last_on__gte=models.F("first_on")), name="closure_has_days"
            ),
        ]

    def __str__(self) -> str:
        return f"closure #{self.pk}"


class Appointment(models.Model):
    """An officer's role at one post, or at all of them where ``post`` is empty."""

    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="appointments"
    )
    role = models.CharField(max_length=30)
    post = models.ForeignKey(Post, null=True, on_delete=models.CASCADE)
    until = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["officer", "role", "post"], name="appointment_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"appointment #{self.pk}"
