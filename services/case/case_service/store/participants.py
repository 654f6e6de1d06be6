"""Participants: written by the page, read whole."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from case_service.domain import duplicates
from case_service.domain.model import (
    Address,
    BankAccount,
    Employer,
    HealthInsurance,
    Participant,
)
from case_service.domain.numbers import participant_number
from case_service.store.tables import participant, participant_serial
from chassis.arrays import is_any, upsert
from chassis.crypto import Keys


@dataclass(frozen=True, slots=True)
class Stored:
    """A participant with its version."""

    participant: Participant
    version: int


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a participant before a page is written."""

    version: int
    content_hash: bytes
    participant_number: str
    protected: bool
    worked_here: bool


def known(session: Session, ids: Iterable[str]) -> Mapping[str, Known]:
    """Return what is known of each id, locked until the end of the transaction.

    A new row elsewhere that names one of them does not wait for it: an id never changes.
    """
    rows = session.execute(
        select(
            participant.c.participant_id,
            participant.c.version,
            participant.c.content_hash,
            participant.c.participant_number,
            participant.c.protected,
            participant.c.worked_here,
        )
        .where(is_any(participant.c.participant_id, sorted(ids)))
        .order_by(participant.c.participant_id)
        .with_for_update(key_share=True)
    )
    return {
        r.participant_id: Known(
            r.version, r.content_hash, r.participant_number, r.protected, r.worked_here
        )
        for r in rows
    }


def existing_ids(session: Session, ids: Iterable[str]) -> frozenset[str]:
    """Return which of the ids are recorded."""
    is_asked_for = is_any(participant.c.participant_id, list(ids))
    query = select(participant.c.participant_id).where(is_asked_for)
    return frozenset(session.scalars(query))


def next_numbers(session: Session, count: int) -> list[str]:
    """Take `count` fresh public numbers."""
    serials = session.scalars(
        select(func.nextval(participant_serial.name)).select_from(func.generate_series(1, count))
    )
    return [participant_number(serial) for serial in serials]


def write(
    session: Session,
    keys: Keys,
    changed: Sequence[tuple[Stored, bytes]],
    at: datetime,
    *,
    worked_here: bool = False,
) -> None:
    """Write new and changed participants, each with the hash of what was handed in."""
    if not changed:
        return
    rows = [
        _row(keys, stored, digest, at) | {"worked_here": worked_here} for stored, digest in changed
    ]
    upsert(session, participant, rows)


def read(session: Session, keys: Keys, ids: Sequence[str]) -> list[Stored]:
    """Return participants by id, in the order of their numbers."""
    query = (
        select(participant)
        .where(is_any(participant.c.participant_id, ids))
        .order_by(participant.c.participant_number)
    )
    return [_stored(keys, row) for row in session.execute(query)]


def ids_since(session: Session, since: date | None, after: str, limit: int) -> list[str]:
    """Return a page of ids changed on or after `since`, those above `after` first to last."""
    query = select(participant.c.participant_id).order_by(participant.c.participant_id).limit(limit)
    if after:
        query = query.where(participant.c.participant_id > after)
    if since:
        query = query.where(participant.c.updated_at >= since)
    return list(session.scalars(query))


def _row(keys: Keys, stored: Stored, digest: bytes, at: datetime) -> dict[str, object]:
    p = stored.participant
    return {
        "participant_id": p.participant_id,
        "version": stored.version,
        "content_hash": digest,
        "participant_number": p.participant_number,
        "first_name": p.first_name,
        "last_name": p.last_name,
        "protected": p.protected,
        "language": p.language,
        "updated_at": at,
        **_secrets(keys, p),
    }


def _secrets(keys: Keys, p: Participant) -> dict[str, object]:
    contact = {
        "address": asdict(p.address) if p.address else None,
        "email": p.email,
        "email_notices": p.email_notices,
        "phone": p.phone,
        "employer": asdict(p.employer) if p.employer else None,
        "school": p.school,
        "preferred_contact": p.preferred_contact,
        "employed_since": _iso(p.employed_since),
        "employment_ended_on": _iso(p.employment_ended_on),
        "insurance": insurance_content(p.insurance),
        "debit_card": p.debit_card,
    }
    vitals = {
        "sex": p.sex,
        "died_on": _iso(p.died_on),
    }
    account = json.dumps(asdict(p.bank_account)) if p.bank_account else ""
    return {
        "birth_date": _encrypted(keys, "birth_date", _iso(p.birth_date)),
        "ssn": _encrypted(keys, "ssn", p.ssn),
        "ssn_hash": ssn_hash(keys, p.ssn) if p.ssn else None,
        "contact": _encrypted(keys, "contact", json.dumps(contact)),
        "payment": _encrypted(keys, "payment", account),
        "vitals": _encrypted(keys, "vitals", json.dumps(vitals)),
        **lookups(keys, p),
    }


def lookups(keys: Keys, p: Participant) -> dict[str, object]:
    """Return the columns that a participant is found by, beside his number and SSN."""
    return {
        "birth_hash": birth_hash(keys, p.birth_date) if p.birth_date else None,
        "search_name": duplicates.search_name(p.last_name, p.first_name),
        "name_key": duplicates.name_key(p.last_name, p.first_name),
    }


def ssn_hash(keys: Keys, ssn: str) -> bytes:
    """Return the keyed hash that a Social Security number is found by."""
    return keys.lookup_hash("ssn", ssn)


def birth_hash(keys: Keys, birth_date: date) -> bytes:
    """Return the keyed hash that a date of birth is found by."""
    return keys.lookup_hash("birth_date", birth_date.isoformat())


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _encrypted(keys: Keys, column: str, value: str) -> bytes | None:
    return keys.encrypt(f"participant.{column}", value) if value else None


def _decrypted(keys: Keys, column: str, value: bytes | None) -> str:
    return keys.decrypt(f"participant.{column}", value) if value else ""


def _stored(keys: Keys, row: Row[tuple[object, ...]]) -> Stored:
    contact = json.loads(_decrypted(keys, "contact", row.contact))
    vitals = json.loads(_decrypted(keys, "vitals", row.vitals) or "{}")
    account = _decrypted(keys, "payment", row.payment)
    return Stored(
        version=row.version,
        participant=Participant(
            participant_id=row.participant_id,
            participant_number=row.participant_number,
            first_name=row.first_name,
            last_name=row.last_name,
            birth_date=_day(_decrypted(keys, "birth_date", row.birth_date)),
            ssn=_decrypted(keys, "ssn", row.ssn),
            address=_address(contact["address"]),
            email=contact["email"],
            email_notices=contact["email_notices"],
            bank_account=BankAccount(**json.loads(account)) if account else None,
            protected=row.protected,
            language=row.language,
            phone=contact.get("phone", ""),
            employer=employer_from(contact.get("employer")),
            school=contact.get("school", ""),
            sex=vitals.get("sex", ""),
            died_on=_day(vitals.get("died_on", "")),
            preferred_contact=contact.get("preferred_contact", ""),
            employed_since=_day(contact.get("employed_since", "")),
            employment_ended_on=_day(contact.get("employment_ended_on", "")),
            insurance=insurance_from(contact.get("insurance")),
            debit_card=contact.get("debit_card", False),
        ),
    )


def _address(plain: Mapping[str, str] | None) -> Address | None:
    return Address(**plain) if plain else None


def employer_from(plain: Mapping[str, Any] | None) -> Employer | None:
    """Return the employer that was kept as JSON."""
    if not plain:
        return None
    return Employer(plain["name"], _address(plain["address"]), plain["phone"])


def insurance_content(insurance: HealthInsurance | None) -> dict[str, Any] | None:
    """Return health insurance as it is kept as JSON."""
    if insurance is None:
        return None
    days = {"since": _iso(insurance.since), "until": _iso(insurance.until)}
    return asdict(insurance) | days


def insurance_from(plain: Mapping[str, Any] | None) -> HealthInsurance | None:
    """Return the health insurance that was kept as JSON."""
    if not plain:
        return None
    return HealthInsurance(
        **{
            **plain,
            "since": _day(plain["since"]),
            "until": _day(plain["until"]),
            "covered_children": tuple(plain["covered_children"]),
        }
    )
