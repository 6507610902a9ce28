"""Who is meant: a question to the registry, asked once and remembered as of when."""

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
