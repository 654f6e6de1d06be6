"""Paying another caretaker than the obligee, on proof of where the child lives.

Rules `support.redirect_…` (Kentucky: IRG Q4.6 and 4.7). One worker asks, another decides. What is
owed to the obligee and not paid yet goes to the caretaker with the next run, by an entry that moves
it from one to the other; what was paid stays paid.
"""

from datetime import date, timedelta

from chassis.errors import PlatformError, invalid_field, not_found
from chassis.ids import new_id
from chassis.runtime import Work
from childsupport.common.v1.errors_pb2 import ErrorReason
from payments_service.actions import payment_notices
from payments_service.actions.payment_notices import Told
from payments_service.domain.bookkeeping import Account, Book, Entry, EntryKind, Line, fact_id
from payments_service.store import ledger, payees
from payments_service.store.payees import Moved, Redirect
from policy import load

PROOF = "support.redirect_proof"
TWO_PEOPLE = "paying another caretaker takes two people: one asks, another decides"


def ask(
    work: Work,
    case_id: str,
    to_payee_id: str,
    days: tuple[date | None, date | None],
    proof: str,
    evidence_id: str,
) -> Redirect:
    """Ask to pay the support of a case to a caretaker, in `days` (None: from today; without end).

    Raises INVALID_FIELD for what is no proof, NOT_FOUND, and FAILED_PRECONDITION where another
    redirect of the case is asked for or in force.
    """
    today = work.clock.today()
    proofs = load(work.settings.jurisdiction).codes(PROOF, today)
    if proof not in proofs:
        raise invalid_field("proof", f"must be one of {', '.join(proofs)}; read {proof!r}")
    if not evidence_id.strip():
        raise invalid_field("evidence_id", "must name the document that proves it")
    first_day, last_day = days[0] or today, days[1]
    if last_day is not None and last_day < first_day:
        raise invalid_field("last_day", f"{last_day} is before the first day, {first_day}")
    case = payees.obligee_of(work.session, case_id)
    if case is None:
        raise not_found("case", case_id)
    if not payees.is_known(work.session, to_payee_id):
        raise not_found("participant", to_payee_id)
    if to_payee_id == case[0]:
        raise invalid_field("to_payee_id", "is the obligee of the case, who is paid already")
    if payees.lock_redirects_of_case(work.session, case_id):
        raise _refused("another redirect of the case is asked for or in force; end it first")
    redirect = Redirect(
        payee_id=case[0],
        redirect_id=new_id(work.clock.now()),
        case_id=case_id,
        to_payee_id=to_payee_id,
        first_day=first_day,
        last_day=last_day,
        proof=proof,
        evidence_id=evidence_id.strip(),
        state=payees.ASKED,
        asked_by=work.caller.person,
        asked_on=today,
        decided_by="",
        decided_on=None,
    )
    payees.add_redirect(work.session, redirect)
    return redirect


def decide(work: Work, redirect_id: str, *, agreed: bool) -> Redirect:
    """Put a redirect in force or refuse it, as the second of two people; both parties are told."""
    redirect = _locked(work, redirect_id, payees.ASKED)
    if redirect.asked_by == work.caller.person:
        raise _refused(TWO_PEOPLE)
    decided = redirect._replace(
        state=payees.IN_FORCE if agreed else payees.REFUSED,
        decided_by=work.caller.person,
        decided_on=work.clock.today(),
    )
    payees.write_redirect(work.session, decided)
    if agreed:
        _tell(work, decided, "redirect_away", "redirect_to_you")
    return decided


def end(work: Work, redirect_id: str) -> Redirect:
    """Pay the obligee again from today on."""
    redirect = _locked(work, redirect_id, payees.IN_FORCE)
    yesterday = work.clock.today() - timedelta(days=1)
    over = redirect._replace(state=payees.OVER, last_day=max(yesterday, redirect.first_day))
    payees.write_redirect(work.session, over)
    _tell(work, over, "redirect_back", "redirect_over")
    return over


def redirect_lane(work: Work, on: date, lane: int) -> None:
    """Give a locked lane's money to the caretakers that redirects in force name."""
    moved = payees.redirect_payables(work.session, on, lane)
    entries = [_entry(one, work.clock.today()) for one in moved]
    ledger.record(work.session, lane, entries, on=work.clock.today(), at=work.clock.now())


def _entry(moved: Moved, today: date) -> Entry:
    account, cents = Account.PAYABLE_FAMILY, moved.amount_cents
    lines = [
        Line(Book.CASH, account, None, None, None, moved.payee_id, cents),
        Line(Book.CASH, account, None, None, None, moved.to_payee_id, -cents),
    ]
    kind = EntryKind.REDIRECTED
    id_ = fact_id(kind.name, moved.receipt_id, str(moved.sequence), moved.redirect_id)
    return Entry(moved.obligor_id, id_, kind, moved.receipt_id, today, today, lines)


def _locked(work: Work, redirect_id: str, state: int) -> Redirect:
    redirect = payees.lock_redirect(work.session, redirect_id)
    if redirect is None:
        raise not_found("redirect", redirect_id)
    if redirect.state != state:
        raise _refused("the redirect does not stand so any more; read it again")
    return redirect


def _tell(work: Work, redirect: Redirect, to_obligee: str, to_caretaker: str) -> None:
    case = payees.obligee_of(work.session, redirect.case_id)
    of = (redirect.case_id, case[1]) if case else None
    payment_notices.tell(
        work,
        [
            Told(kind, who, redirect.redirect_id, of, {})
            for kind, who in (
                (to_obligee, redirect.payee_id),
                (to_caretaker, redirect.to_payee_id),
            )
        ],
    )


def _refused(detail: str) -> PlatformError:
    return PlatformError(ErrorReason.ERROR_REASON_FAILED_PRECONDITION, detail)
