"""Records beside those of the calls: whose federal tax information was shown to whom."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from chassis import tables

MAX_IDS = 50
SHOWN = "FEDERAL_TAX_INFORMATION_SHOWN"


def note(
    session: Session, *, at: datetime, caller: str, method: str, receipt_ids: Sequence[str]
) -> None:
    """Record that the sources of receipts were shown, up to 50 in a record."""
    for start in range(0, len(receipt_ids), MAX_IDS):
        record = {
            "at": at,
            "caller": caller,
            "method": method,
            "request_id": "",
            "subject": {"receipt_id": list(receipt_ids[start : start + MAX_IDS])},
            "outcome": SHOWN,
        }
        session.execute(insert(tables.audit), record)
