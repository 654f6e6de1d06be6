"""Many values in one parameter: a page costs one statement, compiled once, however long it is.

`insert().values([…])` of a thousand rows and `in_([…])` of a thousand ids make a statement with a
parameter for each value. SQLAlchemy compiles it and the driver parses it anew for every page, which
takes longer than PostgreSQL takes to execute it. The driver's own arrays are written item by item
with two regular expressions each; so an array is written here, as the text that PostgreSQL reads.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    Select,
    String,
    Table,
    TextClause,
    Uuid,
    any_,
    cast,
    column,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session
from sqlalchemy.types import NULLTYPE, TypeEngine

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
_PLAIN = (Uuid, Integer, Boolean, Date, DateTime)
"""Types whose values need no quotes in an array."""


def array(values: Sequence[object], of: TypeEngine[Any]) -> ColumnElement[Any]:
    """Return an array of a column's type as one parameter; None becomes NULL.

    Raises TypeError for a type that is not foreseen, ValueError for a value that is not of it.
    """
    # Of no type, so that PostgreSQL takes the parameter itself for an array. Said to be text, it
    # is made an array again for every row that is compared with it (seen: 2,000 rows a second).
    return cast(literal(array_text(values, of), NULLTYPE), ARRAY(of, dimensions=1))


def array_text(values: Sequence[object], of: TypeEngine[Any]) -> str:
    """Return an array as PostgreSQL reads it."""
    if isinstance(of, _PLAIN):
        written = ",".join("NULL" if v is None else str(v) for v in values)
        if values and written.count(",") != len(values) - 1:
            raise ValueError(
                f"an array of {of!r}: a value has a comma in it, expected ids or figures"
            )
        return "{" + written + "}"
    if isinstance(of, LargeBinary):
        return _quoted(f"\\\\x{v.hex()}" if isinstance(v, bytes) else None for v in values)
    if isinstance(of, JSON):
        return _quoted(None if v is None else _escaped(json.dumps(v)) for v in values)
    if isinstance(of, String):
        return _quoted(None if v is None else _escaped(str(v)) for v in values)
    raise TypeError(f"arrays of {of!r} are not foreseen")


def _quoted(values: Iterable[str | None]) -> str:
    return "{" + ",".join("NULL" if v is None else f'"{v}"' for v in values) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


def is_any(of: Column[Any], values: Sequence[object]) -> ColumnElement[bool]:
    """The column has one of the values."""
    return of == any_(array(values, of.type))


def rows_of(columns: Sequence[Column[Any]], rows: Sequence[Mapping[str, object]]) -> Select[Any]:
    """Select rows that are handed over as one array for each column."""
    arrays = [array([row[c.name] for row in rows], c.type) for c in columns]
    names = [column(c.name, c.type) for c in columns]
    given = func.unnest(*arrays).table_valued(*names, name="given").render_derived()
    return select(*(given.c[c.name] for c in columns))


def upsert(session: Session, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Write whole rows (every column by name); one that is there by its key is overwritten.

    The statement is made once for a table: SQLAlchemy compiles an ON CONFLICT anew each time.
    """
    if rows:
        values = {c.name: array_text([row[c.name] for row in rows], c.type) for c in table.columns}
        session.execute(_upsert(table), values)


def whole_rows(table: Table) -> str:
    """Return the INSERT of whole rows, handed over as one array for each column, by its name."""
    names = ", ".join(quoted(c.name) for c in table.columns)
    given = ", ".join(
        f"CAST(:{c.name} AS {c.type.compile(dialect=_DIALECT)}[])" for c in table.columns
    )
    return (
        f"INSERT INTO {quoted(table.name)} ({names})"  # noqa: S608 (names of our tables)
        f" SELECT * FROM unnest({given})"
    )


def quoted(name: str) -> str:
    """Return a name as SQL has it."""
    return _DIALECT.identifier_preparer.quote(name)


@cache
def _upsert(table: Table) -> TextClause:
    keys = ", ".join(quoted(c.name) for c in table.primary_key)
    changed = ", ".join(
        f"{quoted(c.name)} = excluded.{quoted(c.name)}" for c in table.columns if not c.primary_key
    )
    return text(
        f"{whole_rows(table)}"
        f" ON CONFLICT ({keys}) DO {f'UPDATE SET {changed}' if changed else 'NOTHING'}"
    )
