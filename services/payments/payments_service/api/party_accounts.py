"""Accounts as the two parents see them: what is owed, month by month; how who receives is paid."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import partial

from chassis.dates import from_date
from chassis.errors import invalid_field, not_found
from chassis.runtime import Work
from childsupport.common.v1 import explanation_pb2 as common
from childsupport.payments.v1 import party_service_pb2 as pb
from childsupport.payments.v1 import statement_service_pb2 as statement_pb
from payments_service.actions.payees import asks_for_prenotes
from payments_service.actions.ways import PAYMENT
from payments_service.api.party_common import Asker, asker, audience_in, next_run_on
from payments_service.api.party_payments import last_payment
from payments_service.api.statements import payoff_of, record_of
from payments_service.domain import statements
from payments_service.domain.accrual import accrual_for
from payments_service.domain.due_days import due_next
from payments_service.domain.model import Obligation, month_of
from payments_service.domain.my_payments import Reason, Role, hold_reason, owed_to
from payments_service.domain.statements import Month, SupportLine, arrears_of
from payments_service.store import books, party_accounts, payees, paying
from payments_service.store import statements as store
from payments_service.store.party import Side
from payments_service.store.party_accounts import Way
from policy import load

MONTHS, MONTHS_MAX = 12, 24
TESTED, STOPPED = 1, 3
"""PayeeAccountState."""
LAST = 4


class MyAccounts:
    """Reads accounts."""

    def GetMyAccounts(
        self, request: pb.GetMyAccountsRequest, work: Work
    ) -> pb.GetMyAccountsResponse:
        who = asker(work, request.participant_id)
        known = books.known(work.session, [side.case_id for side in who.sides])
        lines = {
            obligor_id: store.support_lines(work.session, obligor_id)
            for obligor_id in sorted({side.obligor_id for side in who.sides})
        }
        held = party_accounts.held_for(work.session, who.participant_id) if who.receiving else {}
        coming = (
            party_accounts.coming_for(work.session, who.participant_id) if who.receiving else {}
        )
        accounts = []
        for side in who.sides:
            owed = [one for _, one in known.obligations.values() if one.case_id == side.case_id]
            message = _account(work, side, owed, lines[side.obligor_id])
            if side.role == Role.RECEIVER:
                message.held.extend(_held(held.get(side.case_id, ())))
                message.held_cents = sum(one.amount_cents for one in message.held)
                message.coming_cents = coming.get(side.case_id, 0)
            _add_last(work, who, message)
            accounts.append(message)
        own = party_accounts.held_of(work.session, who.participant_id) if who.paying else []
        return pb.GetMyAccountsResponse(
            accounts=accounts, as_of=from_date(work.clock.today()), held=_held(own)
        )

    def ListMyHistory(
        self, request: pb.ListMyHistoryRequest, work: Work
    ) -> pb.ListMyHistoryResponse:
        who = asker(work, request.participant_id)
        side = who.side(request.case_id)
        if request.months < 0:
            raise invalid_field("months", f"must not be negative; read {request.months}")
        count = min(request.months or MONTHS, MONTHS_MAX)
        lines = store.support_lines(work.session, side.obligor_id)
        known = books.known(work.session, [side.case_id]).obligations
        owed = [one for _, one in known.values()]
        found = _months(lines, [one.obligation_id for one in owed], work.clock.today())
        first = max(0, len(found) - count)
        away = [one.obligation_id for one in owed if _elsewhere(side, one)]
        others = {month.month: month for month in _months(lines, away, work.clock.today())}
        return pb.ListMyHistoryResponse(
            months=[_month(month, others.get(month.month)) for month in found[first:]],
            opening_cents=found[first - 1].balance_cents if first else 0,
        )

    def GetMyPayoff(self, request: pb.GetMyPayoffRequest, work: Work) -> pb.GetMyPayoffResponse:
        who = asker(work, request.participant_id)
        audience = audience_in(request.language)
        sides = [who.side(request.case_id)] if request.case_id else who.paying
        if not sides or any(side.role != Role.PAYER for side in sides):
            raise not_found("payer", who.participant_id)
        number = sides[0].case_number if request.case_id else ""
        found = payoff_of(
            work,
            statement_pb.GetPayoffRequest(
                subject=statement_pb.StatementSubject(
                    obligor_id=who.participant_id, case_number=number
                ),
                as_of=request.as_of,
                audience=common.AUDIENCE_PARENT,
            ),
            audience,
        )
        known = books.known(work.session, [side.case_id for side in sides]).obligations
        by_case = {side.case_id: side for side in sides}
        sums: dict[int, int] = {}
        for row in found.obligations:
            one = known.get(row.obligation_id)
            away = one is not None and _elsewhere(by_case[one[1].case_id], one[1])
            for bucket in row.arrears:
                to = int(owed_to(bucket.bucket, elsewhere=away))
                sums[to] = sums.get(to, 0) + bucket.amount_cents
        return pb.GetMyPayoffResponse(
            payoff_cents=found.payoff_cents,
            good_through=found.good_through,
            interest_cents=found.interest_cents,
            owed=_arrears(sums),
            steps=found.steps,
        )

    def GetMyPaymentRecord(
        self, request: pb.GetMyPaymentRecordRequest, work: Work
    ) -> pb.GetMyPaymentRecordResponse:
        side = asker(work, request.participant_id).side(request.case_id)
        asked = statement_pb.GetPaymentRecordRequest(
            subject=statement_pb.StatementSubject(
                obligor_id=side.obligor_id, case_number=side.case_number
            ),
            first_day=request.first_day,
        )
        found = record_of(work, asked)
        return pb.GetMyPaymentRecordResponse(
            pdf=found.pdf, file_name=found.file_name, content_hash=found.content_hash
        )

    def GetMyPayout(self, request: pb.GetMyPayoutRequest, work: Work) -> pb.GetMyPayoutResponse:
        who = asker(work, request.participant_id)
        me, session, today = who.participant_id, work.session, work.clock.today()
        if not who.receiving:
            raise not_found("receiver", me)
        prenotes = asks_for_prenotes(load(work.settings.jurisdiction), today)
        way = party_accounts.way_of(session, me)
        held: dict[str, int] = {}
        for of_case in party_accounts.held_for(session, me).values():
            for reason, cents in of_case:
                held[reason] = held.get(reason, 0) + cents
        state = _prenote(way, today, asked=prenotes)
        waits = state == pb.MY_PRENOTE_STATE_WAITING
        return pb.GetMyPayoutResponse(
            method=paying.can_be_paid(session, me, prenotes=prenotes, on=today),  # type: ignore[arg-type]
            last_four=_last_four(work, way),
            prenote_state=state,
            usable_on=from_date(way.usable_on) if way and waits else None,
            since=from_date(way.changed_on) if way else None,
            bank_code=way.code if way and state == pb.MY_PRENOTE_STATE_RETURNED else "",
            coming_cents=sum(party_accounts.coming_for(session, me).values()),
            next_run_on=from_date(next_run_on(work)),
            held=_held(held.items()),
            returned_cents=party_accounts.returned_cents(session, me),
            to_give_back_cents=payees.claims_cents(session, me),
        )


def _account(
    work: Work, side: Side, owed: Sequence[Obligation], lines: Sequence[SupportLine]
) -> pb.MyAccount:
    today = work.clock.today()
    ids = [one.obligation_id for one in owed]
    standing = {row.obligation_id: row for row in statements.owed(lines, ids, today)}
    accrual = partial(accrual_for, work.settings.jurisdiction)
    messages = []
    for one in owed:
        row, due = standing[one.obligation_id], due_next(one, today, accrual)
        month = _this_month(lines, one.obligation_id, today)
        sums: dict[int, int] = {}
        for bucket, cents in arrears_of(row.buckets).items():
            to = int(owed_to(bucket, elsewhere=_elsewhere(side, one)))
            sums[to] = sums.get(to, 0) + cents
        messages.append(
            pb.MyObligation(
                obligation_id=one.obligation_id,
                support_type=int(one.support),  # type: ignore[arg-type]
                amount_cents=due.cents,
                frequency=int(due.frequency),  # type: ignore[arg-type]
                next_due_on=from_date(due.next_on),
                current_due_cents=row.buckets.get(0, 0),
                arrears_cents=sum(sums.values()),
                arrears=_arrears(sums),
                month_charged_cents=month.charged_cents if month else 0,
                month_paid_cents=month.paid_cents if month else 0,
                ahead_cents=row.ahead_cents,
                monthly_arrears_cents=one.monthly_arrears_cents,
            )
        )
    return pb.MyAccount(
        case_id=side.case_id,
        case_number=side.case_number,
        role=int(side.role),  # type: ignore[arg-type]
        obligations=messages,
        owed_cents=sum(row.cents for row in standing.values()),
    )


def _add_last(work: Work, who: Asker, message: pb.MyAccount) -> None:
    if found := last_payment(work, who, message.case_id):
        row, cents = found
        message.last_payment_on.CopyFrom(from_date(row.received_on))
        message.last_payment_cents = cents
        message.last_receipt_id = row.receipt_id


def _elsewhere(side: Side, one: Obligation) -> bool:
    return side.elsewhere or bool(one.owed_to_fips)


def _months(lines: Sequence[SupportLine], ids: Sequence[str], last: date) -> list[Month]:
    return statements.months(lines, ids, last) if ids else []


def _this_month(lines: Sequence[SupportLine], id_: str, today: date) -> Month | None:
    found = _months(lines, [id_], today)
    return found[-1] if found and found[-1].month == month_of(today) else None


def _month(month: Month, away: Month | None) -> pb.MyMonth:
    elsewhere = arrears_of(away.buckets) if away else {}
    sums: dict[int, int] = {}
    for bucket, cents in arrears_of(month.buckets).items():
        others = elsewhere.get(bucket, 0)
        for part, is_away in ((others, True), (cents - others, False)):
            to = int(owed_to(bucket, elsewhere=is_away))
            sums[to] = sums.get(to, 0) + part
    return pb.MyMonth(
        month=from_date(month.month),
        charged_cents=month.charged_cents,
        paid_cents=month.paid_cents,
        other_cents=month.other_cents,
        balance_cents=month.balance_cents,
        arrears=_arrears(sums),
    )


def _arrears(sums: Mapping[int, int]) -> list[pb.MyArrears]:
    return [
        pb.MyArrears(owed_to=to, amount_cents=cents)  # type: ignore[arg-type]
        for to, cents in sorted(sums.items())
        if cents
    ]


def _held(held: Iterable[tuple[str, int]]) -> list[pb.MyHeldSum]:
    sums: dict[int, int] = {}
    for reason, cents in held:
        told = int(hold_reason(reason) if reason else Reason.OTHER)
        sums[told] = sums.get(told, 0) + cents
    return [
        pb.MyHeldSum(reason=reason, amount_cents=cents)  # type: ignore[arg-type]
        for reason, cents in sorted(sums.items())
    ]


def _prenote(way: Way | None, today: date, *, asked: bool) -> pb.MyPrenoteState.ValueType:
    if way is None or way.state is None:
        return pb.MY_PRENOTE_STATE_NONE
    if way.state == STOPPED:
        return pb.MY_PRENOTE_STATE_RETURNED
    if way.state == TESTED and way.usable_on and way.usable_on > today and asked:
        return pb.MY_PRENOTE_STATE_WAITING
    return pb.MY_PRENOTE_STATE_APPROVED


def _last_four(work: Work, way: Way | None) -> str:
    if way is None or way.payment is None:
        return ""
    kept = json.loads(work.keys.decrypt(PAYMENT, way.payment))
    return str(kept.get("account", ""))[-LAST:]
