"""Keys of what is sealed, what people agreed to, and when what is over was last forgotten."""

from typing import ClassVar

from django.db import models


class DataKey(models.Model):
    """One subject's key, wrapped by the installation's; emptied when it is shredded.

    Then nothing sealed with it opens. The row stays, so that no second key is made for
    somebody who asked to be forgotten.
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


class Consent(models.Model):
    """Somebody agreed to a purpose, or took it back: appended, the last one counts."""

    subject_kind = models.CharField(max_length=12)
    subject_id = models.BigIntegerField()
    purpose = models.CharField(max_length=20)
    version = models.SmallIntegerField()
    given = models.BooleanField()
    at = models.DateTimeField()
    # In which language the words were read, and where: a form, the page, an officer.
    language = models.CharField(max_length=5)
    how = models.CharField(max_length=10)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["subject_kind", "subject_id", "purpose", "-id"], name="consent_newest"
            ),
        ]

    def __str__(self) -> str:
        return f"consent #{self.pk}"


class Forgotten(models.Model):
    """Something that was deleted, by a mark that tells nothing without our key.

    It keeps a restored backup from bringing it back; see forgotten.py.
    """

    ref = models.CharField(max_length=32, primary_key=True)
    at = models.DateTimeField()
    # When it was written to the list beside the database; None while it waits for that.
    kept_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["ref"],
                name="forgotten_waiting",
                condition=models.Q(kept_at__isnull=True),
            ),
            models.Index(fields=["at"], name="forgotten_at"),
        ]

    def __str__(self) -> str:
        return f"forgotten {self.pk}"


class RetentionRun(models.Model):
    """When a rule last forgot what is over, and how many rows went; one row a rule."""

    rule = models.CharField(max_length=60, primary_key=True)
    ran_at = models.DateTimeField()
    gone = models.BigIntegerField(default=0)
    # Since when it fails; None while it does its work.
    fails_since = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"retention by {self.rule}"
