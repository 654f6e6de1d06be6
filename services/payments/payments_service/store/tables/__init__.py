"""The tables, a module for each room.

Ledger tables carry `obligor_id` in every key, disbursement tables `payee_id`. Codes are those of
the contract and of payments_service.domain, as smallint.
"""

from payments_service.store.tables.base import metadata
from payments_service.store.tables.disbursements import (
    disbursement,
    disbursement_part,
    disbursement_run,
    file_,
    file_part,
    hold,
    number_sequence,
    payable,
)
from payments_service.store.tables.ledger import (
    allocation,
    applied_rule,
    arrears_paid,
    balance,
    batch,
    entry,
    fund,
    lane,
    line,
    standing,
    total,
)
from payments_service.store.tables.paying import (
    agency,
    bank_item,
    came_back,
    disbursement_step,
    payee_account,
    payee_card,
    payee_hold,
    recoupment,
    redirect,
    to_pay,
)
from payments_service.store.tables.projections import (
    case_,
    obligation,
    participant,
)
from payments_service.store.tables.receipts import (
    identification,
    receipt,
    submission,
    submission_page,
    suspended,
    to_open,
    waiting,
)

__all__ = [
    "agency",
    "allocation",
    "applied_rule",
    "arrears_paid",
    "balance",
    "bank_item",
    "batch",
    "came_back",
    "case_",
    "disbursement",
    "disbursement_part",
    "disbursement_run",
    "disbursement_step",
    "entry",
    "file_",
    "file_part",
    "fund",
    "hold",
    "identification",
    "lane",
    "line",
    "metadata",
    "number_sequence",
    "obligation",
    "participant",
    "payable",
    "payee_account",
    "payee_card",
    "payee_hold",
    "receipt",
    "recoupment",
    "redirect",
    "standing",
    "submission",
    "submission_page",
    "suspended",
    "to_open",
    "to_pay",
    "total",
    "waiting",
]
