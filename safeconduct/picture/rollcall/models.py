"""One truth, many witnesses: sightings, and the standing of each person computed from them."""

from typing import ClassVar

from django.db import models


class Sighting(models.Model):
    """Something learned of a person in an incident. Partitioned by incident; appended only."""

    pk = models.CompositePrimaryKey("incident_id", "id")
    incident_id = models.BigIntegerField()
    id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    witness = models.SmallIntegerField()
    presence = models.SmallIntegerField(null=True)
    safety = models.SmallIntegerField(null=True)
    stated_at = models.DateTimeField()
    received_at = models.DateTimeField()
    round_number = models.SmallIntegerField(null=True)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    # Who said so, as an officer wrote it down; deleted with the person.
    told_by = models.CharField(max_length=100, blank=True)
    # An officer closed every call for help that had reached our door by then.
    closes_help_at = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "rollcall_sighting"

    def __str__(self) -> str:
        return f"sighting #{self.id}"


class Standing(models.Model):
    """Presence and safety of a person in an incident: computed from sightings."""

    pk = models.CompositePrimaryKey("incident_id", "person_id")
    incident_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    party_id = models.BigIntegerField()
    presence = models.SmallIntegerField()
    safety = models.SmallIntegerField()
    conflict = models.BooleanField(default=False)
    # A call for help that no officer has closed yet.
    help_open = models.BooleanField(default=False)
    # When the newest word on this person was said.
    stated_at = models.DateTimeField(null=True)
    # Each witness's last word, as rules.Words writes it: what the rest is computed from.
    words = models.JSONField(null=True)
    # The first moment somebody placed the person there; tells "left" from "never there".
    there_at = models.DateTimeField(null=True)
    # The last call for help by when it reached our door, and the last one an officer closed.
    called_at = models.DateTimeField(null=True)
    closed_through = models.DateTimeField(null=True)
    # The last round the person, or somebody for them, answered in; 0 for none.
    heard_round = models.SmallIntegerField(default=0)
    asked_round = models.SmallIntegerField(default=0)
    asked_at = models.DateTimeField(null=True)
    country = models.CharField(max_length=2)
    post_id = models.SmallIntegerField(null=True)
    # H3 cell of resolution 5; empty where only the country is known.
    cell = models.BigIntegerField(null=True)
    # Tenths of MMI where the hazard has intensities, else 0.
    intensity = models.SmallIntegerField(default=0)
    vulnerability = models.SmallIntegerField(default=0)
    record_at = models.DateTimeField()
    reachable = models.BooleanField(default=False)
    claimed_by = models.BigIntegerField(null=True)
    claimed_at = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(default=0)

    class Meta:
        managed = False
        db_table = "rollcall_standing"

    def __str__(self) -> str:
        return f"standing {self.incident_id}:{self.person_id}"


class Tally(models.Model):
    """How many people stand how, by place. Kept in the transaction that changes a standing.

    Post 0 and cell 0 stand for "none": a key holds no NULL. Whom a layout puts on the roll
    comes in rows of its own, which are added up when it ends: whoever reads, sums.
    """

    pk = models.CompositePrimaryKey(
        "incident_id",
        "country",
        "post_id",
        "cell",
        "presence",
        "safety",
        "heard_round",
        "asked_round",
        "reachable",
    )
    incident_id = models.BigIntegerField()
    country = models.CharField(max_length=2)
    post_id = models.SmallIntegerField()
    cell = models.BigIntegerField()
    presence = models.SmallIntegerField()
    safety = models.SmallIntegerField()
    heard_round = models.SmallIntegerField()
    asked_round = models.SmallIntegerField()
    reachable = models.BooleanField()
    people = models.BigIntegerField()

    class Meta:
        db_table = "rollcall_tally"

    def __str__(self) -> str:
        return f"tally of incident #{self.incident_id}"


class Minute(models.Model):
    """Answers that reached our door in one minute; "not there" is counted as safety 0."""

    pk = models.CompositePrimaryKey("incident_id", "minute", "safety")
    incident_id = models.BigIntegerField()
    minute = models.DateTimeField()
    safety = models.SmallIntegerField()
    answers = models.BigIntegerField()

    class Meta:
        db_table = "rollcall_minute"

    def __str__(self) -> str:
        return f"minute of incident #{self.incident_id}"


class Version(models.Model):
    """Counts up whenever an incident's numbers change: the board's ETag."""

    incident_id = models.BigIntegerField(primary_key=True)
    version = models.BigIntegerField(default=1)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"version {self.version} of incident #{self.incident_id}"


class News(models.Model):
    """Somebody was heard from; whoever has to act on it takes the row away."""

    pk = models.CompositePrimaryKey("incident_id", "person_id")
    incident_id = models.BigIntegerField()
    person_id = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "rollcall_news"

    def __str__(self) -> str:
        return f"news of incident #{self.incident_id}"


class Pulse(models.Model):
    """When a machine that folds sightings last looked for work: the board turns grey without it."""

    name = models.CharField(max_length=20, primary_key=True)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"pulse of {self.name}"


class Attempt(models.Model):
    """An officer tried to reach a person and did not."""

    incident_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    at = models.DateTimeField()
    officer_id = models.BigIntegerField()
    how = models.CharField(max_length=20)
    outcome = models.CharField(max_length=20)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["incident_id", "person_id"], name="attempt_person"),
        ]

    def __str__(self) -> str:
        return f"attempt #{self.pk}"
