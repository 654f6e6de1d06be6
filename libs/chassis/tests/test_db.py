"""One judgement of database errors: whether the database is away, for events and calls alike."""

import psycopg
import pytest
from psycopg import errors
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from chassis.db import database_away, sqlstate


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (errors.AdminShutdown(), True),
        (errors.TooManyConnections(), True),
        (errors.ConnectionFailure(), True),
        (psycopg.OperationalError("connection refused"), True),
        (OperationalError("SELECT 1", None, psycopg.OperationalError("refused")), True),
        (DBAPIError("SELECT 1", None, errors.SyntaxError(), connection_invalidated=True), True),
        (errors.LockNotAvailable(), False),
        (errors.QueryCanceled(), False),
        (IntegrityError("INSERT", None, errors.UniqueViolation()), False),
        (psycopg.ProgrammingError("the query has 1 placeholder"), False),
        (ValueError("not a database's"), False),
    ],
)
def test_the_database_is_away_or_it_is_not(error: Exception, away: bool) -> None:
    assert database_away(error) is away


def test_the_state_is_found_under_what_wraps_it() -> None:
    assert sqlstate(IntegrityError("INSERT", None, errors.UniqueViolation())) == "23505"
    assert sqlstate(psycopg.OperationalError("connection refused")) == ""
