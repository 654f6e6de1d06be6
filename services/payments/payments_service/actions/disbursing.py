"""Paying out: once a business date, with its files; holds for want of an address, and their end."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from chassis import outgoing
from chassis.dates import from_date
from chassis.runtime import Work
from childsupport.payments.v1 import events_pb2 as events
from childsupport.payments.v1 import payments_service_pb2 as pb
from payments_service import messages
from payments_service.actions import outgoing_files
from payments_service.domain.bookkeeping import (
    PAYABLE,
    Account,
    Entry,
    EntryKind,
    cash_lines,
    fact_id,
)
from payments_service.domain.lanes import LANES, lane_of
from payments_service.domain.model import Payee
from payments_service.settings import PaymentsSettings
from payments_service.store import disbursements, files, ledger
from payments_service.store.disbursements import Header, HeldPart, PaidPart
from policy import load

PAGE = 1_000
FOLDER = "disbursements"
CALENDAR = "federal_reserve"


def disburse(work: Work, business_date: date) -> Mapping[str, int | str]:
    """Pay out what is owed onward and has settled by a business date, once for the date.

    Files are stored with the books; the timer `write_files` brings them to disk. Raises ValueError
    for a day that has not come, or on which the Federal Reserve does not settle.
    """
    _check_day(work, business_date)
    if disbursements.begin_run(work.session, business_date, work.clock.now()):
        _run(work, business_date)
    run, names = disbursements.get_run(work.session, business_date)
    return {
        "disbursements": run.disbursements,
        "amount_cents": run.amount_cents,
        "held_parts": run.held_parts,
        "late_parts": run.late_parts,
        "files": ",".join(names),
    }


def _check_day(work: Work, business_date: date) -> None:
    today = work.clock.today()
    if business_date > today:
        message = f"disburse {business_date}: today is {today}, and no day is paid out before it"
        raise ValueError(message)
    if not load(work.settings.jurisdiction).calendar(CALENDAR).is_business_day(business_date):
        message = f"disburse {business_date}: payments go out on Federal Reserve business days only"
        raise ValueError(message)


def _run(work: Work, business_date: date) -> None:
    settings = work.settings
    if not isinstance(settings, PaymentsSettings):
        raise TypeError("the payments service runs with PaymentsSettings")
    session, names = work.session, outgoing_files.file_names(business_date)
    policy = load(settings.jurisdiction)
    effective = policy.calendar(CALENDAR).add_business_days(
        business_date, policy.days("disbursement.ach_lead", business_date)
    )
    ledger.lock_lanes(session)
    held_parts = _hold_unpayable(work, business_date)
    disbursements.cut(session, business_date, settings.bank_routing_number[:8], names)
    for lane in range(LANES):
        entries = (
            _paid_entry(row, business_date, effective)
            for row in disbursements.obligor_sums(session, business_date, lane)
        )
        for page in messages.pages(entries):
            ledger.record(session, lane, page, on=work.clock.today(), at=work.clock.now())
    keys = work.keys
    deposits = disbursements.headers(session, business_date, disbursements.DIRECT_DEPOSIT)
    checks = disbursements.headers(session, business_date, disbursements.CHECK)
    moved = disbursements.headers(session, business_date, disbursements.TRANSFER)
    for name, chunks in (
        (
            names.ach,
            outgoing_files.direct_deposit(deposits, business_date, effective, keys, settings),
        ),
        (names.checks, outgoing_files.check_register(checks, business_date, keys, settings)),
        (names.transfers, outgoing_files.transfers(moved, business_date)),
        (names.advice, _tell_issued(work, business_date)),
    ):
        files.store(session, keys, name, business_date, chunks)
    disbursements.finish_run(session, business_date, held_parts)


def _paid_entry(row: tuple[object, ...], business_date: date, effective: date) -> Entry:
    obligor_id, disbursement_id, payee_id, kind, cents = row
    account = PAYABLE[Payee(int(str(kind)))]
    payee = str(payee_id) if account == Account.PAYABLE_FAMILY else None
    return Entry(
        str(obligor_id),
        fact_id(EntryKind.DISBURSEMENT.name, str(disbursement_id), str(obligor_id)),
        EntryKind.DISBURSEMENT,
        str(disbursement_id),
        business_date,
        effective,
        cash_lines(account, Account.BANK, payee, int(str(cents))),
    )


def _hold_unpayable(work: Work, business_date: date) -> int:
    count = 0
    today, reason = work.clock.today(), messages.NO_PAYEE_ADDRESS
    while held := disbursements.hold_unpayable(work.session, business_date, reason, today, PAGE):
        count += len(held)
        record_moves(work, held, EntryKind.HOLD)
        told = [
            events.Hold(
                receipt_id=part.receipt_id,
                sequence=part.sequence,
                participant_id=part.payee_id,
                amount_cents=part.amount_cents,
                reason=reason,
                detail=messages.HOLD_DETAILS[reason],
            )
            for part in held
        ]
        work.emit(events.MoneyHeld(holds=told), subject=f"holds/{today.isoformat()}")
    return count


def record_moves(work: Work, parts: Iterable[HeldPart], kind: EntryKind) -> None:
    """Book parts from payable to held (HOLD), or back (RELEASE), lane by lane."""
    today = work.clock.today()
    debit, credit = Account.PAYABLE_FAMILY, Account.HELD
    if kind == EntryKind.RELEASE:
        debit, credit = credit, debit
    lanes: dict[int, list[Entry]] = {}
    for part in parts:
        key = (part.receipt_id, str(part.sequence), str(part.round))
        entry = Entry(
            part.obligor_id,
            fact_id(kind.name, *key),
            kind,
            part.receipt_id,
            today,
            today,
            cash_lines(debit, credit, part.payee_id, part.amount_cents),
        )
        lanes.setdefault(lane_of(part.obligor_id), []).append(entry)
    for lane, entries in sorted(lanes.items()):
        ledger.record(work.session, lane, entries, on=today, at=work.clock.now())


def _tell_issued(work: Work, business_date: date) -> Iterator[bytes]:
    """Emit what was paid, in pages, and yield the remittance advice of the same payees."""
    for page in messages.pages(disbursements.with_parts(work.session, business_date)):
        told = [_issued(header, parts, business_date) for header, parts in page]
        subject = f"run/{business_date.isoformat()}"
        work.emit(events.DisbursementsIssued(disbursements=told), subject=subject)
        for header, parts in page:
            yield outgoing_files.advice(header, parts)


def _issued(header: Header, parts: list[PaidPart], on: date) -> events.IssuedDisbursement:
    return events.IssuedDisbursement(
        disbursement=pb.Disbursement(
            disbursement_id=header.disbursement_id,
            business_date=from_date(on),
            payee_kind=header.payee_kind,  # type: ignore[arg-type]
            payee_id=header.payee_id if header.payee_kind == Payee.FAMILY else "",
            method=header.method,  # type: ignore[arg-type]
            amount_cents=header.amount_cents,
            reference=header.reference,
            file_name=header.file_name,
        ),
        first_payment=header.first_payment and header.payee_kind == Payee.FAMILY,
        parts=[messages.paid_part(part, header.disbursement_id) for part in parts],
    )


def release_holds(work: Work) -> bool:
    """Make payable again what was held for want of an address, once there is one."""
    session, reason = work.session, messages.NO_PAYEE_ADDRESS
    lane = disbursements.take_lane_to_release(session, reason)
    if lane is None:
        return False
    today = work.clock.today()
    freed = disbursements.release_payable(session, lane, reason, today, PAGE)
    record_moves(work, freed, EntryKind.RELEASE)
    return bool(freed)


def write_files(work: Work) -> bool:
    """Bring one stored file to disk: beside its place first, then renamed into it."""
    name = files.take_unwritten(work.session)
    if name is None:
        return False
    folder = work.settings.data_dir / FOLDER
    outgoing.write_file(folder, name, files.content(work.session, work.keys, name))
    files.mark_written(work.session, name, work.clock.now())
    return True
