"""What a participant, a case and an order must be to be taken over. Each rule names its field."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from case_service.domain.model import (
    Address,
    BankAccount,
    Case,
    Obligation,
    Order,
    Participant,
    Violation,
)
from case_service.domain.numbers import CASE_NUMBER_DIGITS, is_participant_number

SSN_DIGITS = 9
ROUTING_DIGITS = 9
ROUTING_WEIGHTS = (3, 7, 1)
ACCOUNT_MAX_CHARS = 17
LANGUAGES = ("en", "es")
MAX_MONTHLY_CENTS = 10_000_000
"""A hundred thousand dollars a month: above it somebody slipped with the decimal point."""


def participant_violations(p: Participant) -> Iterator[Violation]:
    """Yield what is wrong with a participant."""
    yield from _uuid("participant_id", p.participant_id)
    if p.participant_number and not is_participant_number(p.participant_number):
        yield Violation("participant_number", "ten digits, the last a Luhn check digit, or empty")
    if not p.last_name.strip():
        yield Violation("last_name", "must not be empty")
    if p.ssn and not (_digits(p.ssn, SSN_DIGITS) and p.ssn != "0" * SSN_DIGITS):
        yield Violation("ssn", "nine digits, not all zero, or empty when unknown")
    if p.language not in LANGUAGES:
        yield Violation("language", f"one of {', '.join(LANGUAGES)}")
    if p.email and not email_is_right(p.email):
        yield Violation("email", "an address of the form name@domain")
    if p.email_notices and not p.email:
        yield Violation("email_notices", "needs an e-mail address")
    if p.address is not None:
        yield from _address(p.address)
    if p.bank_account is not None:
        yield from _bank_account(p.bank_account)


def email_is_right(email: str) -> bool:
    """Tell whether something can be an e-mail address."""
    return re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email) is not None


def case_violations(case: Case) -> Iterator[Violation]:
    """Yield what is wrong with a case and its orders."""
    yield from _uuid("case_id", case.case_id)
    if not _digits(case.case_number, CASE_NUMBER_DIGITS):
        yield Violation("case_number", f"{CASE_NUMBER_DIGITS} digits")
    if not case.case_type:
        yield Violation("case_type", "must be said: IV-D or non-IV-D")
    if not case.assistance_status:
        yield Violation("assistance_status", "must be said: never, current or former")
    if case.unreimbursed_assistance_cents < 0:
        yield Violation("unreimbursed_assistance_cents", "must not be negative")
    yield from _uuid("obligor_id", case.obligor_id)
    yield from _uuid("obligee_id", case.obligee_id)
    if case.obligor_id == case.obligee_id:
        yield Violation("obligee_id", "must differ from obligor_id: nobody owes support to himself")
    for n, order in enumerate(case.orders):
        yield from _order(f"orders[{n}]", order)


def repeated_ids(field: str, ids: Sequence[str]) -> Iterator[Violation]:
    """Yield the ids that stand twice in one message."""
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            yield Violation(field, f"{one} stands twice in one message")
        seen.add(one)


def missing_parties(case: Case, known: Mapping[str, object]) -> Iterator[Violation]:
    """Yield the parties of a case that nobody has recorded."""
    named = [("obligor_id", case.obligor_id), ("obligee_id", case.obligee_id)]
    named += [
        (f"members[{n}].participant_id", m.participant_id) for n, m in enumerate(case.members)
    ]
    for field, party in named:
        if party not in known:
            yield Violation(field, f"participant {party} is not recorded; send participants first")


def participant_worked_here(
    p: Participant, *, worked_here: bool, protected: bool
) -> Iterator[Violation]:
    """Yield the import of a participant that would undo what was done here since."""
    if worked_here:
        yield Violation("participant_id", "is worked here by now; change it by UpdateParticipant")
    elif protected and not p.protected:
        yield Violation("protected", "is lifted by two people (LiftProtection), by no import")


def parties_of(case: Case) -> Iterator[str]:
    """Yield every participant that a case names."""
    yield case.obligor_id
    yield case.obligee_id
    yield from (member.participant_id for member in case.members)


def worked_here(case: Case, *, taken_over: bool) -> Iterator[Violation]:
    """Yield the import of a case that was changed here since: it would undo that work."""
    if not taken_over:
        yield Violation("case_id", "is worked here by now; change it by its own methods")


def changed_obligor(case: Case, obligor_id: str) -> Iterator[Violation]:
    """Yield a change of who owes: what was charged stands in the books of the one before."""
    if case.obligor_id != obligor_id:
        yield Violation("obligor_id", "cannot be changed; close the case and open another")


def of_other_cases(case: Case, owners: Mapping[str, str]) -> Iterator[Violation]:
    """Yield the orders and obligations whose id belongs to another case; `owners` by id."""
    for n, order in enumerate(case.orders):
        named = [(f"orders[{n}].order_id", order.order_id)]
        named += [
            (f"orders[{n}].obligations[{m}].obligation_id", o.obligation_id)
            for m, o in enumerate(order.obligations)
        ]
        for field, key in named:
            if owners.get(key, case.case_id) != case.case_id:
                yield Violation(field, f"{key} belongs to another case; give this one its own id")


def _order(path: str, order: Order) -> Iterator[Violation]:
    yield from _uuid(f"{path}.order_id", order.order_id)
    for n, obligation in enumerate(order.obligations):
        yield from _obligation(f"{path}.obligations[{n}]", obligation)


def _obligation(path: str, o: Obligation) -> Iterator[Violation]:
    yield from _uuid(f"{path}.obligation_id", o.obligation_id)
    if not o.support_type:
        yield Violation(f"{path}.support_type", "must be said")
    for name in ("monthly_amount_cents", "monthly_arrears_cents"):
        if not 0 <= getattr(o, name) <= MAX_MONTHLY_CENTS:
            yield Violation(f"{path}.{name}", f"0 to {MAX_MONTHLY_CENTS} cents")
    if o.effective_from is None:
        yield Violation(f"{path}.effective_from", "must be said")
    elif o.effective_to is not None and o.effective_to < o.effective_from:
        yield Violation(f"{path}.effective_to", "must not be before effective_from")
    yield from _terms(path, o)
    buckets = [a.bucket for a in o.opening_arrears]
    if len(set(buckets)) != len(buckets):
        yield Violation(f"{path}.opening_arrears", "each bucket once at the most")
    for n, arrears in enumerate(o.opening_arrears):
        if not arrears.bucket:
            yield Violation(f"{path}.opening_arrears[{n}].bucket", "must be said")
        if arrears.amount_cents <= 0:
            yield Violation(f"{path}.opening_arrears[{n}].amount_cents", "must be above zero")
        if arrears.as_of is None:
            yield Violation(f"{path}.opening_arrears[{n}].as_of", "must be said")


def _terms(path: str, o: Obligation) -> Iterator[Violation]:
    """Terms cover the days of their obligation, one after the other."""
    if not o.terms:
        return
    if o.terms[0].effective_from != o.effective_from:
        yield Violation(f"{path}.terms[0].effective_from", "the obligation's effective_from")
    if o.terms[-1].effective_to != o.effective_to:
        last = len(o.terms) - 1
        yield Violation(f"{path}.terms[{last}].effective_to", "the obligation's effective_to")
    for n, term in enumerate(o.terms):
        if not term.frequency:
            yield Violation(f"{path}.terms[{n}].frequency", "must be said")
        if not (0 <= term.monthly_cents <= MAX_MONTHLY_CENTS and term.amount_cents >= 0):
            yield Violation(f"{path}.terms[{n}].monthly_cents", f"0 to {MAX_MONTHLY_CENTS} cents")
        ends = term.effective_to or date.max
        following = o.terms[n + 1].effective_from if n + 1 < len(o.terms) else None
        if ends < term.effective_from or (following and following - timedelta(days=1) != ends):
            yield Violation(f"{path}.terms[{n}].effective_to", "the day before the next begins")


def _address(a: Address) -> Iterator[Violation]:
    for name in ("line1", "city"):
        if not getattr(a, name).strip():
            yield Violation(f"address.{name}", "must not be empty")
    if not re.fullmatch(r"[A-Z]{2}", a.state):
        yield Violation("address.state", "two capital letters")
    if not (_digits(a.zip_code, 5) or _digits(a.zip_code, 9)):
        yield Violation("address.zip_code", "five or nine digits")


def _bank_account(b: BankAccount) -> Iterator[Violation]:
    """The routing number's check digit: weights 3, 7, 1; the sum divides by 10 (Nacha)."""
    if not _digits(b.routing_number, ROUTING_DIGITS):
        yield Violation("bank_account.routing_number", "nine digits")
    elif sum(int(d) * ROUTING_WEIGHTS[i % 3] for i, d in enumerate(b.routing_number)) % 10:
        yield Violation("bank_account.routing_number", "nine digits, the last a right check digit")
    if not re.fullmatch(rf"[A-Za-z0-9-]{{1,{ACCOUNT_MAX_CHARS}}}", b.account_number):
        yield Violation(
            "bank_account.account_number", f"1 to {ACCOUNT_MAX_CHARS} letters, digits or hyphens"
        )


def _digits(value: str, count: int) -> bool:
    return len(value) == count and value.isascii() and value.isdigit()


def _uuid(field: str, value: str) -> Iterator[Violation]:
    if not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value):
        yield Violation(field, "a UUID in lower case")
