"""A lane's share of a disbursement run: what cannot go out is held, the rest leaves the ledger."""

from collections.abc import Sequence
from datetime import date
from itertools import chain, groupby
from operator import itemgetter

from chassis.runtime import Work
from childsupport.payments.v1 import events_pb2 as events
from payments_service import messages
from payments_service.actions import recouping, redirecting
from payments_service.actions.payees import asks_for_prenotes, holder
from payments_service.domain.bookkeeping import (
    PAYABLE,
    Account,
    Entry,
    EntryKind,
    Line,
    cash_lines,
    fact_id,
)
from payments_service.domain.model import Payee
from payments_service.store import ledger, payable
from payments_service.store.payable import Gathered, HeldBack, HeldPart, Lane
from policy import Policy, load

PAGE = 1_000
ACH_LEAD = "disbursement.ach_lead"
CALENDAR = "federal_reserve"


def effective_date(policy: Policy, business_date: date) -> date:
    """Return the day on which the ACH entries of a business date settle."""
    lead = policy.days(ACH_LEAD, business_date)
    return policy.calendar(CALENDAR).add_business_days(business_date, lead)


def gather_lane(work: Work, business_date: date, number: int) -> int:
    """Take a lane's settled money out of what is owed onward; returns how many parts are held."""
    policy = load(work.settings.jurisdiction)
    ledger.lock_lane(work.session, number)
    lane = Lane(business_date, number, asks_for_prenotes(policy, business_date))
    redirecting.redirect_lane(work, business_date, number)
    held = _hold_unpayable(work, lane)
    effective = effective_date(policy, business_date)
    gathered = payable.gather(work.session, lane)
    left, kept_back = recouping.recoup(work, gathered, business_date, number)
    paid = (
        entry
        for _, payment in groupby(left, itemgetter(0, 1))
        for entry in paid_entries(list(payment), business_date, effective)
    )
    for page in messages.pages(chain(kept_back, paid), PAGE):
        ledger.record(work.session, number, page, on=work.clock.today(), at=work.clock.now())
    return held


def paid_entries(gathered: Sequence[Gathered], business_date: date, effective: date) -> list[Entry]:
    """Return what leaves the bank for a payee out of an obligor's money, by kind of payee given."""
    first = gathered[0]
    paid: dict[EntryKind, list[Line]] = {EntryKind.DISBURSEMENT: [], EntryKind.REISSUED: []}
    for one in gathered:
        kind = Payee(one.payee_kind)
        payee = holder(kind, one.payee_id)
        if one.parts_cents:
            paid[EntryKind.DISBURSEMENT] += cash_lines(
                PAYABLE[kind], Account.BANK, payee, one.parts_cents
            )
        if one.reissued_cents:
            paid[EntryKind.REISSUED] += cash_lines(
                Account.RETURNED, Account.BANK, payee, one.reissued_cents
            )
    return [
        Entry(
            first.obligor_id,
            fact_id(kind.name, first.disbursement_id, first.obligor_id),
            kind,
            first.disbursement_id,
            business_date,
            effective,
            lines,
        )
        for kind, lines in paid.items()
        if lines
    ]


def _hold_unpayable(work: Work, lane: Lane) -> int:
    count, today = 0, work.clock.today()
    while held := payable.hold_unpayable(
        work.session, lane, messages.NO_PAYEE_ADDRESS, today, PAGE
    ):
        count += len(held)
        entries = [_held_entry(EntryKind.HOLD, back.part, today) for back in held]
        ledger.record(work.session, lane.lane, entries, on=today, at=work.clock.now())
        _tell_held(work, held)
    return count


def _tell_held(work: Work, held: Sequence[HeldBack]) -> None:
    told = [
        events.Hold(
            receipt_id=part.receipt_id,
            sequence=part.sequence,
            participant_id=part.payee_id,
            amount_cents=part.amount_cents,
            reason=reason,
            detail=messages.HOLD_DETAILS.get(reason, messages.HELD_BY_OFFICE),
        )
        for part, reason in held
    ]
    work.emit(events.MoneyHeld(holds=told), subject=f"holds/{work.clock.today().isoformat()}")


def release_entries(freed: Sequence[HeldPart], today: date) -> list[Entry]:
    """Return the entries that make parts payable again."""
    return [_held_entry(EntryKind.RELEASE, part, today) for part in freed]


def _held_entry(kind: EntryKind, part: HeldPart, today: date) -> Entry:
    owed, payee = PAYABLE[Payee(part.payee_kind)], Payee(part.payee_kind)
    debit, credit = owed, Account.HELD
    if kind == EntryKind.RELEASE:
        debit, credit = credit, debit
    lines: list[Line] = cash_lines(debit, credit, holder(payee, part.payee_id), part.amount_cents)
    return Entry(
        part.obligor_id,
        fact_id(kind.name, part.receipt_id, str(part.sequence), str(part.round)),
        kind,
        part.receipt_id,
        today,
        today,
        lines,
    )
