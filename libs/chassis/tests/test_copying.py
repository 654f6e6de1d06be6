"""COPY within a session's transaction."""

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import ARRAY, Column, Integer, MetaData, Table, Text, create_engine, select
from sqlalchemy.orm import Session

from chassis.copying import EMPTY_ARRAY, copy_rows, copy_text

COPIED = Table(
    "Copied things",
    MetaData(),
    Column("number", Integer, primary_key=True),
    Column("words", ARRAY(Text)),
    prefixes=["TEMPORARY"],
)
COLUMNS = ("words", "number")


@pytest.fixture
def session(postgres_admin_url: str) -> Iterator[Session]:
    engine = create_engine(postgres_admin_url)
    with engine.connect() as connection:
        COPIED.create(connection)
        connection.commit()
        with Session(connection) as session:
            yield session
    engine.dispose()


def kept(session: Session) -> list[tuple]:
    return [tuple(row) for row in session.execute(select(COPIED).order_by(COPIED.c.number))]


def test_rows_are_copied_in_the_order_of_the_columns(session):
    copy_rows(session, COPIED.name, COLUMNS, [(["a", "b\t\\"], 1), (EMPTY_ARRAY, 2), (None, 3)])
    copy_text(session, COPIED.name, COLUMNS, "{x}\t4\n\\N\t5\n")
    assert kept(session) == [(1, ["a", "b\t\\"]), (2, []), (3, None), (4, ["x"]), (5, None)]


def test_what_is_copied_belongs_to_the_transaction(session):
    copy_rows(session, COPIED.name, COLUMNS, [(EMPTY_ARRAY, 1)])
    session.rollback()
    assert kept(session) == []


def test_a_broken_constraint_is_said_by_the_driver(session):
    with pytest.raises(psycopg.errors.UniqueViolation):
        copy_rows(session, COPIED.name, COLUMNS, [(EMPTY_ARRAY, 1), (EMPTY_ARRAY, 1)])
