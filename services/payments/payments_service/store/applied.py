"""The rules that postings stand on, by the checksums that were kept of them."""

from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from payments_service.store.reads import rules

_FIRST_POSTED = """
SELECT min(r.posting_date) FROM allocation a JOIN receipt r USING (receipt_id)
 WHERE a.steps::text LIKE '%"' || :checksum || '"%'
"""


def kept(session: Session) -> dict[str, str]:
    """Return the id of every rule that was ever applied, by its checksum."""
    return {checksum: row.rule_id for checksum, row in rules(session).items()}


def first_posted(session: Session, checksum: str) -> date | None:
    """Return the day of the first posting with a rule in its steps; reads all steps."""
    first: date | None = session.scalar(text(_FIRST_POSTED), {"checksum": checksum})
    return first
