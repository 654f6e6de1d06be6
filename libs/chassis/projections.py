"""What a service keeps of another's facts: the newest version of each thing, in any order."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, Table, TextualSelect, text
from sqlalchemy.orm import Session

from chassis.arrays import array_text, quoted, whole_rows

VERSION = "version"


def take_newer(
    session: Session,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    returning: Column[Any],
    keep: Collection[str] = (),
) -> list[Any]:
    """Write the rows whose version is newer than what is known; return a column of those written.

    `rows` are whole: every column by name. Of one thing told twice the newest counts. `keep` names
    columns that stay as they were first written. Rows are locked in the order of their keys, so
    that two workers never wait for each other.
    """
    keys = [column.name for column in table.primary_key]
    newest: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    for row in rows:
        key = tuple(row[name] for name in keys)
        if key not in newest or newest[key][VERSION] < row[VERSION]:
            newest[key] = row
    if not newest:
        return []
    ordered = [newest[key] for key in sorted(newest)]
    values = {c.name: array_text([row[c.name] for row in ordered], c.type) for c in table.columns}
    statement = _take_newer(table, returning, frozenset(keep))
    return list(session.scalars(statement, values))


@cache
def _take_newer(table: Table, returning: Column[Any], keep: frozenset[str]) -> TextualSelect:
    """Make the statement once for a table: SQLAlchemy compiles an ON CONFLICT anew each time."""
    keys = [quoted(column.name) for column in table.primary_key]
    changed = ", ".join(
        f"{quoted(c.name)} = excluded.{quoted(c.name)}"
        for c in table.columns
        if not c.primary_key and c.name not in keep
    )
    own = quoted(table.name)
    return text(
        f"{whole_rows(table)} ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changed}"
        f" WHERE excluded.{VERSION} > {own}.{VERSION} RETURNING {own}.{quoted(returning.name)}"
    ).columns(returning)
