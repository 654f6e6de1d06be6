"""Events in. Projections are kept; receipts are only staged here, timers.py posts them."""

from datetime import date, timedelta

import structlog

from chassis.dates import to_date
from chassis.errors import invalid_field
from chassis.runtime import Work
from chassis.service import Handler
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1.events_pb2 import CasesChanged, ParticipantPayment, ParticipantsChanged
from childsupport.withholding.v1.events_pb2 import (
    RemittanceLine,
    RemittancesIdentified,
    RemittancesReleased,
)
from payments_service.actions import identifying
from payments_service.actions.noticing import notice_changes
from payments_service.actions.ways import NO_WAY, way_of
from payments_service.domain.collection_date import BASIS, collection_date
from payments_service.domain.lanes import lane_of
from payments_service.domain.model import month_of
from payments_service.store import allocations, books, projections, receipts
from payments_service.store.allocations import CHECKSUM_CHARS
from payments_service.store.projections import ParticipantRow
from policy import Policy, load

log = structlog.get_logger()

SEVERAL_TERMS = 2
MONTHLY = (case_pb.FREQUENCY_UNSPECIFIED, case_pb.FREQUENCY_MONTHLY)
ORDERED_HERE = ("recorded", "modified")
"""Causes of a span of days with which an obligation begins (a modification can add one)."""


def on_cases_changed(message: CasesChanged, work: Work) -> None:
    """Keep cases and obligations, end what is no longer ordered; queue obligors to be opened."""
    newest: dict[str, case_pb.Case] = {}
    for case in message.cases:
        if case.case_id not in newest or newest[case.case_id].version < case.version:
            newest[case.case_id] = case
    before = books.known(work.session, list(newest))
    newer = set(projections.save_cases(work.session, [_case_row(case) for case in newest.values()]))
    learnt = month_of(work.clock.today())
    identifying.keep_cases(work, [case for case in newest.values() if case.case_id in newer])
    ordered = _ordered_from(message)
    rows: list[dict[str, object]] = []
    for case in newest.values():
        if case.case_id not in newer:
            continue
        for order in case.orders:
            for obligation in order.obligations:
                row = _obligation_row(case, order.order_id, obligation)
                first = ordered.get(obligation.obligation_id, learnt)
                rows.append(row | {"learnt_month": min(learnt, first)})
    projections.save_obligations(work.session, rows)
    yesterday = work.clock.today() - timedelta(days=1)
    projections.end_obligations(work.session, sorted(newer), yesterday)
    notice_changes(work, before, sorted(newer))
    obligors = {str(row["obligor_id"]) for row in rows}
    projections.queue_openings(work.session, [(lane_of(id_), id_) for id_ in obligors])


def on_participants_changed(message: ParticipantsChanged, work: Work) -> None:
    """Keep how people are paid: opened with our key, kept encrypted with the column's."""
    newest: dict[str, ParticipantRow] = {}
    numbers: dict[str, tuple[int, str]] = {}
    for person in message.participants:
        known = newest.get(person.participant_id)
        if known is not None and known.version >= person.version:
            continue
        name = f"{person.first_name} {person.last_name}".strip()
        way = NO_WAY
        opened = work.keys.open(person.payment_for_payments)
        if opened is not None:
            payment = ParticipantPayment.FromString(opened)
            way = way_of(payment, work.keys)
            numbers[person.participant_id] = (person.version, payment.ssn)
        newest[person.participant_id] = ParticipantRow(
            person.participant_id, person.version, name, *way
        )
    projections.save_participants(work.session, list(newest.values()))
    identifying.keep_numbers(work, numbers)


def on_remittances_released(message: RemittancesReleased, work: Work) -> None:
    """Stage a page of receipts. Raises an error naming the line for what no receipt can be."""
    settled = to_date(message.settlement_date, "settlement_date")
    if settled is None:
        raise invalid_field("settlement_date", "must be the day that the money is settled")
    policy = load(work.settings.jurisdiction)
    due = policy.due_date("sdu.disburse", settled)
    rows = [_receipt_row(message, line, policy) for line in message.lines]
    page = receipts.Page(
        submission_id=message.submission_id,
        employer_id=message.employer_id,
        employer_name=message.employer_name,
        page_number=message.page_number,
        page_count=message.page_count,
        file_amount_cents=message.file_amount_cents,
        file_line_count=message.file_line_count,
        amount_cents=sum(line.amount_cents for line in message.lines),
        line_count=len(message.lines),
    )
    staged = [(*row[:9], settled, row[9], due, *row[10:]) for row in rows]
    flaw = receipts.stage_page(work.session, page, staged, work.clock.now())
    if flaw:
        log.error("file flagged, nothing of it is posted", submission=page.submission_id, flaw=flaw)
        return
    dated_by = [policy.rule(rule_id, settled) for rule_id in (BASIS, "sdu.disburse")]
    allocations.note_rules(work.session, {r.checksum[:CHECKSUM_CHARS]: r for r in dated_by})


def on_remittances_identified(message: RemittancesIdentified, work: Work) -> None:
    """Keep whom lines belong to; also when a line's own page is not here yet."""
    receipts.keep_identifications(
        work.session,
        [(item.receipt_id, item.obligor_id, item.case_id or None) for item in message.remittances],
        work.clock.now(),
    )


def _case_row(case: case_pb.Case) -> dict[str, object]:
    iv_d = case.case_type != case_pb.CASE_TYPE_NON_IV_D
    if iv_d and case.assistance_status == case_pb.ASSISTANCE_STATUS_UNSPECIFIED:
        raise invalid_field(
            "cases.assistance_status", f"must be set for the IV-D case {case.case_number}"
        )
    return {
        "case_id": case.case_id,
        "version": case.version,
        "case_number": case.case_number,
        "iv_d": iv_d,
        "assistance": case.assistance_status or case_pb.ASSISTANCE_STATUS_NEVER,
        "assistance_since": to_date(case.assistance_since, "cases.assistance_since"),
        "assistance_cents": case.unreimbursed_assistance_cents,
        "obligor_id": case.obligor_id,
        "obligee_id": case.obligee_id,
        "periods": _periods(case),
        "initiating_fips": case.initiating_fips,
        "children": sum(member.role == case_pb.CASE_ROLE_CHILD for member in case.members),
    }


def _periods(case: case_pb.Case) -> list[list[object]]:
    """Return the months with assistance as they are kept."""
    rows: list[list[object]] = []
    for period in case.assistance:
        first = to_date(period.first_month, "assistance.first_month")
        if first is None or not period.program:
            raise invalid_field("assistance", f"{case.case_number}: needs first_month and program")
        last = to_date(period.last_month, "assistance.last_month")
        rows.append(
            [
                int(period.program),
                first.isoformat(),
                last.isoformat() if last else None,
                period.paid_cents,
                period.child_id,
            ]
        )
    return rows


def _ordered_from(message: CasesChanged) -> dict[str, date]:
    """Return the first month of obligations that were recorded here, not taken over.

    Of these no other system has charged the months before we hear of them.
    """
    found: dict[str, date] = {}
    for span in message.touched:
        first = to_date(span.first_day, "touched.first_day")
        if span.obligation_id and span.cause in ORDERED_HERE and first is not None:
            found[span.obligation_id] = month_of(first)
    return found


def _obligation_row(
    case: case_pb.Case, order_id: str, obligation: case_pb.Obligation
) -> dict[str, object]:
    starts = to_date(obligation.effective_from, "obligations.effective_from")
    if starts is None or not obligation.support_type:
        raise invalid_field(
            "obligations", f"{obligation.obligation_id} needs effective_from and support_type"
        )
    opening = []
    for arrears in obligation.opening_arrears:
        as_of = to_date(arrears.as_of, "opening_arrears.as_of")
        if as_of is None or not arrears.bucket or arrears.amount_cents < 0:
            raise invalid_field(
                "opening_arrears", "needs a bucket, a day and an amount that is not negative"
            )
        opening.append([int(arrears.bucket), arrears.amount_cents, as_of.isoformat()])
    return {
        "obligation_id": obligation.obligation_id,
        "version": case.version,
        "obligor_id": case.obligor_id,
        "case_id": case.case_id,
        "order_id": order_id,
        "support": obligation.support_type,
        "monthly_cents": obligation.monthly_amount_cents,
        "monthly_arrears_cents": obligation.monthly_arrears_cents,
        "effective_from": starts,
        "effective_to": to_date(obligation.effective_to, "obligations.effective_to"),
        "opening": opening,
        "terms": _terms(obligation),
        "child_id": obligation.child_id,
        "owed_to_fips": obligation.owed_to_fips,
        "judgments": _judgments(obligation),
    }


def _judgments(obligation: case_pb.Obligation) -> list[list[object]]:
    """Return the judgments that bear interest as they are kept."""
    rows: list[list[object]] = []
    for judgment in obligation.judgments:
        entered = to_date(judgment.entered_on, "judgments.entered_on")
        if entered is None:
            raise invalid_field("judgments", f"{obligation.obligation_id}: needs the day of entry")
        rows.append([judgment.amount_cents, entered.isoformat()])
    return rows


def _terms(obligation: case_pb.Obligation) -> list[list[object]]:
    """Return the terms as they are kept; none where one monthly amount holds all the time."""
    monthly = all(term.frequency in MONTHLY for term in obligation.terms)
    if monthly and len(obligation.terms) < SEVERAL_TERMS:
        return []
    rows: list[list[object]] = []
    for term in obligation.terms:
        first = to_date(term.effective_from, "terms.effective_from")
        if first is None:
            raise invalid_field("terms", f"{obligation.obligation_id}: each needs its first day")
        last = to_date(term.effective_to, "terms.effective_to")
        span = [first.isoformat(), last.isoformat() if last else None]
        frequency = term.frequency or case_pb.FREQUENCY_MONTHLY
        rows.append([*span, term.monthly_cents, term.amount_cents, int(frequency)])
    return rows


def _receipt_row(
    message: RemittancesReleased, line: RemittanceLine, policy: Policy
) -> tuple[object, ...]:
    if not 0 < line.amount_cents <= line.credited_cents:
        raise invalid_field(
            f"lines[{line.line_number}].credited_cents",
            f"{line.credited_cents} for {line.amount_cents} received: must be positive and no less",
        )
    settled = to_date(message.settlement_date, "settlement_date")
    if settled is None:
        raise invalid_field("settlement_date", "must be the day that the money is settled")
    paid = to_date(line.pay_date, f"lines[{line.line_number}].pay_date")
    collected, _ = collection_date(policy, settled, paid)
    obligor_id = None if line.reason else (line.obligor_id or None)
    return (
        line.receipt_id,
        message.submission_id,
        message.employer_id,
        line.line_number,
        line.sequence,
        line.trace_number,
        line.amount_cents,
        line.credited_cents,
        paid,
        collected,
        obligor_id,
        line.case_id or None,
        receipts.RECEIVED,
        int(line.reason),
        line.detail,
    )


HANDLERS = (
    Handler(CasesChanged, on_cases_changed),
    Handler(ParticipantsChanged, on_participants_changed),
    Handler(RemittancesReleased, on_remittances_released),
    Handler(RemittancesIdentified, on_remittances_identified),
)
