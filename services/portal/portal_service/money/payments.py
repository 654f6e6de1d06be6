"""Payments with their stages, and of each one why it was shared as it was."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from starlette.responses import Response

from chassis.dates import to_date
from childsupport.payments.v1 import party_service_pb2 as pb
from portal_service.money import reading, seen, why, words
from web.site import Page
from web.visit import Visit

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class PartTold:
    """A part of a payment with the reasons for it."""

    part: pb.MyPart
    steps: list[why.Told]


@dataclass(frozen=True, slots=True)
class CaseTold:
    """The parts of a payment that count for one case; `case_number` empty: for none yet."""

    case_number: str
    amount_cents: int
    parts: list[PartTold]


def show_list(visit: Visit) -> Response:
    """Show the payments of all cases or of one, the latest first, a page at a time."""
    found = reading.accounts(visit)
    case_id = visit.request.query_params.get("case", "")
    chosen = [reading.of_case(found, case_id)] if case_id else found
    after = visit.request.query_params.get("after", "")
    payments: list[pb.MyPayment] = []
    token = ""
    people = list(dict.fromkeys(one.participant_id for one in chosen))
    for participant_id in people:
        asked = pb.ListMyPaymentsRequest(
            participant_id=participant_id, case_id=case_id, page_size=PAGE_SIZE, page_token=after
        )
        answer = reading.reads(visit).ListMyPayments(asked, **visit.as_person)
        payments += answer.payments
        token = answer.next_page_token or token
    return visit.render(
        "money/payments.html",
        accounts=found,
        case_id=case_id,
        months=_by_month(payments),
        next_page=token if len(people) == 1 else "",
        by_case=bool(token) and len(people) > 1,
        later=bool(after),
        words=words,
        seen=seen,
        pb=pb,
    )


def show_one(visit: Visit) -> Response:
    """Show one payment: where it stands, where the money went, and the reason for each part."""
    receipt_id = visit.request.path_params["receipt_id"]
    found = reading.first_that_finds(
        visit,
        lambda participant_id: reading.reads(visit).ExplainMyPayment(
            pb.ExplainMyPaymentRequest(
                participant_id=participant_id, receipt_id=receipt_id, language=visit.language
            ),
            **visit.as_person,
        ),
    )
    pays = found.payment.role == pb.MY_ROLE_PAYER
    return visit.render(
        "money/payment.html",
        payment=found.payment,
        pays=pays,
        today=reading.today(visit),
        cases=_by_case(found),
        whole=why.tell(found.steps),
        words=words,
        seen=seen,
        pb=pb,
    )


def _by_month(payments: list[pb.MyPayment]) -> list[tuple[date, list[pb.MyPayment]]]:
    ordered = sorted(payments, key=_day, reverse=True)
    return [
        (month, list(same))
        for month, same in groupby(ordered, key=lambda one: _day(one).replace(day=1))
    ]


def _day(payment: pb.MyPayment) -> date:
    return to_date(payment.received_on) or date.min


def _by_case(found: pb.ExplainMyPaymentResponse) -> list[CaseTold]:
    cases: dict[str, list[PartTold]] = {}
    for part in found.parts:
        told = PartTold(part, why.tell(part.steps))
        cases.setdefault(part.case_number, []).append(told)
    return [
        CaseTold(number, sum(one.part.amount_cents for one in parts), parts)
        for number, parts in cases.items()
    ]


PAGES = (
    Page("/payments", show_list, mobile=True),
    Page("/payments/{receipt_id}", show_one, mobile=True),
)
