"""Countries and cities, and every name a person may look them up by."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import OpClass
from django.db import models


class Country(models.Model):
    """An ISO 3166-1 country or territory. ``names`` holds az, en and ru at least."""

    code = models.CharField(max_length=2, primary_key=True)
    code3 = models.CharField(max_length=3, unique=True)
    number = models.CharField(max_length=3)
    names = models.JSONField()
    calling_code = models.CharField(max_length=8, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    population = models.BigIntegerField(default=0)
    # The outline as runs of H3 cells of resolution 7: first and last of each run.
    cells_from = ArrayField(models.BigIntegerField(), default=list)
    cells_until = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.code


class City(models.Model):
    """A populated place; ``id`` is its GeoNames id, ``cell`` its H3 cell of resolution 7."""

    id = models.BigIntegerField(primary_key=True)
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="cities")
    name = models.CharField(max_length=200)
    names = models.JSONField(default=dict)
    latitude = models.FloatField()
    longitude = models.FloatField()
    population = models.BigIntegerField(default=0)
    cell = models.BigIntegerField()
    time_zone = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering: ClassVar = ["-population", "id"]
        indexes: ClassVar = [
            models.Index(fields=["country", "-population"], name="city_by_size"),
            models.Index(fields=["cell"], name="city_cell"),
        ]

    def __str__(self) -> str:
        return f"city #{self.pk}"


class PlaceName(models.Model):
    """A search key (``kernel.names.latin_key``) that leads to a country or a city.

    A million rows are only ever refilled as a whole and looked up by key: hence neither
    index nor constraint on the references, whose checks took as long as all the rest.
    """

    key = models.CharField(max_length=200)
    country = models.ForeignKey(
        Country, null=True, on_delete=models.CASCADE, db_index=False, db_constraint=False
    )
    city = models.ForeignKey(
        City, null=True, on_delete=models.CASCADE, db_index=False, db_constraint=False
    )
    weight = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(country__isnull=True) ^ models.Q(city__isnull=True),
                name="placename_of_one_place",
            ),
        ]
        indexes: ClassVar = [
            models.Index(OpClass("key", "varchar_pattern_ops"), name="placename_prefix"),
        ]

    def __str__(self) -> str:
        return f"place name #{self.pk}"


class Gazetteer(models.Model):
    """What the tables above were last made from: one row."""

    fingerprint = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"gazetteer of {self.loaded_at:%Y-%m-%d}"
