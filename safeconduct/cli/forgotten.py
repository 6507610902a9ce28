"""`safeconduct forgotten`: the list of deletions, and deleting once more after a restore."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from safeconduct.cli.surroundings import json_option, needs_database, write_json

if TYPE_CHECKING:
    from safeconduct.ground.privacy.actions.remembering import Replayed


@click.group()
def command() -> None:
    """What was deleted, so that a restored backup does not bring it back."""


@command.command()
@click.argument("file", type=click.Path(path_type=Path))
@needs_database
def copy(file: Path) -> None:
    """Write the whole list to a new file, to be kept on another machine."""
    from safeconduct.ground.privacy.actions import copy_list

    try:
        lines = copy_list(file)
    except FileExistsError as there:
        raise click.ClickException(f"{file} is there already: choose another name.") from there
    click.echo(f"{file}: {lines:,} deletions.")


@command.command()
@click.argument("places", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@json_option
@needs_database
def apply(places: tuple[Path, ...], json_file: Path | None) -> None:
    """Delete once more what these lists say was deleted; files, or folders of them."""
    done = Again(_forget_again(places), None)
    write_json(json_file, done.as_json())
    for sentence in done.sentences():
        click.echo(sentence)


@dataclass(frozen=True)
class Again:
    """What was deleted once more; ``made_at`` is the backup's moment, None without one."""

    done: "Replayed"
    made_at: datetime | None

    def as_json(self) -> dict[str, object]:
        return asdict(self.done) | {"complete": self.is_complete}

    @property
    def is_complete(self) -> bool:
        """Whether all deletions since the backup can have been on the lists, as far as we see."""
        return bool(self.done.lines) and not self.done.strange and not self._is_too_old

    @property
    def _is_too_old(self) -> bool:
        from safeconduct.ground.kernel import clock
        from safeconduct.ground.privacy.terms import LIST_KEPT

        return self.made_at is not None and clock.now() - self.made_at > LIST_KEPT

    def sentences(self) -> Iterator[str]:
        gone = ", ".join(f"{number:,} {kind}" for kind, number in self.done.gone.items() if number)
        yield (
            f"Deleted or taken back since the backup, and deleted once more: {gone or 'nothing'}."
        )
        if not self.done.lines:
            yield (
                "There was no list of deletions. Whoever was deleted since the backup is back: "
                "bring the folder forgotten of the old machines and run "
                "`safeconduct forgotten apply FOLDER` before you start anything."
            )
        if self.done.strange:
            yield (
                f"{self.done.strange:,} lines were made under another key: of another "
                "installation, or of this one before a restore from an older version."
            )
        if self._is_too_old:
            yield "The backup is older than the list reaches: people deleted in between are back."


def after_restore(lists: Iterable[Path], *, made_at: str) -> Again:
    """Delete once more what this machine's list and ``lists`` say, and what is over since."""
    from safeconduct.ground.kernel import clock
    from safeconduct.ground.kernel.actor import Actor
    from safeconduct.ground.privacy.actions import apply_retention
    from safeconduct.ground.privacy.forgotten import folder

    own = folder()
    done = _forget_again([*([own] if own.is_dir() else []), *lists])
    apply_retention(now=clock.now(), actor=Actor.system("restore"))
    return Again(done, datetime.fromisoformat(made_at))


def _forget_again(places: Iterable[Path]) -> "Replayed":
    from safeconduct.ground.kernel import clock
    from safeconduct.ground.kernel.actor import Actor
    from safeconduct.ground.privacy.actions import forget_again
    from safeconduct.ground.privacy.forgotten import keep_list

    done = forget_again(places=places, now=clock.now(), actor=Actor.system("restore"))
    # On this machine's own list too, which the next restore will ask for.
    keep_list(now=clock.now())
    return done
