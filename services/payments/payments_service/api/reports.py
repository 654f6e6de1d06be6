"""Reports of the disbursement unit, each with what is behind its figures."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from google.type.date_pb2 import Date

from chassis.dates import from_date, to_date
from chassis.digests import NO_ID
from chassis.errors import invalid_field
from chassis.grpc import paging
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.payments.v1 import report_service_pb2 as pb
from payments_service.domain import collections_report as quarter
from payments_service.domain.balancing import Balanced, DayTotals, balance_days
from payments_service.domain.timeliness import Judged, Outcome, judge
from payments_service.statement_words import step
from payments_service.store import reports
from payments_service.store.reports import Item, SentPart
from policy import Audience, Policy, load

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)
"""Days that a report can be of: rules are in force from the one, calendars end at the other."""
MAX_DAYS = 100
BASIS_POINTS = 10_000
TIMELINESS_RULES = (
    "sdu.disburse",
    "sdu.disburse_assistance_family",
    "sdu.forward",
    "sdu.foster_care_agency",
    "sdu.offset",
    "sdu.offset_after_appeal",
    "sdu.timeliness_clock",
)


class UnitReports:
    """Reads reports."""

    def GetTimeliness(
        self, request: pb.GetTimelinessRequest, work: Work
    ) -> pb.GetTimelinessResponse:
        first, last = _days(request)
        policy = load(work.settings.jurisdiction)
        parts: Counter[tuple[int, str, Outcome, str]] = Counter()
        cents: Counter[tuple[int, str, Outcome, str]] = Counter()
        for like, count, amount in reports.sent_sums(work.session, first, last):
            judged = judge(policy, like, last + timedelta(days=1))
            key = (like.payee, judged.rule_id, judged.outcome, judged.reason)
            parts[key] += count
            cents[key] += amount
        in_time, late = (
            sum(count for key, count in parts.items() if key[2] == outcome)
            for outcome in (Outcome.IN_TIME, Outcome.LATE)
        )
        counted = in_time + late
        return pb.GetTimelinessResponse(
            rows=[
                pb.TimelinessRow(
                    payee_kind=payee,  # type: ignore[arg-type]
                    rule_id=rule,
                    outcome=int(outcome),  # type: ignore[arg-type]
                    reason=reason,
                    part_count=parts[payee, rule, outcome, reason],
                    amount_cents=cents[payee, rule, outcome, reason],
                )
                for payee, rule, outcome, reason in sorted(parts)
            ],
            share_basis_points=in_time * BASIS_POINTS // counted if counted else None,
            steps=[
                step(
                    policy,
                    rule,
                    last,
                    Audience.AUDITOR,
                    policy.rule(rule, last).title,
                    inputs={"first_day": first.isoformat(), "last_day": last.isoformat()},
                    outputs={},
                )
                for rule in TIMELINESS_RULES
            ],
        )

    def ListTimelinessParts(
        self, request: pb.ListTimelinessPartsRequest, work: Work
    ) -> pb.ListTimelinessPartsResponse:
        first, last = _days(request)
        policy = load(work.settings.jurisdiction)
        size, listing = paging.page_size(request), f"timeliness/{first}/{last}/{request.outcome}"
        token = paging.decode_token(work.keys, request.page_token, listing=listing)
        obligor, receipt, sequence = token.split("/") if token else (NO_ID, NO_ID, "0")
        after = (obligor, receipt, int(sequence))
        rows = reports.sent_parts(work.session, first, last, after, size)
        judged = [(row, judge(policy, row.like, last + timedelta(days=1))) for row in rows]
        at = rows[-1] if len(rows) == size else None
        return pb.ListTimelinessPartsResponse(
            parts=[
                _part(row, found) for row, found in judged if request.outcome in (0, found.outcome)
            ],
            next_page_token=paging.encode_token(
                work.keys,
                f"{at.obligor_id}/{at.receipt_id}/{at.sequence}" if at else "",
                listing=listing,
            ),
        )

    def GetUndistributed(
        self, request: pb.GetUndistributedRequest, work: Work
    ) -> pb.GetUndistributedResponse:
        today = work.clock.today()
        limits = _ages(load(work.settings.jurisdiction), today)
        counts: Counter[tuple[str, int]] = Counter()
        cents: Counter[tuple[str, int]] = Counter()
        for reason, received, count, amount in reports.waiting_sums(work.session):
            key = (reason, bisect_left(limits, max(0, (today - received).days)))
            counts[key] += count
            cents[key] += amount
        total, owed = sum(cents.values()), reports.owed_onward(work.session)
        claims = reports.claims(work.session)
        findings = []
        if total != owed + claims:
            findings.append(
                f"What is not sent out sums to {total} cents one by one, by the accounts to "
                f"{owed + claims}."
            )
        return pb.GetUndistributedResponse(
            rows=[
                pb.UndistributedRow(
                    reason=reason,
                    days_from=limits[age - 1] + 1 if age else 0,
                    days_to=limits[age] if age < len(limits) else 0,
                    item_count=counts[reason, age],
                    amount_cents=cents[reason, age],
                )
                for reason, age in sorted(counts)
            ],
            total_cents=total,
            ledger_cents=owed + claims,
            findings=findings,
        )

    def ListUndistributed(
        self, request: pb.ListUndistributedRequest, work: Work
    ) -> pb.ListUndistributedResponse:
        today = work.clock.today()
        if not 0 <= request.days_from < today.toordinal():
            raise invalid_field("days_from", "must be a number of days that a day lies back")
        size = paging.page_size(request)
        listing = f"undistributed/{request.reason}/{request.days_from}"
        token = paging.decode_token(work.keys, request.page_token, listing=listing)
        day, id_, reason = token.split("/", 2) if token else (date.min.isoformat(), NO_ID, "")
        rows = reports.waiting_items(
            work.session,
            request.reason,
            date.max if not request.days_from else today - timedelta(days=request.days_from),
            (date.fromisoformat(day), id_, reason),
            size + 1,
        )
        at = rows[size - 1] if len(rows) > size else None
        return pb.ListUndistributedResponse(
            items=[
                pb.UndistributedItem(
                    reason=row.reason,
                    receipt_id=row.receipt_id,
                    received_date=from_date(row.received),
                    days=(today - row.received).days,
                    amount_cents=row.amount_cents,
                )
                for row in rows[:size]
            ],
            next_page_token=paging.encode_token(
                work.keys, f"{at.received}/{at.id}/{at.reason}" if at else "", listing=listing
            ),
        )

    def GetCollectionReport(
        self, request: pb.GetCollectionReportRequest, work: Work
    ) -> pb.GetCollectionReportResponse:
        first, last = _quarter(request.quarter)
        accounts = [int(a) for _, found in quarter.PAID.values() for a in found]
        accounts += [int(a) for a in (*quarter.REFUNDED, *quarter.AGAIN)]
        lines, findings = quarter.report_lines(
            reports.owed_onward(work.session, first - timedelta(days=1)),
            reports.received_sums(work.session, first, last),
            reports.paid_sums(work.session, accounts, first, last),
            reports.owed_onward(work.session, last),
        )
        policy = load(work.settings.jurisdiction)
        rule = policy.rule("report.ocse_34", last)
        return pb.GetCollectionReportResponse(
            first_day=from_date(first),
            last_day=from_date(last),
            lines=[
                pb.CollectionLine(
                    line=row.line,
                    title=row.title,
                    amount_cents=row.cents,
                    known=row.known,
                    note=row.note,
                )
                for row in lines
            ],
            findings=findings,
            steps=[
                step(
                    policy,
                    "report.ocse_34",
                    last,
                    Audience.AUDITOR,
                    rule.note,
                    inputs={"first_day": first.isoformat(), "last_day": last.isoformat()},
                    outputs={f"line_{row.line}_cents": row.cents for row in lines if row.known},
                )
            ],
        )

    def ListCollectionReportItems(
        self, request: pb.ListCollectionReportItemsRequest, work: Work
    ) -> pb.ListCollectionReportItemsResponse:
        days = _quarter(request.quarter)
        line = request.line
        if line not in quarter.ITEM_LINES:
            wanted = ", ".join(sorted(quarter.ITEM_LINES))
            raise invalid_field("line", f"must be one of {wanted}; read {line[:10]!r}")
        size, listing = paging.page_size(request), f"ocse_34/{days[0]}/{line}"
        token = paging.decode_token(work.keys, request.page_token, listing=listing)
        obligor, source = token.split("/") if token else (NO_ID, NO_ID)
        rows: Sequence[Item]
        if line in quarter.PAID:
            accounts = [int(account) for account in quarter.PAID[line][1]]
            rows = reports.paid_items(work.session, accounts, days, (obligor, source), size + 1)
        else:
            _, sources = quarter.RECEIVED.get(line, ("", ()))
            rows = reports.received_items(
                work.session,
                days,
                new=line != "3",
                sources=[int(s) for s in sources],
                after=source,
                size=size + 1,
            )
        at = rows[size - 1] if len(rows) > size else None
        return pb.ListCollectionReportItemsResponse(
            items=[
                pb.CollectionItem(
                    source_id=row.source_id,
                    obligor_id=row.obligor_id,
                    amount_cents=row.amount_cents,
                )
                for row in rows[:size]
            ],
            next_page_token=paging.encode_token(
                work.keys, f"{at.obligor_id}/{at.source_id}" if at else "", listing=listing
            ),
        )

    def ListBankDays(self, request: pb.ListBankDaysRequest, work: Work) -> pb.ListBankDaysResponse:
        first, last = _days(request)
        if (last - first).days >= MAX_DAYS:
            raise invalid_field("last_day", f"must be less than {MAX_DAYS} days after first_day")
        return pb.ListBankDaysResponse(days=_bank_days(work, first, last))


class BankTotals:
    """Records what the bank says."""

    def RecordBankTotals(
        self, request: pb.RecordBankTotalsRequest, work: Work
    ) -> pb.RecordBankTotalsResponse:
        day = to_date(request.day, "day")
        if day is None or day > work.clock.today():
            raise invalid_field("day", "must be set, and not lie in the future")
        said = request.totals
        for name in ("deposits_cents", "electronic_cents", "checks_cents"):
            if getattr(said, name) < 0:
                raise invalid_field(f"totals.{name}", "must not be negative")
        totals = DayTotals(
            said.deposits_cents,
            said.electronic_cents,
            said.checks_cents,
            said.closing_cents if said.HasField("closing_cents") else None,
        )
        reports.record_bank_totals(
            work.session,
            day,
            totals,
            reference=request.reference,
            by=work.caller.person,
            at=work.clock.now(),
        )
        (stands,) = _bank_days(work, day, day)
        return pb.RecordBankTotalsResponse(day=stands)


def _bank_days(work: Work, first: date, last: date) -> list[pb.BankDay]:
    books = reports.book_days(work.session, last)
    recorded = reports.bank_days(work.session, last)
    bank = {day: said.totals for day, said in recorded.items()}
    return [
        _bank_day(row, recorded[row.day].recorded_by if row.day in recorded else "")
        for row in balance_days(books, bank, work.clock.today())
        if row.day >= first
    ]


def _bank_day(row: Balanced, recorded_by: str) -> pb.BankDay:
    return pb.BankDay(
        day=from_date(row.day),
        bank=_totals(row.bank) if row.bank else None,
        books=_totals(row.books),
        outstanding_checks_cents=row.outstanding_cents,
        findings=row.findings,
        recorded_by=recorded_by,
    )


def _totals(totals: DayTotals) -> pb.BankTotals:
    return pb.BankTotals(
        deposits_cents=totals.deposits_cents,
        electronic_cents=totals.electronic_cents,
        checks_cents=totals.checks_cents,
        closing_cents=totals.closing_cents,
    )


def _part(row: SentPart, judged: Judged) -> pb.TimelinessPart:
    return pb.TimelinessPart(
        receipt_id=row.receipt_id,
        obligor_id=row.obligor_id,
        sequence=row.sequence,
        amount_cents=row.amount_cents,
        payee_kind=row.like.payee,  # type: ignore[arg-type]
        received_date=from_date(row.like.received),
        start_date=from_date(judged.start),
        due_date=from_date(judged.due),
        sent_date=from_date(row.like.sent),
        outcome=int(judged.outcome),  # type: ignore[arg-type]
        rule_id=judged.rule_id,
        reason=judged.reason,
    )


def _days(
    request: pb.GetTimelinessRequest | pb.ListTimelinessPartsRequest | pb.ListBankDaysRequest,
) -> tuple[date, date]:
    first, last = to_date(request.first_day, "first_day"), to_date(request.last_day, "last_day")
    if first is None or last is None or first > last:
        raise invalid_field("last_day", "set first_day and last_day, the first one first")
    return _reported(first, "first_day"), _reported(last, "last_day")


def _quarter(given: Date) -> tuple[date, date]:
    day = to_date(given, "quarter")
    if day is None:
        raise invalid_field("quarter", "must be a day of the quarter")
    return quarter.quarter_of(_reported(day, "quarter"))


def _reported(day: date, field: str) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise invalid_field(field, f"must be {FIRST_DAY} to {LAST_DAY}; read {day}")
    return day


def _ages(policy: Policy, on: date) -> list[int]:
    return [int(code) for code in policy.codes("sdu.undistributed_ages", on)]


SERVICERS = (
    Servicer("childsupport.payments.v1.UnitReportReadService", UnitReports()),
    Servicer("childsupport.payments.v1.BankTotalsService", BankTotals()),
)
