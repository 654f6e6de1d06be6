"""How a message is read and judged, whichever bus brings it."""

from datetime import UTC, datetime

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import errors
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from chassis.db import database_away
from chassis.delivery import Delivery, describe
from chassis.events import CONTENT_ENCODING, CONTENT_TYPE, Envelope, UndecodableEventError
from chassis.ids import new_id

AT = datetime(2026, 3, 6, 14, tzinfo=UTC)
ENVELOPE = Envelope(new_id(), "childsupport.case.v1.CasesChanged", "/services/case", "x", AT, b"")


def delivery(headers: dict[str, object], **given_: str | None) -> Delivery:
    properties = {"content_type": CONTENT_TYPE, "content_encoding": CONTENT_ENCODING} | given_
    return Delivery("payments.case", headers, b"", **properties)


def test_envelope_survives_its_headers() -> None:
    assert Envelope.from_headers(ENVELOPE.headers(), b"") == ENVELOPE


@pytest.mark.parametrize(
    ("properties", "said"),
    [
        ({"content_type": None}, "content type: read None, expected 'application/protobuf'"),
        ({"content_encoding": None}, "content encoding: read None, expected 'binary'"),
    ],
)
def test_reading_names_the_property_and_what_it_should_be(properties, said) -> None:
    with pytest.raises(UndecodableEventError) as raised:
        delivery(ENVELOPE.headers(), **properties).read()
    assert str(raised.value) == said


BROKER_NOTES = {"x-death": [{"count": 1}], "x-delivery-count": 3, "x-first-death-queue": "q"}


FOREIGN = st.text(min_size=1).filter(lambda name: not name.startswith("bus-"))


@given(st.dictionaries(FOREIGN, st.integers() | st.text()), st.integers(1, 9))
def test_headers_for_another_attempt_keep_the_event_and_drop_what_the_broker_noted(
    extra, failures
) -> None:
    found = delivery(extra | ENVELOPE.headers() | BROKER_NOTES).failed_headers("why", failures, AT)
    assert not [name for name in found if name.startswith("x-")]
    assert Envelope.from_headers(found, b"") == ENVELOPE
    assert extra.keys() - found.keys() == {name for name in extra if name.startswith("x-")}
    again = delivery(found)
    assert again.failures == failures
    assert found["bus-queue"] == "payments.case"
    later = again.failed_headers("why", failures + 1, datetime(2027, 1, 1, tzinfo=UTC))
    assert later["bus-first-failed-at"] == AT.isoformat()


def wrapped(error: psycopg.Error, kind: type[DBAPIError] = OperationalError) -> DBAPIError:
    return kind("SELECT 1", {}, error)


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (wrapped(psycopg.OperationalError("connection refused")), True),
        (wrapped(errors.AdminShutdown("terminating connection")), True),
        (wrapped(errors.CannotConnectNow("starting up")), True),
        (wrapped(errors.TooManyConnections("too many")), True),
        (errors.ConnectionFailure("raw, from COPY"), True),
        (psycopg.InterfaceError("connection is closed"), True),
        (wrapped(errors.LockNotAvailable("lock timeout")), False),
        (wrapped(errors.QueryCanceled("statement timeout")), False),
        (wrapped(errors.DeadlockDetected("deadlock")), False),
        (wrapped(errors.UniqueViolation("dup"), IntegrityError), False),
        (ValueError("no database at all"), False),
    ],
    ids=lambda v: type(getattr(v, "orig", v)).__name__,
)
def test_only_the_servers_absence_counts_as_no_attempt(error, away) -> None:
    assert database_away(error) is away


def test_description_of_a_database_error_quotes_no_row() -> None:
    error = errors.UniqueViolation("Key (ssn)=(400-00-1234) already exists")
    assert "400-00-1234" not in describe(wrapped(error, IntegrityError))
    assert "23505" in describe(wrapped(error, IntegrityError))


def test_description_is_one_bounded_line_without_numbers_that_look_like_secrets() -> None:
    said = describe(ValueError("no such obligor 400-00-1234\n" + "x" * 1000))
    assert said == "ValueError: no such obligor [masked]"
    assert len(describe(ValueError("y" * 1000))) <= 300
