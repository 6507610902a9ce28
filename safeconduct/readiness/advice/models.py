"""Advice: for each country editions, of which only drafts change; for each place one level text."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from safeconduct.readiness.advice.terms import HIGHEST, EditionState


class Edition(models.Model):
    """Everything we say about a country at a time. Once approved it never changes again."""

    country = models.ForeignKey("places.Country", on_delete=models.PROTECT)
    # 1, 2, … as they were approved; none before.
    number = models.IntegerField(null=True)
    state = models.CharField(max_length=10, default=EditionState.DRAFT)
    # The edition it was written from, and whether to bring that one's words back.
    basis = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    restores = models.BooleanField(default=False)
    review_on = models.DateField(null=True)
    # What is new, for its readers, by language.
    news = models.JSONField(default=dict)
    # What the approval did to the levels (terms.Change).
    change = models.CharField(max_length=10, blank=True)
    is_demo = models.BooleanField(default=False)
    author_id = models.BigIntegerField()
    # Everybody who wrote in it: none of them may approve it.
    writers = ArrayField(models.BigIntegerField(), default=list)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    approved_by_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["country_id", "-number", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["country", "number"], name="edition_number_once"),
            models.UniqueConstraint(
                fields=["country"],
                condition=models.Q(state=EditionState.LIVE),
                name="one_live_edition",
            ),
            models.UniqueConstraint(
                fields=["country"],
                condition=models.Q(state__in=[EditionState.DRAFT, EditionState.SUBMITTED]),
                name="one_open_edition",
            ),
        ]

    def __str__(self) -> str:
        return f"edition #{self.pk}"


class LevelText(models.Model):
    """A place and its level: the one object from which page, SMS, call and press are made."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="levels")
    position = models.SmallIntegerField(default=0)
    level = models.SmallIntegerField()
    kind = models.CharField(max_length=10)
    # What the area is called, by language; empty for the whole country.
    names = models.JSONField(default=dict)
    city_ids = ArrayField(models.BigIntegerField(), default=list)
    radius_km = models.FloatField(null=True)
    # Corners as [latitude, longitude], where somebody drew a line around the area.
    corners = models.JSONField(default=list)
    # Where it holds, as runs of cells (kernel.geometry); empty for the whole country.
    cells_from = ArrayField(models.BigIntegerField(), default=list)
    cells_until = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        ordering: ClassVar = ["edition_id", "position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["edition"], condition=models.Q(kind="country"), name="one_country_level"
            ),
            models.CheckConstraint(
                condition=models.Q(level__gte=1, level__lte=HIGHEST), name="level_of_four"
            ),
        ]

    def __str__(self) -> str:
        return f"level text #{self.pk}"


class LevelWords(models.Model):
    """The words of a level text in one language, and since when they read so."""

    text = models.ForeignKey(LevelText, on_delete=models.CASCADE, related_name="words")
    language = models.CharField(max_length=5)
    headline = models.CharField(max_length=120)
    why = models.TextField()
    do = models.TextField()
    short = models.CharField(max_length=100)
    since = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["text_id", "language"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["text", "language"], name="level_words_once"),
        ]

    def __str__(self) -> str:
        return f"level words #{self.pk}"


class Section(models.Model):
    """One section of a country's page in one language."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="sections")
    name = models.CharField(max_length=10)
    language = models.CharField(max_length=5)
    body = models.TextField()
    since = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["edition_id", "name", "language"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "name", "language"], name="section_once"),
        ]

    def __str__(self) -> str:
        return f"section #{self.pk}"
