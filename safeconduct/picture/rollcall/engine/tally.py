"""Counters by place and standing, moved in the statement that moves the people."""

from typing import Final

from safeconduct.picture.rollcall.engine.rows import Cursor

# Columns a tally is kept by; NULL posts and cells count as 0, since a key holds no NULL.
_KEY: Final = "country, post_id, cell, presence, safety, heard_round, asked_round, reachable"


def _side(row: str) -> str:
    return (
        f"{row}.country {row}_country, coalesce({row}.post_id, 0) {row}_post_id,"
        f" coalesce({row}.cell, 0) {row}_cell, {row}.presence {row}_presence,"
        f" {row}.safety {row}_safety, {row}.heard_round {row}_heard_round,"
        f" {row}.asked_round {row}_asked_round, {row}.reachable {row}_reachable"
    )


def _columns(row: str) -> str:
    return ", ".join(f"{row}_{name}" for name in _KEY.split(", "))


# What an INSERT, UPDATE or DELETE of standings returns to be counted (old and new: PostgreSQL 18).
RETURNING: Final = f" RETURNING {_side('old')}, {_side('new')} "


def counted(change: str) -> str:
    """``change`` (one statement over standings, without RETURNING) with its tallies kept.

    Takes ``%(incident_id)s``; the result is one row, the number of standings
    changed. The caller holds the incident (rows.hold).
    """
    return f"""
    WITH moved AS ({change} {RETURNING}),
    deltas AS (
        SELECT {_KEY}, sum(people) AS people FROM (
            SELECT {_columns("old")}, -1 FROM moved WHERE old_country IS NOT NULL
            UNION ALL
            SELECT {_columns("new")}, 1 FROM moved WHERE new_country IS NOT NULL
        ) AS move({_KEY}, people)
        GROUP BY {_KEY} HAVING sum(people) <> 0
    ),
    kept AS (
        INSERT INTO rollcall_tally (incident_id, {_KEY}, people)
        SELECT %(incident_id)s, {_KEY}, people FROM deltas
        ON CONFLICT (incident_id, {_KEY})
        DO UPDATE SET people = rollcall_tally.people + excluded.people
    )
    SELECT count(*) FROM moved
    """


def laid_down(counts: str) -> str:
    """A query of keys and people, left to be added to the tallies of ``%(incident_id)s``."""
    return f"""
    INSERT INTO rollcall_increment (incident_id, {_KEY}, people)
    SELECT %(incident_id)s, counts.* FROM ({counts}) AS counts
    """


def add_up(cursor: Cursor, incident_id: int) -> None:
    """Add what was laid down to the tallies; the caller holds the incident (rows.hold)."""
    cursor.execute(
        f"""
        WITH taken AS (DELETE FROM rollcall_increment WHERE incident_id = %(id)s RETURNING *)
        INSERT INTO rollcall_tally (incident_id, {_KEY}, people)
        SELECT %(id)s, {_KEY}, sum(people) FROM taken GROUP BY {_KEY} ORDER BY {_KEY}
        ON CONFLICT (incident_id, {_KEY})
        DO UPDATE SET people = rollcall_tally.people + excluded.people
        """,
        {"id": incident_id},
    )


def bump_version(cursor: Cursor, incident_id: int, now: object) -> None:
    """Count the incident's version up; no version ever comes twice, not even after a restore."""
    cursor.execute(
        "INSERT INTO rollcall_version AS v (incident_id, version, changed_at)"
        " VALUES (%(id)s, extract(epoch FROM clock_timestamp()) * 1000000, %(now)s)"
        " ON CONFLICT (incident_id) DO UPDATE SET changed_at = excluded.changed_at,"
        " version = greatest(v.version + 1, excluded.version)",
        {"id": incident_id, "now": now},
    )
