"""The projection of employers: which there are."""

from collections.abc import Mapping

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from chassis.projections import take_newer
from identity_service.store.tables.core import employer


def take_over(session: Session, versions: Mapping[str, int]) -> None:
    """Record employers by id with their versions; an older version changes nothing."""
    rows = [{"employer_id": key, "version": version} for key, version in versions.items()]
    take_newer(session, employer, rows, returning=employer.c.employer_id)


def is_known(session: Session, employer_id: str) -> bool:
    """True when withholding has told of the employer."""
    found = session.execute(select(exists().where(employer.c.employer_id == employer_id)))
    return bool(found.scalar_one())
