"""Queries on signing keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from identity_service.store.tables.core import signing_key

SHOWN_KEYS = 2
"""The one that signs, and the one before it, whose tokens still live."""
_ADVISORY_KEY = 7_203_116


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key: public part as JWK, private part encrypted."""

    key_id: str
    public_jwk: Mapping[str, Any]
    private_jwk: bytes
    created_on: date


def lock(session: Session) -> None:
    """Let one transaction at a time make a key."""
    session.execute(select(func.pg_advisory_xact_lock(_ADVISORY_KEY)))


def newest(session: Session, limit: int = SHOWN_KEYS) -> list[SigningKey]:
    """Return the newest keys, the one that signs first."""
    columns = signing_key.c
    rows = session.execute(
        select(columns.key_id, columns.public_jwk, columns.private_jwk, columns.created_on)
        .order_by(columns.serial.desc())
        .limit(limit)
    )
    return [SigningKey(*row) for row in rows]


def add(session: Session, key: SigningKey) -> None:
    """Add a key, which signs from now on, and drop those that are not shown any more."""
    session.execute(
        insert(signing_key).values(
            key_id=key.key_id,
            public_jwk=dict(key.public_jwk),
            private_jwk=key.private_jwk,
            created_on=key.created_on,
        )
    )
    shown = select(signing_key.c.serial).order_by(signing_key.c.serial.desc()).limit(SHOWN_KEYS)
    session.execute(delete(signing_key).where(signing_key.c.serial.not_in(shown)))
