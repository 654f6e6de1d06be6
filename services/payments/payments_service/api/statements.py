"""Statements of an account, for each audience, and the record of it for a court."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from chassis.dates import from_date, to_date
from chassis.errors import invalid_field, not_found
from chassis.grpc import paging
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.common.v1.explanation_pb2 import Audience as AudienceCode
from childsupport.payments.v1 import statement_service_pb2 as pb
from payments_service import statement_pdf
from payments_service.api import fti
from payments_service.api.fields import given_id
from payments_service.domain.lanes import lane_of
from payments_service.domain.model import month_of
from payments_service.domain.statements import (
    Moved,
    Movement,
    Owed,
    SupportLine,
    arrears_of,
    good_through,
    months,
    moved,
    netted,
    owed,
)
from payments_service.explaining import audience_of
from payments_service.statement_words import row_text, step
from payments_service.store import statements
from payments_service.store.statements import ObligationFacts, ReceiptFacts
from policy import Audience, Policy, dollars, load
from policy.calendars import add_months

PAYOFF_DAYS_MAX = 3_653


@dataclass(frozen=True, slots=True)
class _Account:
    """An obligor's support book, and which obligations of it are asked for."""

    obligor_id: str
    case_id: str
    obligee_id: str
    lines: Sequence[SupportLine]
    facts: Sequence[ObligationFacts]

    @property
    def ids(self) -> list[str]:
        return [fact.obligation_id for fact in self.facts]


class StatementReads:
    """Reads statements."""

    def GetAccountStatement(
        self, request: pb.GetAccountStatementRequest, work: Work
    ) -> pb.GetAccountStatementResponse:
        account = _account(work, request.subject)
        first = to_date(request.first_day, "first_day")
        last = to_date(request.last_day, "last_day") or work.clock.today()
        if first and first > last:
            raise invalid_field("last_day", f"must not be before first_day {first}; read {last}")
        rows = moved(account.lines, account.ids)
        opening = sum(row.cents for row in rows if first and row.effective < first)
        within = [r for r in rows if r.effective <= last and not (first and r.effective < first)]
        sums = {
            movement: sum(row.cents for row in within if row.movement == movement)
            for movement in Movement
        }
        standing = owed(account.lines, account.ids, last)
        closing = opening + sum(sums.values())
        policy = load(work.settings.jurisdiction)
        facts = {"opening_cents": opening} | {
            f"{movement.name.lower()}_cents": cents for movement, cents in sums.items()
        }
        said = (
            f"{dollars(closing)} is owed on {last}: {dollars(opening)} before"
            f" {first or 'the first entry'}, {dollars(sum(sums.values()))} since."
        )
        return pb.GetAccountStatementResponse(
            obligor_id=account.obligor_id,
            first_day=from_date(first),
            last_day=from_date(last),
            opening_cents=opening,
            movements=[
                pb.MovementSum(movement=int(movement), amount_cents=cents)  # type: ignore[arg-type]
                for movement, cents in sums.items()
                if cents
            ],
            closing_cents=closing,
            obligations=_obligations(account.facts, standing),
            sent_to_families_cents=statements.sent_to_families(
                work.session, account.obligor_id, first or date.min, last
            ),
            held=_held(work, account.obligor_id, request.audience),
            steps=[
                step(
                    policy,
                    "statement.balance",
                    last,
                    audience_of(request.audience),
                    said,
                    inputs=facts,
                    outputs={"closing_cents": closing},
                )
            ],
        )

    def ListPaymentHistory(
        self, request: pb.ListPaymentHistoryRequest, work: Work
    ) -> pb.ListPaymentHistoryResponse:
        account = _account(work, request.subject)
        first = _since(request, work)
        rows = moved(account.lines, account.ids)
        opening = sum(row.cents for row in rows if first and row.effective < first)
        shown = [row for row in rows if not (first and row.effective < first)]
        if not request.every_entry:
            shown = netted(shown)
        size = paging.page_size(request)
        listing = (
            f"history/{account.obligor_id}/{account.case_id}/{first}/{request.every_entry}"
            f"/{request.audience}"
        )
        token = paging.decode_token(work.keys, request.page_token, listing=listing)
        start = int(token or 0)
        page = shown[start : start + size]
        balance = opening + sum(row.cents for row in shown[:start])
        more = start + size < len(shown)
        return pb.ListPaymentHistoryResponse(
            rows=_history(page, balance, _sources(work, page, request.audience)),
            opening_cents=opening,
            first_day=from_date(first),
            next_page_token=paging.encode_token(
                work.keys, str(start + size) if more else "", listing=listing
            ),
        )

    def ListArrearsByMonth(
        self, request: pb.ListArrearsByMonthRequest, work: Work
    ) -> pb.ListArrearsByMonthResponse:
        account = _account(work, request.subject)
        last = to_date(request.last_month, "last_month") or work.clock.today()
        first = to_date(request.first_month, "first_month")
        try:
            found = months(account.lines, account.ids, last)
        except ValueError as error:
            raise invalid_field("last_month", str(error)) from None
        return pb.ListArrearsByMonthResponse(
            months=[
                pb.MonthRow(
                    month=from_date(row.month),
                    charged_cents=row.charged_cents,
                    paid_cents=row.paid_cents,
                    other_cents=row.other_cents,
                    current_cents=row.buckets.get(0, 0),
                    arrears=_buckets(row.buckets),
                    balance_cents=row.balance_cents,
                )
                for row in found
                if not (first and row.month < month_of(first))
            ]
        )

    def GetPayoff(self, request: pb.GetPayoffRequest, work: Work) -> pb.GetPayoffResponse:
        return payoff_of(work, request, audience_of(request.audience))

    def GetPaymentRecord(
        self, request: pb.GetPaymentRecordRequest, work: Work
    ) -> pb.GetPaymentRecordResponse:
        return record_of(work, request)


_NOBODY = "00000000-0000-0000-0000-000000000000"


def payoff_of(work: Work, request: pb.GetPayoffRequest, audience: Audience) -> pb.GetPayoffResponse:
    """Return what would pay an account off, in words for `audience`.

    Raises INVALID_FIELD for a day that is too far away.
    """
    account = _account(work, request.subject)
    today = work.clock.today()
    on = to_date(request.as_of, "as_of") or today
    if abs((on - today).days) > PAYOFF_DAYS_MAX:
        raise invalid_field("as_of", f"must be within ten years of today, {today}; read {on}")
    policy = load(work.settings.jurisdiction)
    standing = owed(account.lines, account.ids, on)
    # What is paid ahead on one obligation pays no debt of another one.
    payoff = sum(max(0, row.cents) for row in standing)
    through = good_through(on)
    interest = sum(
        row.cents
        for row in moved(account.lines, account.ids)
        if row.movement == Movement.INTEREST and row.effective <= on
    )
    return pb.GetPayoffResponse(
        payoff_cents=payoff,
        good_through=from_date(through),
        obligations=_obligations(account.facts, standing),
        interest_cents=interest,
        held=_held(work, account.obligor_id, request.audience),
        steps=[
            step(
                policy,
                "statement.payoff",
                on,
                audience,
                "",
                inputs={
                    "as_of": on.isoformat(),
                    **{row.obligation_id: f"{row.cents} cents" for row in standing},
                },
                outputs={"payoff_cents": payoff, "good_through": through.isoformat()},
            )
        ],
    )


def record_of(work: Work, request: pb.GetPaymentRecordRequest) -> pb.GetPaymentRecordResponse:
    """Return the record of an account as a document; sources are in none."""
    account = _account(work, request.subject)
    first = to_date(request.first_day, "first_day")
    rows = moved(account.lines, account.ids)
    shown = [row for row in rows if not (first and row.effective < first)]
    people = statements.names(work.session, [account.obligor_id, account.obligee_id or _NOBODY])
    today = work.clock.today()
    policy = load(work.settings.jurisdiction)
    record = statement_pdf.Record(
        case_number=request.subject.case_number,
        obligor_id=account.obligor_id,
        obligor_name=people.get(account.obligor_id, ""),
        obligee_name=people.get(account.obligee_id, ""),
        first=first,
        opening_cents=sum(row.cents for row in rows if first and row.effective < first),
        rows=shown if request.every_entry else netted(shown),
        every_entry=request.every_entry,
        facts=account.facts,
        standing=owed(account.lines, account.ids, today),
        head=statements.lane_head(work.session, lane_of(account.obligor_id)),
        citations=[
            (rule.id, rule.citation, rule.confidence.value)
            for rule in (
                policy.rule("statement.record", today),
                policy.rule("statement.balance", today),
            )
        ],
    )
    pdf, content_hash = statement_pdf.render(record, work.clock.now())
    name = request.subject.case_number or account.obligor_id
    return pb.GetPaymentRecordResponse(
        pdf=pdf, file_name=f"payment-record-{name}-{today}.pdf", content_hash=content_hash
    )


def _account(work: Work, subject: pb.StatementSubject) -> _Account:
    obligor_id = given_id(subject.obligor_id, "subject.obligor_id", required=False)
    case_id = obligee_id = ""
    if subject.case_number:
        case = statements.case_numbered(work.session, subject.case_number)
        if case is None or (obligor_id and case.obligor_id != obligor_id):
            raise not_found("case", subject.case_number)
        case_id, obligor_id, obligee_id = case.case_id, case.obligor_id, case.obligee_id
    if not obligor_id:
        raise invalid_field("subject.obligor_id", "set it or case_number")
    lines = statements.support_lines(work.session, obligor_id)
    facts = statements.obligations(work.session, obligor_id, case_id)
    if not case_id:
        # A debt stays on the books when its obligation is no longer told of.
        known = {fact.obligation_id for fact in facts}
        others = sorted({x.obligation_id for x in lines if x.obligation_id} - known)
        facts += [ObligationFacts(id_, "", "", 0, 0) for id_ in others]
    return _Account(obligor_id, case_id, obligee_id, lines, facts)


def _since(request: pb.ListPaymentHistoryRequest, work: Work) -> date | None:
    if request.all:
        return None
    if given := to_date(request.first_day, "first_day"):
        return given
    today = work.clock.today()
    policy: Policy = load(work.settings.jurisdiction)
    return add_months(month_of(today), -policy.count("statement.history_months", today))


def _sources(
    work: Work, rows: Sequence[Moved], audience: AudienceCode.ValueType
) -> dict[str, ReceiptFacts]:
    if not fti.may_see(work, audience):
        return {}
    found = statements.receipts(work.session, {row.about_id for row in rows if row.about_id})
    shown = [(receipt.receipt_id, receipt.source) for receipt in found.values()]
    fti.note_shown(work, "StatementReadService/ListPaymentHistory", shown)
    return found


def _history(
    rows: Sequence[Moved], balance: int, sources: dict[str, ReceiptFacts]
) -> list[pb.HistoryRow]:
    found = []
    for row in rows:
        balance += row.cents
        receipt = sources.get(row.about_id)
        source = receipt.source if receipt else 0
        found.append(
            pb.HistoryRow(
                effective_date=from_date(row.effective),
                posting_date=from_date(row.posted),
                movement=int(row.movement),  # type: ignore[arg-type]
                amount_cents=row.cents,
                balance_cents=balance,
                text=row_text(row, source),
                receipt_id=row.about_id,
                source=source,  # type: ignore[arg-type]
                month=from_date(row.month),
                entry_id=row.entry_id,
            )
        )
    return found


def _obligations(
    facts: Sequence[ObligationFacts], standing: Sequence[Owed]
) -> list[pb.ObligationStatement]:
    return [
        pb.ObligationStatement(
            obligation_id=fact.obligation_id,
            case_number=fact.case_number,
            support_type=fact.support,  # type: ignore[arg-type]
            owed_cents=row.cents,
            current_cents=row.buckets.get(0, 0),
            arrears=_buckets(row.buckets),
            ahead_cents=row.ahead_cents,
        )
        for fact, row in zip(facts, standing, strict=True)
    ]


def _buckets(buckets: dict[int, int]) -> list[pb.BucketSum]:
    return [
        pb.BucketSum(bucket=bucket, amount_cents=cents)  # type: ignore[arg-type]
        for bucket, cents in arrears_of(buckets).items()
    ]


def _held(work: Work, obligor_id: str, audience: AudienceCode.ValueType) -> list[pb.HeldSum]:
    found = statements.held(work.session, obligor_id)
    if fti.may_see(work, audience):
        return [pb.HeldSum(reason=reason, amount_cents=cents) for reason, cents in found]
    # A hold for a joint tax return tells of the refund by its name alone.
    sums: dict[str, int] = {}
    for reason, cents in found:
        told = fti.plain_reason(reason)
        sums[told] = sums.get(told, 0) + cents
    return [pb.HeldSum(reason=reason, amount_cents=cents) for reason, cents in sums.items()]


SERVICERS = (Servicer("childsupport.payments.v1.StatementReadService", StatementReads()),)
