"""Who is meant: a question to the registry, asked once and remembered as of when."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Audience(models.Model):
    """Everybody whose stay touches an area at an instant.

    The people themselves are written down when the audience is asked something
    (``checkins.Asked``); here stand the question and its counts.
    """

    # Runs of H3 cells of resolution 7; countries whose whole population is meant.
    cells_from = ArrayField(models.BigIntegerField(), default=list)
    cells_until = ArrayField(models.BigIntegerField(), default=list)
    countries = ArrayField(models.CharField(max_length=2), default=list)
    # Countries whose people known only to be "somewhere in" them are meant too.
    somewhere_in = ArrayField(models.CharField(max_length=2), default=list)
    # People expressly meant (a correction goes to exactly those handed the first message).
    of_batch_id = models.BigIntegerField(null=True)
    intensities = models.JSONField(default=list)
    as_of = models.DateTimeField()
    # terms.Preview as a dict: people, parties, by language, by channel, unreachable by reason...
    preview = models.JSONField(default=dict)
    final = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"audience #{self.pk}"


class Slice(models.Model):
    """What one worker lays out of an audience, and what it came to; whoever does holds the row.

    First the audience is divided into parts, so that workers find their people side by side;
    each is then cut into slices of whole parties, which any worker may write. Number 0 are
    the first people, picked out of order.
    """

    audience = models.ForeignKey(Audience, on_delete=models.CASCADE, related_name="slices")
    # Parts are 1 to ``of``; the slices of one follow it in steps of ``of``.
    number = models.SmallIntegerField()
    # How many parts there are beside number 0: decided once, since who belongs where follows.
    of = models.SmallIntegerField()
    # The parties of a slice; a part knows only after which one it is to be cut.
    after_party_id = models.BigIntegerField(default=0)
    until_party_id = models.BigIntegerField(null=True)
    people = models.IntegerField(default=0)
    parties = models.IntegerField(default=0)
    messages = models.IntegerField(default=0)
    unreachable = models.IntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["audience_id", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["audience", "number"], name="slice_once"),
        ]

    def __str__(self) -> str:
        return f"slice {self.number} of audience #{self.audience_id}"

    @property
    def is_part(self) -> bool:
        """Whether this still is to be cut into slices; number 0 never is."""
        return self.until_party_id is None

    @property
    def part(self) -> int:
        """The part that this is, or is of."""
        return (self.number - 1) % self.of + 1
