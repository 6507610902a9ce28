"""Requests for help: who needs what, how soon, who answers for it, and all that was said.

Words, photos, positions and details are sealed under a key of the request's own.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from safeconduct.response.cases.terms import State, Urgency


class Case(models.Model):
    """A request for help of a person, or of a party by the one who speaks for it."""

    reference = models.CharField(max_length=9, db_index=True)
    # Empty where nobody knows yet whose the number is that wrote.
    person_id = models.BigIntegerField(null=True)
    party_id = models.BigIntegerField(null=True)
    # Everybody it speaks for.
    people = ArrayField(models.BigIntegerField(), default=list)
    incident_id = models.BigIntegerField(null=True)
    country = models.CharField(max_length=2, blank=True)
    # The post that answers for it; empty is the ministry.
    post_id = models.SmallIntegerField(null=True)
    what = models.CharField(max_length=10)
    urgency = models.SmallIntegerField(default=Urgency.TODAY.value)
    # The officer who set it; empty while the rule's word stands.
    urgency_by = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, default=State.NEW.value)
    owner_id = models.BigIntegerField(null=True)
    way = models.SmallIntegerField()
    language = models.CharField(max_length=5)
    exercise = models.BooleanField(default=False)
    stated_at = models.DateTimeField()
    received_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    # The last word of either side, for "nobody has answered for so long".
    heard_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, blank=True)
    # Counts up with each change by an officer: two of them cannot overwrite each other.
    version = models.IntegerField(default=1)
    details = models.BinaryField(null=True)
    position = models.BinaryField(null=True)
    position_until = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["urgency", "received_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person_id", "incident_id"],
                name="case_open_once",
                nulls_distinct=False,
                condition=models.Q(closed_at__isnull=True, person_id__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["urgency", "received_at", "id"],
                name="case_waiting",
                condition=models.Q(closed_at__isnull=True),
            ),
            models.Index(
                fields=["position_until"],
                name="case_position",
                condition=models.Q(position_until__isnull=False),
            ),
            GinIndex(
                fields=["people"], name="case_people", condition=models.Q(closed_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"request #{self.pk}"


class Report(models.Model):
    """One thing that reached our door, by its sender's key: known again, it is not another."""

    key = models.UUIDField(unique=True)
    case = models.ForeignKey(Case, null=True, on_delete=models.SET_NULL, related_name="reports")
    party_id = models.BigIntegerField(null=True)
    is_safe = models.BooleanField(default=False)
    stated_at = models.DateTimeField()
    received_at = models.DateTimeField()
    # Keyed digests of what was said under this key: the same again is a repeat, else a new word.
    digests = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["received_at"], name="report_received")]

    def __str__(self) -> str:
        return f"report #{self.pk}"


class Call(models.Model):
    """Which request holds a call for help on the roll, and through which moment of calling."""

    pk = models.CompositePrimaryKey("incident_id", "person_id")
    incident_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="calls")
    through = models.DateTimeField()

    def __str__(self) -> str:
        return f"call of incident #{self.incident_id}"


class Message(models.Model):
    """Something said: by the person, by an officer to them, or among officers."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="messages")
    direction = models.SmallIntegerField()
    key = models.UUIDField(null=True, unique=True)
    at = models.DateTimeField()
    officer_id = models.BigIntegerField(null=True)
    # Of a note: by which office it was written, told to the person instead of a name.
    role = models.CharField(max_length=30, blank=True, db_default="", default="")
    post_id = models.SmallIntegerField(null=True)
    # Of a note: why the person reads only that there is one (terms.KeptBack); empty: they read it.
    # The table's own default is for code that does not know the column: its officer was not told.
    kept_back = models.CharField(max_length=8, blank=True, db_default="earlier", default="")
    words = models.BinaryField()
    # Which messages told the person that an answer waits, and whom they were addressed to.
    batch_id = models.BigIntegerField(null=True)
    recipient_id = models.BigIntegerField(null=True)
    # When the page said that the answer was read; a preview of its link reads nothing.
    seen_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        return f"message #{self.pk}"


class Photo(models.Model):
    """A photo made anew from the one that was sent: smaller, and without what it was taken with."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="photos")
    at = models.DateTimeField()
    content = models.BinaryField()
    width = models.SmallIntegerField()
    height = models.SmallIntegerField()

    class Meta:
        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        return f"photo #{self.pk}"


class Event(models.Model):
    """What was done about a request, by whom and when."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    deed = models.CharField(max_length=15)
    officer_id = models.BigIntegerField(null=True)
    detail = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        return f"event #{self.pk}"


class Unread(models.Model):
    """A report that could not be filed, as it came and sealed as it was, for a person to read."""

    key = models.UUIDField()
    received_at = models.DateTimeField()
    kind = models.SmallIntegerField()
    reason = models.CharField(max_length=60)
    sealed = models.BinaryField(null=True)
    photos = models.BinaryField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=10, blank=True)

    class Meta:
        ordering: ClassVar = ["received_at", "id"]

    def __str__(self) -> str:
        return f"unread report #{self.pk}"


class NoticeBatch(models.Model):
    """The batch in which people are told that an answer waits: the n-th of a day for them.

    A batch has a partition of its own and holds nobody twice, so a day has as many batches
    as the most answers one person got.
    """

    day = models.DateField()
    number = models.SmallIntegerField()
    exercise = models.BooleanField(default=False)
    batch_id = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "number", "exercise"], name="noticebatch_once"),
        ]

    def __str__(self) -> str:
        return f"notices of {self.day}, {self.number}"
