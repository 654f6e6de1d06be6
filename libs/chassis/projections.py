"""What a service keeps of another's facts: the newest version of each thing, in any order."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from chassis.arrays import rows_of

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
    columns = list(table.columns)
    ordered = [newest[key] for key in sorted(newest)]
    statement = insert(table).from_select(columns, rows_of(columns, ordered))
    fixed = {*keys, *keep}
    statement = statement.on_conflict_do_update(
        index_elements=keys,
        set_={c.name: statement.excluded[c.name] for c in columns if c.name not in fixed},
        where=statement.excluded[VERSION] > table.c[VERSION],
    )
    return list(session.scalars(statement.returning(returning)))
