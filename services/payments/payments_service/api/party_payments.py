"""Payments as the two parents see them: a list with what happened to each, and why of one."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from chassis.dates import from_date, to_date
from chassis.errors import invalid_field, not_found
from chassis.grpc.paging import decode_token, encode_token, page_size
from chassis.runtime import Work
from childsupport.common.v1 import explanation_pb2 as common
from childsupport.payments.v1 import party_service_pb2 as pb
from payments_service import explaining
from payments_service.actions.payees import asks_for_prenotes
from payments_service.api.fields import given_id
from payments_service.api.party_common import Asker, asker, audience_in, next_run_on, viewer
from payments_service.domain import my_payments as views
from payments_service.domain.model import Payee, Source, month_of, next_month
from payments_service.domain.my_payments import (
    TO,
    Kind,
    Reason,
    Role,
    Stage,
    State,
    Use,
    Viewer,
)
from payments_service.store import party, paying, reads
from payments_service.store.party import Asked, Found, MyReceipt, Part
from policy import Audience, load

SOURCES: Final = {
    Source.EMPLOYER: pb.MY_PAYMENT_SOURCE_EMPLOYER,
    Source.EMPLOYER_CHECK: pb.MY_PAYMENT_SOURCE_EMPLOYER,
    Source.ONLINE: pb.MY_PAYMENT_SOURCE_ONLINE,
    Source.MAIL: pb.MY_PAYMENT_SOURCE_CHECK,
    Source.CASH: pb.MY_PAYMENT_SOURCE_CASH,
}
"""All else is OTHER: a tax refund reads like unemployment benefits or another State's money."""
FACTS_OF_A_CASE: Final = frozenset(
    {
        "assigned_cents", "assistance_left_cents", "case_cents", "disbursed_cents", "due_cents",
        "fiscal_year", "kind", "maintenance_left_cents", "month", "obligation_id",
        "paid_out_cents", "priority", "taken_before_cents", "threshold_cents",
    }
)  # fmt: skip
"""What went into a step that who receives may know, all of it of her own case. Left out is what
counts the payer's whole: the money that was there, and the sums over all that he owes."""
FACTS_OF_A_PAYER: Final = frozenset(
    {
        "all_monthly_cents", "all_shares_cents", "assigned_cents", "available_cents", "case_cents",
        "credited_cents", "due_cents", "kind", "maintenance_left_cents", "month", "obligation_id",
        "order_cents", "order_monthly_cents", "paid_out_cents", "priority", "share_of_cents",
        "threshold_cents",
    }
)  # fmt: skip
"""What went into a step that who pays may know. Left out is what counts the family's whole: the
assistance that it had (45 CFR 205.50), and what else it was paid in a year."""
MAY_KNOW: Final = {Role.PAYER: FACTS_OF_A_PAYER, Role.RECEIVER: FACTS_OF_A_CASE}
PRORATION: Final = ".allocation.proration"


class MyPayments:
    """Lists and explains payments."""

    def ListMyPayments(
        self, request: pb.ListMyPaymentsRequest, work: Work
    ) -> pb.ListMyPaymentsResponse:
        who = asker(work, request.participant_id)
        case_id = who.side(request.case_id).case_id if request.case_id else ""
        first = to_date(request.first_day, "first_day")
        last = to_date(request.last_day, "last_day")
        if first and last and last < first:
            raise invalid_field("last_day", f"must not be before first_day {first}; read {last}")
        size = page_size(request)
        listing = f"my payments/{who.participant_id}/{case_id}/{first}/{last}"
        after = _place(decode_token(work.keys, request.page_token, listing=listing))
        asked = Asked(case_id, "", first, last, after)
        rows = party.my_receipts(work.session, who.participant_id, who.sides, asked, size + 1)
        shown = rows[:size]
        last_one = shown[-1] if len(rows) > size else None
        place = f"{last_one.received_on}/{last_one.receipt_id}" if last_one else ""
        zone = work.settings.time_zone
        found = party.become(work.session, who.participant_id, who.sides, shown, zone)
        telling = _Telling(work, who)
        return pb.ListMyPaymentsResponse(
            payments=[telling.payment(row, _of_case(row, found, case_id)) for row in shown],
            next_page_token=encode_token(work.keys, place, listing=listing),
        )

    def ExplainMyPayment(
        self, request: pb.ExplainMyPaymentRequest, work: Work
    ) -> pb.ExplainMyPaymentResponse:
        who = asker(work, request.participant_id)
        audience = audience_in(request.language)
        id_ = given_id(request.receipt_id, "receipt_id")
        rows = party.my_receipts(
            work.session, who.participant_id, who.sides, Asked(receipt_id=id_), 1
        )
        if not rows:
            raise not_found("payment", id_)
        row = rows[0]
        zone = work.settings.time_zone
        found = party.become(work.session, who.participant_id, who.sides, rows, zone, steps=True)[
            id_
        ]
        telling = _Telling(work, who)
        whole: list[common.Step] = []
        if row.role == Role.PAYER:
            policy = load(work.settings.jurisdiction)
            whole = explaining.receipt_steps(row, policy, audience, masked=True)
        return pb.ExplainMyPaymentResponse(
            payment=telling.payment(row, found),
            parts=telling.parts(row, found, audience),
            steps=whole,
        )


def last_payment(
    work: Work, who: Asker, case_id: str, look_at: int = 10
) -> tuple[MyReceipt, int] | None:
    """Return the last payment of a case that stands, with what of it counts for the case."""
    asked = Asked(case_id=case_id)
    rows = party.my_receipts(work.session, who.participant_id, who.sides, asked, look_at)
    zone = work.settings.time_zone
    found = party.become(work.session, who.participant_id, who.sides, rows, zone)
    for row in rows:
        if row.state == views.POSTED:
            parts = found[row.receipt_id].parts
            ours = [part.row.amount_cents for part in parts if part.row.case_id == case_id]
            return row, sum(ours)
    return None


def _place(token: str) -> tuple[date, str] | None:
    if not token:
        return None
    day, _, id_ = token.partition("/")
    return date.fromisoformat(day), id_


def _of_case(row: MyReceipt, found: dict[str, Found], case_id: str) -> Found:
    """Return what became of a receipt; of who receives in several cases, what counts for one."""
    all_ = found[row.receipt_id]
    if not case_id or row.role == Role.PAYER:
        return all_
    parts = [part for part in all_.parts if part.row.case_id == case_id]
    return Found(
        views.with_cents(all_.receipt, sum(part.row.amount_cents for part in parts)),
        parts,
        all_.earlier,
    )


class _Telling:
    """Puts payments into the words of the contract for one who asks."""

    def __init__(self, work: Work, who: Asker) -> None:
        self._work, self._who = work, who
        self._can_be_paid: bool | None = None

    def payment(self, row: MyReceipt, found: Found) -> pb.MyPayment:
        looks = viewer(self._work, self._who, Role(row.role))
        facts = [part.facts for part in found.parts]
        state = views.state_of(found.receipt, facts, looks)
        stages = views.stages_of(found.receipt, facts, looks, found.earlier)
        source = 0
        credited = sum(part.row.credited_cents for part in found.parts)
        if looks.role == Role.PAYER:
            source = SOURCES.get(Source(row.source), pb.MY_PAYMENT_SOURCE_OTHER)
            credited = row.credited_cents
        return pb.MyPayment(
            receipt_id=row.receipt_id,
            received_on=from_date(row.received_on),
            role=row.role,  # type: ignore[arg-type]
            amount_cents=found.receipt.cents,
            source=source,  # type: ignore[arg-type]
            state=int(state),  # type: ignore[arg-type]
            stages=[_stage(stage) for stage in stages],
            cases=_cases(found.parts),
            payees=_payees(found.parts),
            next=self._next(row, found.parts, state, looks),
            credited_cents=credited,
        )

    def parts(self, row: MyReceipt, found: Found, audience: Audience) -> list[pb.MyPart]:
        looks = viewer(self._work, self._who, Role(row.role))
        rules = reads.rules(self._work.session)
        policy = load(self._work.settings.jurisdiction)
        whole = _is_whole(row, found)
        told = []
        for part in found.parts:
            message = _part(part, looks, taken_back=row.state == views.REVERSED)
            steps = explaining.part_steps(
                part.row, rules, policy, audience, masked=True, may_know=MAY_KNOW[looks.role]
            )
            if looks.role == Role.RECEIVER:
                steps = [step for step in steps if whole or not _shared(step)]
            message.steps.extend(steps)
            told.append(message)
        return told

    def _next(
        self, row: MyReceipt, parts: Sequence[Part], state: State, looks: Viewer
    ) -> pb.MyNext | None:
        if state == State.RECEIVED:
            return _coming(Kind.ALLOCATED)
        if state == State.HELD:
            return self._after_hold(parts, looks)
        own = any(views.is_own(part.facts, looks) for part in parts)
        if state == State.ALLOCATED:
            on = next_run_on(self._work, row.settlement_date) if own else None
            return _coming(Kind.SENT, on)
        if state == State.RETURNED:
            if self._may_be_paid():
                return _coming(Kind.SENT_AGAIN, next_run_on(self._work))
            return _coming(Kind.SENT_AGAIN, None, Reason.NO_ADDRESS)
        if state == State.SENT and own:
            return _coming(Kind.ARRIVED, _last_arrival(parts, looks))
        return None

    def _after_hold(self, parts: Sequence[Part], looks: Viewer) -> pb.MyNext:
        reasons = [
            why
            for state, why in (views.part_state(part.facts, looks) for part in parts)
            if state == State.HELD
        ]
        why = min(reasons, default=Reason.OTHER)
        if why == Reason.PAID_AHEAD:
            return _coming(Kind.ALLOCATED, next_month(month_of(looks.today)), why)
        kind = Kind.SENT if any(part.facts.payee != Payee.HELD for part in parts) else None
        return _coming(kind or Kind.ALLOCATED, None, why)

    def _may_be_paid(self) -> bool:
        if self._can_be_paid is None:
            today = self._work.clock.today()
            prenotes = asks_for_prenotes(load(self._work.settings.jurisdiction), today)
            found = paying.can_be_paid(
                self._work.session, self._who.participant_id, prenotes=prenotes, on=today
            )
            self._can_be_paid = bool(found)
        return self._can_be_paid


def _coming(kind: Kind, on: date | None = None, reason: Reason = Reason.NONE) -> pb.MyNext:
    return pb.MyNext(kind=int(kind), on=from_date(on), reason=int(reason))  # type: ignore[arg-type]


def _last_arrival(parts: Sequence[Part], looks: Viewer) -> date | None:
    """Return the day that the last of the own parts is there; None where a check is among them."""
    days = []
    for part in parts:
        if not (part.facts.payouts and views.is_own(part.facts, looks)):
            continue
        there = views.arrived_on(part.facts.payouts[-1], looks)
        if there is None:
            return None
        days.append(there)
    return max(days, default=None)


def _stage(stage: Stage) -> pb.MyStage:
    return pb.MyStage(
        kind=int(stage.kind),  # type: ignore[arg-type]
        on=from_date(stage.on),
        amount_cents=stage.cents,
        reason=int(stage.reason),  # type: ignore[arg-type]
        payee=int(stage.payee or 0),  # type: ignore[arg-type]
        method=stage.method,  # type: ignore[arg-type]
        bank_code=stage.code,
    )


def _cases(parts: Sequence[Part]) -> list[pb.MyCaseShare]:
    sums: dict[tuple[str, str], int] = {}
    for part in parts:
        key = (part.row.case_number or "", part.row.case_id or "")
        sums[key] = sums.get(key, 0) + part.row.amount_cents
    return [
        pb.MyCaseShare(case_id=id_, case_number=number, amount_cents=cents)
        for (number, id_), cents in sorted(sums.items())
    ]


def _payees(parts: Sequence[Part]) -> list[pb.MyPayeeShare]:
    sums: dict[int, int] = {}
    for part in parts:
        to = int(TO[part.facts.payee])
        sums[to] = sums.get(to, 0) + part.row.amount_cents
    return [
        pb.MyPayeeShare(payee=to, amount_cents=cents)  # type: ignore[arg-type]
        for to, cents in sorted(sums.items())
    ]


def _part(part: Part, looks: Viewer, *, taken_back: bool) -> pb.MyPart:
    row, facts = part.row, part.facts
    use = views.use_of(facts)
    owed_to = 0
    if use == Use.ARREARS:
        elsewhere = facts.payee == Payee.OTHER_STATE
        owed_to = int(views.owed_to(facts.bucket, elsewhere=elsewhere))
    state, reason = views.part_state(facts, looks)
    if taken_back and not facts.payouts:
        state, reason = State.REVERSED, Reason.NONE
    return pb.MyPart(
        case_id=row.case_id or "",
        case_number=row.case_number or "",
        obligation_id=row.obligation_id or "",
        support_type=row.support if row.obligation_id else 0,  # type: ignore[arg-type]
        use=int(use),  # type: ignore[arg-type]
        owed_to=owed_to,  # type: ignore[arg-type]
        amount_cents=row.amount_cents,
        credited_cents=row.credited_cents,
        payee=int(TO[facts.payee]),  # type: ignore[arg-type]
        state=int(state),  # type: ignore[arg-type]
        reason=int(reason),  # type: ignore[arg-type]
    )


def _is_whole(row: MyReceipt, found: Found) -> bool:
    """Whether all of a receipt is in the parts that are shown: nothing of it went elsewhere."""
    return sum(part.row.amount_cents for part in found.parts) == row.amount_cents


def _shared(step: common.Step) -> bool:
    return step.rule_id.endswith(PRORATION)
