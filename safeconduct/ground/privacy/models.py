"""Keys of what is sealed: one for each person or case, itself wrapped by the installation's."""

from typing import ClassVar

from django.db import models


class DataKey(models.Model):
    """One subject's key; emptied when it is shredded, and then nothing sealed with it opens.

    The row stays, so that no second key is made for somebody who asked to be forgotten.
    """

    kind = models.CharField(max_length=12)
    subject_id = models.BigIntegerField()
    wrapped = models.BinaryField(null=True)
    # The mark of the installation's key that wraps it: what a change of keys has still to do.
    wrapper = models.CharField(max_length=8)
    shredded_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "subject_id"], name="datakey_once"),
            models.CheckConstraint(
                condition=models.Q(wrapped__isnull=True) ^ models.Q(shredded_at__isnull=True),
                name="datakey_shredded_is_empty",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["wrapper", "id"],
                name="datakey_wrapper",
                condition=models.Q(wrapped__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"data key #{self.pk}"
