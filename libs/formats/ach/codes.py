"""Codes and check digits of the Nacha file structure."""

from functools import lru_cache

CREDITS_AND_DEBITS = "200"
CREDITS_ONLY = "220"
DEBITS_ONLY = "225"
SERVICE_CLASSES = frozenset({CREDITS_AND_DEBITS, CREDITS_ONLY, DEBITS_ONLY})

CCD = "CCD"
CTX = "CTX"
PPD = "PPD"
STANDARD_ENTRY_CLASSES = frozenset({CCD, CTX, PPD})

CHECKING_CREDIT = "22"
CHECKING_PRENOTE = "23"
CHECKING_ZERO_DOLLAR = "24"
SAVINGS_CREDIT = "32"
SAVINGS_PRENOTE = "33"
SAVINGS_ZERO_DOLLAR = "34"
PRENOTES = frozenset({CHECKING_PRENOTE, SAVINGS_PRENOTE})
ZERO_DOLLAR = frozenset({CHECKING_ZERO_DOLLAR, SAVINGS_ZERO_DOLLAR})
WITHOUT_AMOUNT = PRENOTES | ZERO_DOLLAR
SUPPORTED_TRANSACTION_CODES = WITHOUT_AMOUNT | {CHECKING_CREDIT, SAVINGS_CREDIT}
"""The credits of live, prenote and zero-dollar entries. A disbursement unit is sent nothing else
and sends nothing else; a debit, a loan or a ledger code is a problem of its entry."""

PAYMENT_ADDENDA_TYPE = "05"
CHANGE_ADDENDA_TYPE = "98"
RETURN_ADDENDA_TYPE = "99"
RETURN_OR_CHANGE_OF_CREDITS = frozenset({"21", "31"})
"""What comes back of credits and prenotes to checking (22 to 24) and savings (32 to 34)."""
ADDENDA_MAX = {CCD: 1, PPD: 1, CTX: 9_999}

HASH_MODULUS = 10**10
"""The entry hash has ten digits; what overflows on the left is dropped."""

_DEBIT_SECOND_DIGITS = frozenset("6789")
_CHECK_WEIGHTS = (3, 7, 1, 3, 7, 1, 3, 7)
_ROUTING_NUMBER_DIGITS = 9


def is_debit(transaction_code: str) -> bool:
    """Whether a code counts into the debit total: its second digit is 6 to 9.

    Holds for every code but 55, reversal of a loan credit, which is a debit too.
    """
    return transaction_code[1] in _DEBIT_SECOND_DIGITS or transaction_code == "55"


def check_digit(routing: str) -> str:
    """Return the ninth digit for the first eight `routing` digits (weights 3, 7, 1)."""
    weighted = sum(int(c) * weight for c, weight in zip(routing, _CHECK_WEIGHTS, strict=True))
    return str(-weighted % 10)


@lru_cache(maxsize=65_536)
def routing_number_holds(routing_number: str) -> bool:
    """Whether `routing_number` is nine digits whose last is the right check digit."""
    return (
        len(routing_number) == _ROUTING_NUMBER_DIGITS
        and routing_number.isascii()
        and routing_number.isdigit()
        and check_digit(routing_number[:-1]) == routing_number[-1]
    )
