"""What is known of the local offices beyond their counties."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from case_service.domain.offices import Office, counties
from case_service.store.tables import office_setting

_SAID = ("phone", "street", "city", "zip_code", "hours", "worked_by", "email")


def read(session: Session) -> Mapping[str, tuple[Office, int]]:
    """Return every office with its version (0: nobody has said anything), by id."""
    said = {row.office_id: row for row in session.execute(select(office_setting))}
    return {
        fips: (
            Office(
                fips,
                county,
                *((getattr(row, name) for name in _SAID) if (row := said.get(fips)) else ()),
            ),
            said[fips].version if fips in said else 0,
        )
        for fips, county in counties().items()
    }


def rules(session: Session) -> Mapping[str, str]:
    """Return which office has handed its new cases to which other."""
    query = select(office_setting.c.office_id, office_setting.c.worked_by)
    rows = session.execute(query.where(office_setting.c.worked_by != ""))
    return {row.office_id: row.worked_by for row in rows}


def write(session: Session, office: Office, before: int, at: datetime) -> bool:
    """Write what an office says in the version after `before`; False: somebody was faster."""
    values = asdict(office) | {"version": before + 1, "updated_at": at}
    del values["county"]
    statement = insert(office_setting).values(values)
    statement = statement.on_conflict_do_update(
        index_elements=[office_setting.c.office_id],
        set_={c: statement.excluded[c] for c in values if c != "office_id"},
        where=office_setting.c.version == before,
    )
    written = session.execute(statement.returning(office_setting.c.office_id))
    return written.first() is not None
