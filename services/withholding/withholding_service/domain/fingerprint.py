"""What makes two lines the same payment."""

import hashlib
from datetime import date

_DIGEST_BYTES = 16


def fingerprint(
    *,
    employer_id: str,
    company_id: str,
    trace_number: str,
    sequence: int,
    pay_date: date | None,
    identifier_key: str,
    amount_cents: int,
) -> bytes | None:
    """Return what a line is recognised by when it is sent again; None when it carries too little.

    Employer, its company, trace number, place in the entry, pay date, case and amount: equal pay of
    another pay day is no duplicate, and neither are two payments of one day in one file.
    """
    if pay_date is None or not identifier_key or amount_cents == 0:
        return None
    parts = (
        employer_id,
        company_id,
        trace_number,
        sequence,
        pay_date,
        identifier_key,
        amount_cents,
    )
    text = "\x1f".join(str(part) for part in parts)
    return hashlib.blake2b(text.encode(), digest_size=_DIGEST_BYTES).digest()
