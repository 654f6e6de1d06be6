"""Identifiers are those of RFC 9562, whoever makes them."""

import uuid
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import derived_id, new_id


@given(parts=st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
def test_a_derived_id_is_the_version_5_id_of_its_parts(parts: list[str]) -> None:
    assert derived_id(*parts) == str(uuid.uuid5(uuid.NAMESPACE_OID, "\x1f".join(parts)))


@given(at=st.datetimes(datetime(1970, 1, 2), datetime(2900, 1, 1)))
def test_a_new_id_is_of_version_7_and_begins_with_its_instant(at: datetime) -> None:
    instant = at.replace(tzinfo=UTC)
    made = uuid.UUID(new_id(instant))
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == int(instant.timestamp() * 1000)


def test_no_two_new_ids_are_the_same() -> None:
    assert len({new_id() for _ in range(10_000)}) == 10_000
