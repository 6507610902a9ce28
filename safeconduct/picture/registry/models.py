"""Nationals abroad: people, the parties they belong to, how to reach them, where they stay."""

from typing import ClassVar
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models

from safeconduct.wires.messaging.terms import LONGEST_ADDRESS


class Source(models.Model):
    """Where records came from and by what right: the web form, a list, a made-up world."""

    kind = models.CharField(max_length=12)
    label = models.CharField(max_length=120)
    legal_basis = models.CharField(max_length=60)
    collected_on = models.DateField()
    digest = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"source #{self.pk}"


class Party(models.Model):
    """People who belong together and may not be split; everybody is in one, if alone."""

    kind = models.CharField(max_length=10, default="single")
    # How much it chose to tell us (terms.Level). Lists know nothing of it.
    level = models.CharField(max_length=12, db_default="reachable")
    source = models.ForeignKey(Source, on_delete=models.PROTECT)
    # What a list marks its families by, so that rows that come later find theirs.
    source_key = models.CharField(max_length=64, blank=True, db_default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source_key"],
                condition=~models.Q(source_key=""),
                name="party_source_once",
            )
        ]

    def __str__(self) -> str:
        return f"party #{self.pk}"


class EmergencyContact(models.Model):
    """Somebody who does not travel along, whom a party lets us call if we cannot reach it.

    Who that is lies under the party's key: name, relation and telephone, one seal.
    """

    party = models.OneToOneField(Party, on_delete=models.CASCADE, related_name="emergency_contact")
    sealed = models.BinaryField()
    named_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"emergency contact #{self.pk}"


class Person(models.Model):
    """A national, or a companion of one. Immigration status is asked nowhere and kept nowhere."""

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="people")
    source = models.ForeignKey(Source, on_delete=models.PROTECT)
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100, blank=True)
    name_language = models.CharField(max_length=5, blank=True)
    name_script = models.CharField(max_length=4, blank=True)
    # Made by kernel.names: for search, for sorting, and to notice one person registered twice.
    name_key = models.CharField(max_length=200)
    sort_key = models.CharField(max_length=200)
    twin_key = models.BigIntegerField(null=True)
    birth_on = models.DateField(null=True)
    language = models.CharField(max_length=5)
    # Bit set of channels with a working contact point: 1 SMS, 2 e-mail, 4 push.
    reach = models.SmallIntegerField(default=0)
    # 0 to 9, from age and what the person told us (terms.Vulnerability).
    vulnerability = models.SmallIntegerField(default=0)
    # Times the party was asked whether it is still there, and let a week pass in silence.
    unanswered = models.SmallIntegerField(db_default=0)
    # The record this one is a second of: stays and contacts count there.
    same_as = models.BigIntegerField(null=True)
    # The source's own identifier of this row, so that the same file twice changes nothing.
    source_key = models.CharField(max_length=64, blank=True)
    told_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["sort_key", "id"], name="person_sorted"),
            models.Index(fields=["twin_key"], name="person_twin"),
            models.Index(
                fields=["same_as"],
                name="person_same_as",
                condition=models.Q(same_as__isnull=False),
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source_key"],
                name="person_source_once",
                condition=~models.Q(source_key=""),
            ),
        ]

    def __str__(self) -> str:
        return f"person #{self.pk}"


class ContactPoint(models.Model):
    """A telephone number (E.164), mail address (RFC 5321) or push subscription of one person."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="contact_points")
    channel = models.SmallIntegerField()
    address = models.CharField(max_length=LONGEST_ADDRESS)
    language = models.CharField(max_length=5, blank=True)
    verified_at = models.DateTimeField(null=True)
    last_worked_at = models.DateTimeField(null=True)
    last_failed_at = models.DateTimeField(null=True)
    # Somebody wrote STOP from here: only what threatens life is still sent.
    stopped_at = models.DateTimeField(null=True)
    # The second record of this person that gave the address.
    lent_by = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "channel", "address"], name="contact_once_per_person"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["address"], name="contact_address"),
            models.Index(
                fields=["lent_by"],
                name="contact_lent_by",
                condition=models.Q(lent_by__isnull=False),
            ),
            # Looked for with every audience; few of a million ever write STOP.
            models.Index(
                fields=["person"],
                name="contact_stopped",
                condition=models.Q(stopped_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"contact point #{self.pk}"


class Stay(models.Model):
    """A residence or a leg of a trip: where, and from when until when (half-open).

    Without ``cell`` all we know is "somewhere in the country".
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="stays")
    kind = models.CharField(max_length=10)
    country = models.ForeignKey("places.Country", on_delete=models.PROTECT)
    city = models.ForeignKey("places.City", null=True, on_delete=models.PROTECT)
    cell = models.BigIntegerField(null=True)
    stay_from = models.DateField()
    stay_until = models.DateField(null=True)
    confirmed_at = models.DateTimeField()
    departed_on = models.DateField(null=True)
    # The second record of this person that told us of it.
    told_by = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(stay_until__isnull=True)
                | models.Q(stay_until__gt=models.F("stay_from")),
                name="stay_ends_after_it_begins",
            ),
        ]
        indexes: ClassVar = [
            # All that an audience asks of a stay: a million of them are read from the index alone.
            models.Index(
                fields=["cell"],
                name="stay_cell",
                include=["person", "country", "stay_from", "stay_until", "confirmed_at"],
                condition=models.Q(departed_on__isnull=True, cell__isnull=False),
            ),
            models.Index(
                fields=["country"],
                name="stay_somewhere",
                include=["person", "stay_from", "stay_until"],
                condition=models.Q(departed_on__isnull=True, cell__isnull=True),
            ),
            models.Index(
                fields=["told_by"],
                name="stay_told_by",
                condition=models.Q(told_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"stay #{self.pk}"


class Confided(models.Model):
    """What a person told us under seal; only the passport number can be looked for, blindly."""

    person = models.OneToOneField(
        Person, on_delete=models.CASCADE, primary_key=True, related_name="confided"
    )
    passport = models.BinaryField(null=True)
    passport_index = models.BinaryField(max_length=16, null=True)
    medical = models.BinaryField(null=True)
    told_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["passport_index"], name="confided_passport")]

    def __str__(self) -> str:
        return f"confided by person #{self.pk}"


class OneTimeCode(models.Model):
    """Six digits sent to an address; they follow from the row's number and are kept nowhere.

    A row is written whether or not anybody has the address: the answer must not tell.
    """

    # What the page that asks for the digits carries instead of an address.
    key = models.UUIDField(default=uuid4, unique=True)
    purpose = models.CharField(max_length=8)
    # A keyed digest of the address: enough to count how often it was asked for.
    mark = models.BinaryField(max_length=16)
    # The party whose address is confirmed, or those a record is opened of; then to whom it went.
    party_ids = ArrayField(models.BigIntegerField(), default=list)
    point_ids = ArrayField(models.BigIntegerField(), default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["mark", "created_at"], name="code_mark"),
            models.Index(fields=["created_at"], name="code_created"),
        ]

    def __str__(self) -> str:
        return f"one-time code #{self.pk}"


class CodeDay(models.Model):
    """The batch that a day's one-time codes leave in."""

    day = models.DateField(primary_key=True)
    batch_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"codes of {self.day}"


class StillRound(models.Model):
    """One asking of many parties whether they are still there; how far it has come."""

    reason = models.CharField(max_length=10)
    # Where a level changed; empty for what is asked by the calendar.
    country = models.CharField(max_length=2, blank=True)
    asked_on = models.DateField()
    batch_id = models.BigIntegerField()
    reached_party_id = models.BigIntegerField(default=0)
    parties = models.IntegerField(default=0)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["reason", "country", "asked_on"], name="still_round_once"
            ),
        ]

    def __str__(self) -> str:
        return f"still-there round #{self.pk}"


class StillThere(models.Model):
    """One party asked whether it is still where it said, and what came of it."""

    round = models.ForeignKey(StillRound, on_delete=models.CASCADE, related_name="questions")
    party_id = models.BigIntegerField()
    reason = models.CharField(max_length=10)
    asked_on = models.DateField()
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    said = models.CharField(max_length=6, blank=True)
    # A week without an answer: since then the record counts for less.
    lapsed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["party_id", "asked_on"], name="still_asked_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["asked_at"],
                name="still_open",
                condition=models.Q(answered_at__isnull=True, lapsed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"still-there question #{self.pk}"


class ImportRun(models.Model):
    """A list on its way in: the file until it is done, and the rows that were refused."""

    label = models.CharField(max_length=120)
    legal_basis = models.CharField(max_length=60)
    collected_on = models.DateField()
    country = models.CharField(max_length=2, blank=True)
    # The countries its officer may write for; null where that is everywhere.
    countries = models.JSONField(null=True)
    officer_id = models.BigIntegerField()
    language = models.CharField(max_length=5)
    dry_run = models.BooleanField(default=False)
    content = models.BinaryField(null=True)
    refused = models.BinaryField(null=True)
    failure = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    bytes_done = models.BigIntegerField(default=0)
    bytes_total = models.BigIntegerField(default=0)
    rows_read = models.IntegerField(default=0)
    rows_new = models.IntegerField(default=0)
    rows_changed = models.IntegerField(default=0)
    rows_known = models.IntegerField(default=0)
    # Of those: the list says something else, but the person's own word or a newer list stands.
    rows_kept = models.IntegerField(db_default=0, default=0)
    rows_refused = models.IntegerField(default=0)
    places_unknown = models.IntegerField(default=0)
    languages_unknown = models.IntegerField(db_default=0, default=0)
    # Headings of columns nothing was taken from; null where nobody looked.
    columns_unread = models.JSONField(null=True)

    def __str__(self) -> str:
        return f"import #{self.pk}"


class LetterDay(models.Model):
    """The batch that a day's messages with registration links leave in."""

    day = models.DateField(primary_key=True)
    batch_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"letters of {self.day}"


class Notice(models.Model):
    """The batch in which people of a list are told by SMS that we have them, and from where."""

    batch_id = models.BigIntegerField(primary_key=True)
    source = models.ForeignKey(Source, on_delete=models.PROTECT)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"notice of source #{self.source_id}"


class FormUse(models.Model):
    """How often a form was sent from one network in an hour; ``source`` is a keyed digest."""

    source = models.CharField(max_length=32)
    hour = models.DateTimeField()
    count = models.IntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "hour"], name="formuse_once"),
        ]

    def __str__(self) -> str:
        return f"form use #{self.pk}"
