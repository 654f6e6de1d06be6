"""A case at a glance: what is owed, the last payment, what comes next, what is to be done."""

from dataclasses import dataclass
from datetime import date

from starlette.responses import Response

from chassis.dates import to_date
from childsupport.case.v1 import party_case_service_pb2 as case_pb
from childsupport.case.v1.party_case_service_pb2_grpc import PartyCaseReadServiceStub
from childsupport.notification.v1 import party_service_pb2 as notice_pb
from childsupport.notification.v1.party_service_pb2_grpc import InboxPartyServiceStub
from childsupport.payments.v1 import party_service_pb2 as pb
from portal_service.keeper import parent
from portal_service.money import reading, seen, words
from portal_service.money.reading import Account
from web.site import Page
from web.visit import Visit

LATEST = 3


@dataclass(frozen=True, slots=True)
class Card:
    """A case on the first page; `account` is missing where the person neither pays nor receives."""

    case_id: str
    case_number: str
    case: case_pb.MyCase | None
    account: Account | None
    payments: tuple[pb.MyPayment, ...]


@dataclass(frozen=True, slots=True)
class ToDo:
    """What is to be done; `due_on` the nearest day, None when nothing has one."""

    count: int
    due_on: date | None


def show(visit: Visit) -> Response:
    """Show every case of the person. A service that is away leaves its part out, and is said."""
    accounts = reading.unless_away(lambda: reading.accounts(visit))
    cases = reading.unless_away(lambda: reading.cases(visit))
    cards = _cards(visit, accounts or [], cases or {})
    return visit.render(
        "money/home.html",
        cards=cards,
        payout=reading.unless_away(lambda: _payout(visit, accounts or [])),
        to_do=reading.unless_away(lambda: _to_do(visit)),
        unread=reading.unless_away(lambda: _unread(visit)),
        takes_payments=reading.unless_away(lambda: takes_payments(visit, accounts or [])),
        away=accounts is None or cases is None,
        words=words,
        seen=seen,
        pb=pb,
    )


def takes_payments(visit: Visit, accounts: list[Account]) -> bool:
    """Tell whether the person can pay online."""
    payer = next((one.participant_id for one in accounts if one.pays), None)
    if payer is None:
        return False
    asked = pb.GetMyPaymentOptionsRequest(participant_id=payer)
    return bool(reading.plans(visit).GetMyPaymentOptions(asked, **visit.as_person).taken)


def _cards(visit: Visit, accounts: list[Account], cases: dict[str, case_pb.MyCase]) -> list[Card]:
    cards = []
    seen = set()
    for one in accounts:
        case_id = one.account.case_id
        seen.add(case_id)
        latest = _latest(visit, one)
        cards.append(Card(case_id, one.account.case_number, cases.get(case_id), one, latest))
    cards += [
        Card(case.case_id, case.case_number, case, None, ())
        for case in cases.values()
        if case.case_id not in seen
    ]
    return cards


def _latest(visit: Visit, one: Account) -> tuple[pb.MyPayment, ...]:
    asked = pb.ListMyPaymentsRequest(
        participant_id=one.participant_id, case_id=one.account.case_id, page_size=LATEST
    )
    found = reading.reads(visit).ListMyPayments(asked, **visit.as_person)
    return tuple(found.payments)


def _payout(visit: Visit, accounts: list[Account]) -> pb.GetMyPayoutResponse | None:
    """Return how the person is paid, and when the next payments go out."""
    receiver = next((one.participant_id for one in accounts if not one.pays), None)
    if receiver is None:
        return None
    asked = pb.GetMyPayoutRequest(participant_id=receiver)
    return reading.reads(visit).GetMyPayout(asked, **visit.as_person)


def _to_do(visit: Visit) -> ToDo:
    stub = visit.stub("case", PartyCaseReadServiceStub)
    tasks = [
        task
        for participant_id in parent(visit).participant_ids
        for task in stub.ListMyTasks(
            case_pb.ListMyTasksRequest(participant_id=participant_id), **visit.as_person
        ).tasks
    ]
    days = [day for task in tasks if (day := to_date(task.due_on)) is not None]
    return ToDo(len(tasks), min(days, default=None))


def _unread(visit: Visit) -> int:
    stub = visit.stub("notification", InboxPartyServiceStub)
    return sum(
        stub.CountMyUnread(
            notice_pb.CountMyUnreadRequest(participant_id=participant_id), **visit.as_person
        ).unread
        for participant_id in parent(visit).participant_ids
    )


PAGES = (Page("/home", show, mobile=True),)
