"""The outbox: batches of one text each, and a row for every message to a person on a channel."""

from typing import ClassVar

from django.db import models

from safeconduct.wires.messaging.terms import LONGEST_ADDRESS, Registration


class Batch(models.Model):
    """Messages that leave, expire and stop together. Whoever made it keeps its id."""

    lane = models.SmallIntegerField()
    # Whose batch it is, so that posts take turns; none where it is the ministry's own.
    post_id = models.SmallIntegerField(null=True)
    # By it anybody learns whether a message they hold is ours and still current.
    code = models.CharField(max_length=8, unique=True, null=True)
    # The code of the batch whose place its messages take on a screen: their own, or the one
    # that they correct.
    topic = models.CharField(max_length=8, blank=True, default="")
    created_at = models.DateTimeField()
    not_after = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    filled_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    exercise = models.BooleanField(default=False)
    # The purpose of the answer links in it; empty where it asks nothing.
    link_purpose = models.CharField(max_length=20, blank=True)
    link_expires_on = models.DateField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["lane", "id"],
                name="batch_open",
                condition=models.Q(finished_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"batch #{self.pk}"


class BatchText(models.Model):
    """A batch's words in one language for one channel; ``{link}`` stands where the link goes."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=5)
    channel = models.SmallIntegerField()
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "language", "channel"], name="text_once"),
        ]

    def __str__(self) -> str:
        return f"text #{self.pk}"


class Delivery(models.Model):
    """One message on its way to one recipient. Partitioned by batch; no key refers to it."""

    pk = models.CompositePrimaryKey("batch_id", "id")
    batch_id = models.BigIntegerField()
    id = models.BigIntegerField()
    recipient_id = models.BigIntegerField()
    channel = models.SmallIntegerField()
    address = models.CharField(max_length=LONGEST_ADDRESS)
    language = models.CharField(max_length=5)
    country = models.CharField(max_length=2, blank=True)
    # Whom the answer link speaks for and which post answers; empty where nothing is asked.
    subject_id = models.BigIntegerField(null=True)
    post_id = models.SmallIntegerField(null=True)
    # How many people of the recipient's party this one message speaks to.
    covers = models.SmallIntegerField(default=1)
    state = models.SmallIntegerField()
    attempts = models.SmallIntegerField(default=0)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    # Was claimed by a sender that never reported: it may have gone out twice.
    maybe_twice = models.BooleanField(default=False)
    provider = models.CharField(max_length=30, blank=True)
    provider_ref = models.CharField(max_length=100, blank=True)
    handed_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=100, blank=True)

    class Meta:
        managed = False
        db_table = "messaging_delivery"

    def __str__(self) -> str:
        return f"delivery #{self.id}"


class BatchTally(models.Model):
    """A change to a batch's counters, written with the change it counts; their sum is the tally.

    Appended and squashed, never updated: senders, expansion and sweeper would
    otherwise queue for one row. A claimed message counts as waiting.
    """

    batch_id = models.BigIntegerField()
    channel = models.SmallIntegerField()
    state = models.SmallIntegerField()
    country = models.CharField(max_length=2, blank=True)
    messages = models.IntegerField()
    people = models.IntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["batch_id"], name="tally_batch")]

    def __str__(self) -> str:
        return f"tally #{self.pk}"


class ProviderHealth(models.Model):
    """How a provider answers one sender process, noted every second or so while that runs."""

    provider = models.CharField(max_length=30)
    sender = models.CharField(max_length=80)
    channel = models.SmallIntegerField()
    seen_at = models.DateTimeField()
    last_ok_at = models.DateTimeField(null=True)
    last_failed_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=100, blank=True)
    # Of the last minute.
    handed = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    latency_ms = models.IntegerField(default=0)
    # Of the part it would get in full health, how much; 0 is out, and why is in ``failure``.
    share = models.FloatField(default=1.0)
    # Shut for a while because nobody answers there.
    is_open = models.BooleanField(default=True)
    link_at = models.DateTimeField(null=True)
    link_ok = models.BooleanField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "sender"], name="health_once"),
        ]

    def __str__(self) -> str:
        return f"health of {self.provider}"


class ProviderOut(models.Model):
    """A provider an officer has taken out of service; senders give it nothing while this stands."""

    provider = models.CharField(max_length=30, unique=True)
    since = models.DateTimeField()
    officer_id = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.provider} is out of service"


class SenderIdentity(models.Model):
    """The name or number we send under through one provider in one country."""

    provider = models.CharField(max_length=30)
    country = models.CharField(max_length=2)
    sender = models.CharField(max_length=20)
    state = models.SmallIntegerField(default=Registration.UNKNOWN.value)
    two_way = models.BooleanField(default=False)
    # Whether a delivery report from there means that the telephone has it; None: nobody knows.
    receipts_true = models.BooleanField(null=True)
    note = models.CharField(max_length=300, blank=True)
    checked_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["provider", "country", "sender"], name="sender_identity_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sender} in {self.country}"


class Proof(models.Model):
    """Somebody was proven to have a message; whoever waits for that takes the row away."""

    pk = models.CompositePrimaryKey("batch_id", "recipient_id")
    batch_id = models.BigIntegerField()
    recipient_id = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "messaging_proof"

    def __str__(self) -> str:
        return f"proof of batch #{self.batch_id}"


class SpokenTo(models.Model):
    """A message to another of the party spoke to this person at an address given up since."""

    pk = models.CompositePrimaryKey("person_id", "batch_id", "delivery_id")
    person_id = models.BigIntegerField()
    batch_id = models.BigIntegerField()
    delivery_id = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "messaging_spokento"

    def __str__(self) -> str:
        return f"heard by delivery #{self.delivery_id}"


class Receipt(models.Model):
    """What a provider reported about a delivery, kept as it came until it is folded in."""

    received_at = models.DateTimeField()
    provider = models.CharField(max_length=30)
    batch_id = models.BigIntegerField()
    delivery_id = models.BigIntegerField()
    state = models.SmallIntegerField()
    failure = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return f"receipt #{self.pk}"
