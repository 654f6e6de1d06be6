"""What is ordered and what is owed, case by case, and what would pay it all off."""

from dataclasses import dataclass
from datetime import date, timedelta

from starlette.responses import Response

from chassis.dates import from_date, to_date
from childsupport.case.v1 import party_case_service_pb2 as case_pb
from childsupport.case.v1.party_case_service_pb2_grpc import PartyCaseReadServiceStub
from childsupport.payments.v1 import party_service_pb2 as pb
from portal_service.money import reading, why, words
from portal_service.money.reading import Account
from web.site import Page
from web.visit import Visit

LOOK_BACK = timedelta(days=365)
PAYMENTS_MAX = 100


@dataclass(frozen=True, slots=True)
class FromPay:
    """What came out of the payer's pay in the last year."""

    count: int
    cents: int
    last_on: date | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A case with what is ordered and owed in it."""

    one: Account
    case: case_pb.MyCase | None
    orders: tuple[case_pb.MyOrder, ...]
    payoff: pb.GetMyPayoffResponse | None
    payoff_steps: list[why.Told]
    from_pay: FromPay | None

    @property
    def withheld(self) -> bool:
        """True when an order has employers withhold."""
        return any(order.income_withholding for order in self.orders)


def show(visit: Visit) -> Response:
    """Show every case with its order, its balances and, to the one who pays, the payoff."""
    accounts = reading.accounts(visit)
    return visit.render(
        "money/balance.html",
        standings=[_standing(visit, one) for one in accounts],
        words=words,
        pb=pb,
    )


def _standing(visit: Visit, one: Account) -> Standing:
    found = reading.unless_away(lambda: _case(visit, one))
    payoff = _payoff(visit, one) if one.pays else None
    return Standing(
        one=one,
        case=found.case if found is not None else None,
        orders=tuple(found.orders) if found is not None else (),
        payoff=payoff,
        payoff_steps=why.tell(payoff.steps) if payoff is not None else [],
        from_pay=_from_pay(visit, one) if one.pays else None,
    )


def _case(visit: Visit, one: Account) -> case_pb.GetMyCaseResponse:
    stub = visit.stub("case", PartyCaseReadServiceStub)
    asked = case_pb.GetMyCaseRequest(participant_id=one.participant_id, case_id=one.account.case_id)
    return stub.GetMyCase(asked, **visit.as_person)


def _payoff(visit: Visit, one: Account) -> pb.GetMyPayoffResponse:
    asked = pb.GetMyPayoffRequest(
        participant_id=one.participant_id, case_id=one.account.case_id, language=visit.language
    )
    return reading.reads(visit).GetMyPayoff(asked, **visit.as_person)


def _from_pay(visit: Visit, one: Account) -> FromPay:
    last = to_date(one.account.last_payment_on)
    if last is None:
        return FromPay(0, 0, None)
    asked = pb.ListMyPaymentsRequest(
        participant_id=one.participant_id,
        case_id=one.account.case_id,
        first_day=from_date(last - LOOK_BACK),
        page_size=PAYMENTS_MAX,
    )
    withheld = [
        payment
        for payment in reading.reads(visit).ListMyPayments(asked, **visit.as_person).payments
        if payment.source == pb.MY_PAYMENT_SOURCE_EMPLOYER
        and payment.state != pb.MY_PAYMENT_STATE_REVERSED
    ]
    days = [day for payment in withheld if (day := to_date(payment.received_on)) is not None]
    return FromPay(
        len(withheld),
        sum(
            share.amount_cents
            for payment in withheld
            for share in payment.cases
            if share.case_id == one.account.case_id
        ),
        max(days, default=None),
    )


PAGES = (Page("/balance", show, mobile=True),)
