"""What several actions ask of payees: whose account a payable is, what policy asks for."""

from datetime import date

from payments_service.domain.lanes import INSTITUTIONS
from payments_service.domain.model import Payee
from policy import Policy

PRENOTE, PRENOTES_FIRST = "disbursement.prenote", "first"
HOLD_REASONS = "disbursement.hold_reasons"


def asks_for_prenotes(policy: Policy, on: date) -> bool:
    """Return whether an account must have been tested before it is paid to."""
    return policy.code(PRENOTE, on) == PRENOTES_FIRST


def holder(kind: Payee, payee_id: str) -> str | None:
    """Return whom a payable account is kept for; institutions have none."""
    return None if payee_id in INSTITUTIONS.values() or kind == Payee.FEE else payee_id
