"""When the money of a batch is in the disbursement unit's account."""

from datetime import date

from formats.ach.layouts import BATCH_HEADER
from formats.ach.model import BatchHeader
from formats.dates import Days, format_yymmdd
from formats.problem import Problem
from policy import Calendar

_FIELD = "effective_entry_date"


def settlement_date(effective_entry_date: date | None, received_on: date, banks: Calendar) -> date:
    """Return the banking day that a batch settles on.

    ACH settles on the effective entry date, or on the next day that the Federal Reserve Banks are
    open; a batch that names no day settles with the next banking day after it was received. A day
    gone by stays as it is: that money is in the account.
    """
    return banks.add_business_days(effective_entry_date or received_on, 0)


def unbelievable_date(batch: BatchHeader, believed: Days) -> Problem | None:
    """Return what is wrong with an effective entry date outside of `believed`, if it is.

    Money is counted as collected on the day that it settles, so a mistyped year would be paid
    out to the wrong months.
    """
    day = batch.effective_entry_date
    if day is None or day in believed:
        return None
    return Problem(
        record_number=batch.record_number,
        record_type=BATCH_HEADER.name,
        field=_FIELD,
        columns=BATCH_HEADER[_FIELD].columns,
        read=format_yymmdd(day),
        expected=f"a day from {believed}",
        rule="a batch settles near the day that its file is received; its lines wait",
        severity="entry",
    )
