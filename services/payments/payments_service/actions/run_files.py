"""The files of a disbursement run, a step each; the advice grows page by page with what is told."""

from collections.abc import Callable, Iterator
from datetime import date

from chassis.dates import from_date
from chassis.runtime import Work
from childsupport.payments.v1 import events_pb2 as events
from childsupport.payments.v1 import payments_service_pb2 as pb
from payments_service import messages
from payments_service.actions import outgoing_files
from payments_service.actions.gathering import effective_date
from payments_service.actions.payees import asks_for_prenotes
from payments_service.actions.state_file import state_payments
from payments_service.domain.model import Payee
from payments_service.settings import settings_of
from payments_service.store import disbursements, files, runs, special
from payments_service.store.disbursements import Paid
from payments_service.store.runs import Step
from policy import load

ADVICE = 1
TOLD_PAYMENTS = 1_000
PRENOTE_WAIT, PRENOTES_MAX = "disbursement.prenote_wait", 10_000
PEOPLE = (Payee.FAMILY, Payee.OBLIGOR)


def write_part(work: Work, step: Step) -> None:
    """Write one file of a run; of the advice, one page."""
    on, session, keys = step.business_date, work.session, work.keys
    if step.part == ADVICE:
        _tell_page(work, step)
        return
    name, chunks = _FILES[step.part](work, on)
    files.store(session, keys, name, on, chunks)
    runs.done(session, step, 0, work.clock.now())


def _direct_deposit(work: Work, on: date) -> tuple[str, Iterator[bytes]]:
    paid = disbursements.headers(work.session, on, disbursements.DIRECT_DEPOSIT)
    effective = effective_date(load(work.settings.jurisdiction), on)
    chunks = outgoing_files.direct_deposit(paid, on, effective, work.keys, settings_of(work))
    return outgoing_files.file_names(on).ach, chunks


def _checks(work: Work, on: date) -> tuple[str, Iterator[bytes]]:
    paid = disbursements.headers(work.session, on, disbursements.CHECK)
    chunks = outgoing_files.check_register(paid, on, work.keys, settings_of(work))
    return outgoing_files.file_names(on).checks, chunks


def _transfers(work: Work, on: date) -> tuple[str, Iterator[bytes]]:
    paid = disbursements.headers(work.session, on, disbursements.TRANSFER)
    return outgoing_files.file_names(on).transfers, outgoing_files.transfers(paid, on)


def _cards(work: Work, on: date) -> tuple[str, Iterator[bytes]]:
    paid = disbursements.headers(work.session, on, disbursements.CARD)
    return outgoing_files.file_names(on).cards, outgoing_files.debit_cards(paid, on, work.keys)


def _positive_pay(work: Work, on: date) -> tuple[str, Iterator[bytes]]:
    paid = disbursements.headers(work.session, on, disbursements.CHECK)
    voided = special.take_voided(work.session, on)
    chunks = outgoing_files.positive_pay(paid, voided, on, settings_of(work))
    return outgoing_files.file_names(on).positive_pay, chunks


def _prenotes(work: Work, on: date) -> tuple[str, Iterator[bytes]]:
    name, policy = outgoing_files.file_names(on).prenotes, load(work.settings.jurisdiction)
    if not asks_for_prenotes(policy, on):
        return name, iter(())
    effective = effective_date(policy, on)
    usable_on = policy.due_date(PRENOTE_WAIT, effective)
    odfi = settings_of(work).bank_routing_number[: outgoing_files.ODFI_DIGITS]
    accounts = special.take_new_accounts(work.session, on, usable_on, odfi, PRENOTES_MAX)
    return name, outgoing_files.prenotes(accounts, on, effective, work.keys, settings_of(work))


def _states(work: Work, on: date) -> tuple[str, Iterator[bytes]]:
    paid = list(disbursements.headers(work.session, on, disbursements.STATE_EFT))
    parts = special.state_parts(work.session, on) if paid else {}
    days = (on, effective_date(load(work.settings.jurisdiction), on))
    chunks = state_payments(paid, parts, days, work.keys, settings_of(work))
    return outgoing_files.file_names(on).states, chunks


_FILES: dict[int, Callable[[Work, date], tuple[str, Iterator[bytes]]]] = {
    2: _direct_deposit,
    3: _checks,
    4: _transfers,
    5: _cards,
    6: _states,
    7: _positive_pay,
    8: _prenotes,
}
PARTS = (ADVICE, *_FILES)


def _tell_page(work: Work, step: Step) -> None:
    """Tell what was paid, and add it to the remittance advice."""
    on, session, keys = step.business_date, work.session, work.keys
    name = outgoing_files.file_names(on).advice
    page = disbursements.page_of_run(session, on, step.after, TOLD_PAYMENTS)
    if not page:
        files.complete(session, keys, name, on)
        runs.done(session, step, 0, work.clock.now())
        return
    told = [_issued(paid, on) for paid in page if paid.header.amount_cents]
    if told:
        work.emit(events.DisbursementsIssued(disbursements=told), subject=f"run/{on.isoformat()}")
    lines = b"".join(outgoing_files.advice(paid) for paid in page)
    files.append(session, keys, name, step.items + 1, lines)
    runs.move_on(session, step, disbursements.place_of(page[-1].header), 1)


def _issued(paid: Paid, on: date) -> events.IssuedDisbursement:
    header, family = paid.header, paid.header.payee_kind == Payee.FAMILY
    return events.IssuedDisbursement(
        disbursement=pb.Disbursement(
            disbursement_id=header.disbursement_id,
            business_date=from_date(on),
            payee_kind=header.payee_kind,  # type: ignore[arg-type]
            payee_id=header.payee_id if header.payee_kind in PEOPLE else "",
            method=header.method,  # type: ignore[arg-type]
            amount_cents=header.amount_cents,
            reference=header.reference,
            file_name=header.file_name,
        ),
        first_payment=header.first_payment and family,
        parts=[messages.paid_part(part, header.disbursement_id) for part in paid.parts],
    )
