"""Employers and their company identifications."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from psycopg.errors import LockNotAvailable
from sqlalchemy import ColumnElement, RowMapping, func, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from withholding_service.domain.employers import Employer
from withholding_service.store.tables import employer, employer_company_id

PAGE_EMPLOYERS_MAX = 1_000
RELEASE_WAIT_MS = 120_000
"""How long a file waits for another file of the same employer to be released."""

_company_ids = (
    select(func.array_agg(employer_company_id.c.company_id))
    .where(employer_company_id.c.employer_id == employer.c.employer_id)
    .scalar_subquery()
    .label("ach_company_ids")
)


def add(session: Session, new: Employer, changed_at: datetime) -> bool:
    """Record an employer; False when its number is registered already."""
    statement = (
        upsert(employer)
        .values(
            employer_id=new.employer_id,
            fein=new.fein,
            name=new.name,
            contact_email=new.contact_email,
            address_line1=new.address_line1,
            city=new.city,
            state=new.state,
            zip_code=new.zip_code,
            version=new.version,
            changed_at=changed_at,
        )
        .on_conflict_do_nothing(index_elements=["fein"])
        .returning(employer.c.employer_id)
    )
    return session.execute(statement).first() is not None


def add_company_ids(session: Session, employer_id: str, company_ids: Sequence[str]) -> list[str]:
    """Give company identifications to an employer; returns those that another one has."""
    if not company_ids:
        return []
    rows = [{"company_id": company_id, "employer_id": employer_id} for company_id in company_ids]
    statement = (
        upsert(employer_company_id)
        .on_conflict_do_nothing()
        .values(rows)
        .returning(employer_company_id.c.company_id)
    )
    given = set(session.scalars(statement))
    return [company_id for company_id in company_ids if company_id not in given]


def by_id(session: Session, employer_id: str) -> Employer | None:
    """Return an employer."""
    return _one(session, employer.c.employer_id == employer_id)


def by_fein(session: Session, fein: str) -> Employer | None:
    """Return the employer with a federal employer identification number."""
    return _one(session, employer.c.fein == fein)


def lock(session: Session, employer_id: str) -> bool:
    """Let one file of an employer be released at a time, so that duplicates are seen.

    False when RELEASE_WAIT_MS was not enough; the transaction can only be rolled back then.
    """
    session.execute(text(f"SET LOCAL lock_timeout = {RELEASE_WAIT_MS}"))
    statement = (
        select(employer.c.employer_id)
        .where(employer.c.employer_id == employer_id)
        .with_for_update(key_share=True)
    )
    try:
        session.execute(statement)
    except DBAPIError as error:
        if isinstance(error.orig, LockNotAvailable):
            return False
        raise
    return True


def changed_since(session: Session, since: date | None) -> Iterator[list[Employer]]:
    """Give all employers, or those changed on or after a day, in pages."""
    after: str | None = None
    while True:
        statement = select(employer, _company_ids).order_by(employer.c.employer_id)
        if since is not None:
            statement = statement.where(employer.c.changed_at >= since)
        if after is not None:
            statement = statement.where(employer.c.employer_id > after)
        rows = session.execute(statement.limit(PAGE_EMPLOYERS_MAX)).mappings()
        page = [_employer(row) for row in rows]
        if not page:
            return
        yield page
        after = page[-1].employer_id


def _one(session: Session, where: ColumnElement[bool]) -> Employer | None:
    row = session.execute(select(employer, _company_ids).where(where)).mappings().first()
    return None if row is None else _employer(row)


def _employer(row: RowMapping) -> Employer:
    return Employer(
        employer_id=row["employer_id"],
        fein=row["fein"],
        name=row["name"],
        ach_company_ids=tuple(sorted(row["ach_company_ids"] or ())),
        contact_email=row["contact_email"],
        address_line1=row["address_line1"],
        city=row["city"],
        state=row["state"],
        zip_code=row["zip_code"],
        version=row["version"],
    )
