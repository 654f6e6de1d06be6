"""Pages as arrays: what is handed over comes out, whatever is in it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    LargeBinary,
    MetaData,
    Table,
    Text,
    create_engine,
    insert,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID
from sqlalchemy.orm import Session

from chassis.arrays import array_text, is_any, rows_of, upsert

THINGS = Table(
    "things",
    MetaData(),
    Column("id", UUID(as_uuid=False)),
    Column("place", BigInteger),
    Column("said", Text),
    Column("sealed", LargeBinary),
    Column("facts", JSONB),
    Column("ended", Boolean),
    Column("day", Date),
    Column("at", DateTime(timezone=True)),
    prefixes=["TEMPORARY"],
)

KEPT = Table(
    "kept",
    MetaData(),
    Column("number", BigInteger, primary_key=True),
    Column("user", Text, primary_key=True),
    Column("said", Text),
    Column("facts", JSONB),
    Column("sealed", LargeBinary),
    prefixes=["TEMPORARY"],
)
KEYED = Table(
    "keyed",
    MetaData(),
    Column("number", BigInteger, primary_key=True),
    prefixes=["TEMPORARY"],
)

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
PLAIN_JSON = st.recursive(
    st.booleans() | st.integers(-(10**9), 10**9) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.none() | st.uuids().map(str),
            "place": st.none() | st.integers(-(2**63), 2**63 - 1),
            "said": st.none() | TEXTS,
            "sealed": st.none() | st.binary(),
            "facts": st.none() | PLAIN_JSON,
            "ended": st.none() | st.booleans(),
            "day": st.none() | st.dates(),
            "at": st.none()
            | st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)).map(
                lambda at: at.replace(tzinfo=UTC)
            ),
        }
    ),
    max_size=8,
)


@pytest.fixture(scope="module")
def connection(postgres_admin_url: str) -> Iterator[Connection]:
    engine = create_engine(postgres_admin_url)
    with engine.connect() as opened:
        for table in (THINGS, KEPT, KEYED):
            table.create(opened)
        yield opened
        opened.rollback()
    engine.dispose()


@settings(deadline=None, max_examples=50)
@given(rows=ROWS)
def test_rows_come_out_as_they_went_in(connection: Connection, rows: list[dict[str, Any]]) -> None:
    columns = list(THINGS.columns)
    connection.execute(THINGS.delete())
    connection.execute(insert(THINGS).from_select(columns, rows_of(columns, rows)))
    query = select(THINGS).order_by(literal_column("ctid"))
    assert [dict(row) for row in connection.execute(query).mappings()] == rows


WHOLE_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "number": st.integers(0, 3),
            "user": st.sampled_from(["a", "{b}"]),
            "said": st.none() | TEXTS,
            "facts": st.none() | PLAIN_JSON,
            "sealed": st.none() | st.binary(),
        }
    ),
    unique_by=lambda row: (row["number"], row["user"]),
    max_size=6,
)


@settings(deadline=None, max_examples=50)
@given(pages=st.lists(WHOLE_ROWS, max_size=3))
def test_what_was_written_last_under_a_key_is_there(
    connection: Connection, pages: list[list[dict[str, Any]]]
) -> None:
    connection.execute(KEPT.delete())
    expected = {}
    for page in pages:
        upsert(Session(connection), KEPT, page)
        expected |= {(row["number"], row["user"]): row for row in page}
    found = [dict(row) for row in connection.execute(select(KEPT)).mappings()]
    assert {(row["number"], row["user"]): row for row in found} == expected


def test_a_row_that_is_all_key_may_be_there_already(connection: Connection) -> None:
    for _ in range(2):
        upsert(Session(connection), KEYED, [{"number": 7}])
    assert connection.scalars(select(KEYED.c.number)).all() == [7]


def test_one_of_many_is_found_and_none_in_nothing(connection: Connection) -> None:
    connection.execute(THINGS.delete())
    words = ["plain", 'a "quoted" one', "back\\slash", "{brace,comma}", "NULL", ""]
    connection.execute(THINGS.insert(), [{"said": word} for word in words])
    for word in words:
        query = select(THINGS.c.said).where(is_any(THINGS.c.said, [word, "other"]))
        assert connection.scalars(query).all() == [word]
    assert connection.scalars(select(THINGS.c.said).where(is_any(THINGS.c.said, []))).all() == []


def test_an_id_that_would_be_read_as_two_is_refused() -> None:
    with pytest.raises(ValueError, match="comma"):
        array_text(["0195b3f2-0000-7000-8000-000000000000,NULL"], THINGS.c.id.type)


def test_a_type_that_is_not_foreseen_is_refused() -> None:
    with pytest.raises(TypeError, match="not foreseen"):
        array_text([1.5], Float())


def test_the_parameter_itself_is_an_array(connection: Connection) -> None:
    """Said to be text it would be parsed for every row that it is compared with."""
    for statement in (
        select(THINGS.c.said).where(is_any(THINGS.c.place, [1, 2])),
        rows_of([THINGS.c.place], [{"place": 1}]),
    ):
        compiled = str(statement.compile(connection.engine))
        assert "VARCHAR" not in compiled
        assert "AS BIGINT[])" in compiled
