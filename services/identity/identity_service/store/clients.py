"""Queries on clients."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from identity_service.domain.clients import Client
from identity_service.store.tables.core import client

_SHOWN = (
    client.c.client_id,
    client.c.display_name,
    client.c.scopes,
    client.c.employer_id,
    client.c.create_time,
    client.c.revoke_time,
    client.c.version,
)


@dataclass(frozen=True, slots=True)
class Proof:
    """What a client's secret is checked against."""

    secret_hash: str
    fingerprint: bytes


def find(session: Session, client_id: str) -> Client | None:
    """Return a client, revoked ones too."""
    row = session.execute(select(*_SHOWN).where(client.c.client_id == client_id)).first()
    return None if row is None else _client(row)


def find_with_proof(session: Session, client_id: str) -> tuple[Client, Proof] | None:
    """Return a client that is in force, with what its secret is checked against."""
    row = session.execute(
        select(*_SHOWN, client.c.secret_hash, client.c.secret_fingerprint).where(
            client.c.client_id == client_id, client.c.revoke_time.is_(None)
        )
    ).first()
    if row is None:
        return None
    return _client(row), Proof(row.secret_hash, row.secret_fingerprint)


def register(session: Session, new: Client, proof: Proof) -> bool:
    """Insert a client; False when the id is taken."""
    statement = (
        insert(client)
        .values(
            client_id=new.client_id,
            display_name=new.display_name,
            scopes=list(new.scopes),
            employer_id=new.employer_id or None,
            secret_hash=proof.secret_hash,
            secret_fingerprint=proof.fingerprint,
            create_time=new.create_time,
            version=new.version,
        )
        .on_conflict_do_nothing()
        .returning(client.c.client_id)
    )
    return session.execute(statement).first() is not None


def revoke(session: Session, client_id: str, at: datetime) -> Client | None:
    """Revoke a client that is in force; None when there is none to revoke."""
    return _change(session, client_id, {"revoke_time": at}, in_force=True)


def set_scopes(session: Session, client_id: str, scopes: tuple[str, ...]) -> Client | None:
    """Give a client other scopes."""
    return _change(session, client_id, {"scopes": list(scopes)})


def set_proof(session: Session, client_id: str, proof: Proof) -> Client | None:
    """Give a client another secret; one that was revoked is in force again."""
    values = {
        "secret_hash": proof.secret_hash,
        "secret_fingerprint": proof.fingerprint,
        "revoke_time": None,
    }
    return _change(session, client_id, values)


def _change(
    session: Session, client_id: str, values: dict[str, Any], *, in_force: bool = False
) -> Client | None:
    statement = (
        update(client)
        .where(client.c.client_id == client_id)
        .values(**values, version=client.c.version + 1)
        .returning(*_SHOWN)
    )
    if in_force:
        statement = statement.where(client.c.revoke_time.is_(None))
    row = session.execute(statement).first()
    return None if row is None else _client(row)


def page(session: Session, after: str, limit: int, since: date | None) -> list[Client]:
    """Return the clients after an id, in its order; `since`: only those changed since."""
    statement = select(*_SHOWN).where(client.c.client_id > after)
    if since is not None:
        changed = func.greatest(client.c.create_time, client.c.revoke_time)
        # A change of scopes or secret leaves no date: versions above 1 are told in any case.
        statement = statement.where(or_(changed >= since, client.c.version > 1))
    rows = session.execute(statement.order_by(client.c.client_id).limit(limit))
    return [_client(row) for row in rows]


def _client(row: Row[Any]) -> Client:
    return Client(
        client_id=row.client_id,
        display_name=row.display_name,
        scopes=tuple(row.scopes),
        employer_id=row.employer_id or "",
        create_time=row.create_time,
        revoke_time=row.revoke_time,
        version=row.version,
    )
