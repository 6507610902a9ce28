"""Bringing in lists of nationals."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from io import BytesIO, StringIO
from typing import BinaryIO, TextIO

from django.db import connection, transaction
from django.utils import translation

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel import facts
from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.registry import rules, terms
from safeconduct.picture.registry.actions.contacts import reckon_reach
from safeconduct.picture.registry.engine.lists import mapping, renewing, running
from safeconduct.picture.registry.engine.lists.blocks import Block, Order
from safeconduct.picture.registry.engine.lists.families import Families
from safeconduct.picture.registry.engine.lists.judging import Judge, Judged
from safeconduct.picture.registry.engine.lists.reading import read_table
from safeconduct.picture.registry.engine.lists.reasons import ListRefusedError
from safeconduct.picture.registry.engine.lists.storing import Store, hold_still, known_keys
from safeconduct.picture.registry.engine.lists.whereabouts import Whereabouts
from safeconduct.picture.registry.events import ImportHandedIn
from safeconduct.picture.registry.models import ImportRun, Source


@dataclass(frozen=True)
class Plan:
    """How a list is to be read. ``columns`` maps headings to fields before any guess."""

    label: str
    legal_basis: str
    collected_on: date
    country: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    allowed: frozenset[str] | None = None
    dry_run: bool = False


def import_list(
    *,
    file: BinaryIO,
    refused: TextIO,
    plan: Plan,
    progress: Callable[[running.Tally], None] = lambda _: None,
    now: datetime,
    actor: Actor,
) -> running.Tally:
    """Bring a list in, chunk by chunk, each in its own transaction with its audit entry.

    Good rows go in, refused ones are written to ``refused`` with their reason. What the
    registry holds already, by the list's own identifiers or else by all that a row says,
    is left alone, unless this list was collected later, or corrects the one it is from: then
    it betters names, contacts and stays, but never what the person said themselves; how often
    that happened is told (``kept``). The same list twice changes nothing,
    and a run that was cut short is simply repeated. A dry run judges and stores nothing.

    :raises ListRefusedError: if the file is no list with names.
    """
    table = read_table(file)
    columns = mapping.columns(table.header, plan.columns)
    more = mapping.further(table.header, columns, plan.columns)
    judge = Judge(
        columns=columns,
        whereabouts=Whereabouts(),
        origin=plan.label,
        collected_on=plan.collected_on,
        default_country=plan.country,
        allowed=plan.allowed,
        today=now.date(),
        more=more,
        wrong=table.wrong,
        month_first=table.month_first,
    )
    keeper = _Keeper(plan, now, actor, came_back=table.header[-1:] == [mapping.REASON])
    rows = running.RefusedRows(refused, table)
    return running.run(
        table,
        judge,
        store=keeper.keep,
        refused=rows,
        progress=progress,
        columns_unread=mapping.unread(table.header, columns, more),
    )


@transaction.atomic
def hand_in_list(
    *,
    content: bytes,
    plan: Plan,
    language: str,
    officer_id: int,
    now: datetime,
    actor: Actor,
) -> ImportRun:
    """Keep an uploaded list until a worker has brought it in."""
    run = ImportRun.objects.create(
        label=plan.label,
        legal_basis=plan.legal_basis,
        collected_on=plan.collected_on,
        country=plan.country,
        countries=None if plan.allowed is None else sorted(plan.allowed),
        officer_id=officer_id,
        language=language,
        dry_run=plan.dry_run,
        content=content,
        bytes_total=len(content),
        created_at=now,
    )
    record(terms.IMPORT_STARTED, actor=actor, subject_kind="import", subject_id=run.pk, now=now)
    facts.announce(ImportHandedIn(run.pk))
    return run


def run_import(*, run_id: int, now: datetime, actor: Actor) -> None:
    """Bring in what an officer handed in; the file is dropped, the refused rows are kept.

    May be started again after a crash: what went in before is known then.
    """
    run = ImportRun.objects.get(pk=run_id)
    if run.finished_at or run.content is None:
        return
    file, refused = BytesIO(bytes(run.content)), StringIO()

    def progress(tally: running.Tally) -> None:
        ImportRun.objects.filter(pk=run_id).update(**_figures(tally), bytes_done=file.tell())

    ended: dict[str, object] = {"content": None}
    # Every reason is worded for the officer who handed it in, not for the worker.
    with translation.override(run.language):
        try:
            tally = import_list(
                file=file,
                refused=refused,
                plan=_plan_of(run),
                progress=progress,
                now=now,
                actor=actor,
            )
        except ListRefusedError as refusal:
            ended["failure"] = str(refusal)[:500]
        else:
            ended |= _figures(tally)
            ended["refused"] = _as_file(refused) if tally.refused else None
    ImportRun.objects.filter(pk=run_id).update(finished_at=now, **ended)


def _as_file(text: StringIO) -> bytes:
    """With the mark by which Excel knows UTF-8."""
    return b"\xef\xbb\xbf" + text.getvalue().encode()


@dataclass
class _Keeper:
    plan: Plan
    now: datetime
    actor: Actor
    came_back: bool = False
    store: Store | None = None
    seen: set[str] = field(default_factory=set)
    # Who bears an identifier of the list's own in it.
    bearers: dict[str, rules.Named] = field(default_factory=dict)
    # By the list's marks of families, the keys of those the registry holds.
    families: dict[str, set[str]] = field(default_factory=dict)
    order: Order = field(default_factory=Order)

    def keep(self, judged: list[Judged]) -> tuple[int, int, int]:
        """Store what is new, better what is older, leave what is the person's: how many each."""
        with transaction.atomic():
            with connection.cursor() as cursor:
                # Two lists at once would both find a person missing.
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext('registry import'))")
            by_key, known = self._told_apart(judged)
            changed, kept = self._renew({key: by_key[key] for key in known - self.seen})
            for key in known:
                if mark := by_key[key].party:
                    self.families.setdefault(mark, set()).add(key)
            blocks = self.order.blocks(list(by_key.values())[::-1])
            new = self._new(by_key, known)
            if new and not self.plan.dry_run:
                self._write(new, blocks)
        return len(new), changed, kept

    def _told_apart(self, judged: list[Judged]) -> tuple[dict[str, Judged], set[str]]:
        """The rows by key, and which keys are known; one identifier is one person's alone."""
        keys = [one.key for one in judged]
        if known := known_keys(keys):
            hold_still(list(known))
            # Somebody may have deleted their record while we waited for it.
            known = known_keys(keys)
        old = known - self.seen
        doubtful = [one for one in judged if one.key in old and one.key != one.plain_key]
        strangers: set[Judged] = set()
        if doubtful:
            strangers, bearers = renewing.borne(doubtful)
            self.bearers |= bearers
        own = [self._of_its_bearer(one, is_stranger=one in strangers) for one in judged]
        by_key = {one.key: one for one in reversed(own)}
        return by_key, known if own == judged else known_keys(list(by_key))

    def _of_its_bearer(self, one: Judged, *, is_stranger: bool) -> Judged:
        if one.key == one.plain_key:
            return one
        told = renewing.named(one)
        if is_stranger or rules.is_another_bearer(self.bearers.setdefault(one.key, told), told):
            return replace(one, key=one.plain_key)
        if told.born:
            # The next one of this name may have another.
            self.bearers[one.key] = told
        return one

    def _new(self, by_key: dict[str, Judged], known: set[str]) -> list[Judged]:
        new = [one for key, one in by_key.items() if key not in known and key not in self.seen]
        # Of two rows with one identifier the first counts, today and when the list comes again.
        self.seen.update(by_key)
        return new[::-1]

    def _renew(self, rows: dict[str, Judged]) -> tuple[int, int]:
        """Better those whose record is older than this list; how many changed, how many kept."""
        plan = self.plan
        found, kept = renewing.compared(
            rows, label=plan.label, collected_on=plan.collected_on, allowed=plan.allowed
        )
        changed = sum(one.is_change for one in found)
        if not found or plan.dry_run:
            return changed, kept
        self.store = store = self.store or self._opened()
        reckon_reach(
            renewing.write(found, source_id=store.source_id, collected_on=plan.collected_on)
        )
        record(
            terms.RENEWED,
            actor=self.actor,
            subject_kind="person",
            subject_id=found[0].person_id,
            subject_until_id=found[-1].person_id,
            detail={"count": changed, "confirmed": len(found) - changed, "source": store.source_id},
            now=self.now,
        )
        return changed, kept

    def _write(self, new: list[Judged], blocks: list[Block]) -> None:
        self.store = store = self.store or self._opened()
        first, last = store.add(new, self.families, blocks, self.order)
        record(
            terms.IMPORTED,
            actor=self.actor,
            subject_kind="person",
            subject_id=first,
            subject_until_id=last,
            detail={"count": len(new), "source": store.source_id},
            now=self.now,
        )

    def _opened(self) -> Store:
        source, _ = Source.objects.get_or_create(
            kind=terms.SourceKind.IMPORT,
            label=self.plan.label,
            legal_basis=self.plan.legal_basis,
            collected_on=self.plan.collected_on,
            defaults={"created_at": self.now},
        )
        collected_at = datetime.combine(self.plan.collected_on, time(), UTC)
        post = ",".join(sorted(self.plan.allowed or ()))
        families = Families(source.pk, post, self.came_back)
        return Store(families, collected_at=collected_at, now=self.now)


def _figures(tally: running.Tally) -> dict[str, object]:
    return {
        "rows_read": tally.read,
        "rows_new": tally.new,
        "rows_changed": tally.changed,
        "rows_known": tally.known,
        "rows_kept": tally.kept,
        "rows_refused": tally.refused,
        "places_unknown": tally.places_unknown,
        "languages_unknown": tally.languages_unknown,
        "columns_unread": tally.columns_unread,
    }


def _plan_of(run: ImportRun) -> Plan:
    return Plan(
        label=run.label,
        legal_basis=run.legal_basis,
        collected_on=run.collected_on,
        country=run.country,
        allowed=None if run.countries is None else frozenset(run.countries),
        dry_run=run.dry_run,
    )
