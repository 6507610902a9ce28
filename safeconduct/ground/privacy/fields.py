"""The map of personal data: each field that tells of a person, why, how long, how it goes."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise

from safeconduct.ground.kernel.catalogues import Catalogue


class Shredder(StrEnum):
    """How a value disappears when its time is over or the person asks for it."""

    ROW = "row"  # the row is deleted, with the person or alone
    BLANK = "blank"  # the field is emptied, the row stays for its counts
    PARTITION = "partition"  # the table's partition is dropped
    KEY = "key"  # sealed (privacy.sealing): the subject's key is destroyed, then the row goes


@dataclass(frozen=True)
class PersonalField:
    label: str
    purpose: str | Promise
    retention: str | Promise
    shredder: Shredder
    rule: str


personal_fields: Catalogue[PersonalField] = Catalogue("personal field")


def personal(
    model_field: str,
    *,
    purpose: str | Promise,
    retention: str | Promise,
    shredder: Shredder,
    rule: str = "",
) -> None:
    """Declare ``"app_label.Model.field"``, usually in ``apps.ready()``.

    ``purpose`` and ``retention`` are sentences for the person concerned; ``rule`` names the
    retention rule that keeps that word every night (``privacy.retention``).
    """
    field = PersonalField(model_field, purpose, retention, shredder, rule)
    personal_fields.register(model_field, field)
