"""Reads orders in all their versions, and how long what they oblige to lasts."""

from collections.abc import Sequence
from datetime import date, datetime

import policy
from case_service.actions.lives import order_life, people_of
from case_service.actions.order_writing import baseline
from case_service.api import ids
from case_service.domain.model import Case, Order, Term
from case_service.domain.orders import terms
from case_service.domain.orders.converting import month_worth
from case_service.domain.orders.life_events import standing
from case_service.domain.orders.model import Version
from case_service.messages import term_message
from case_service.order_messages import Detail, detail_message, event_message, version_message
from case_service.store import cases
from case_service.store import orders as store
from chassis.dates import to_date, to_instant
from chassis.errors import not_found
from chassis.explanations import step_message
from chassis.grpc import paging
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.case.v1 import order_service_pb2 as pb


@ids.checked
class OrderReads:
    """Reads orders."""

    def GetOrder(self, request: pb.GetOrderRequest, work: Work) -> pb.GetOrderResponse:
        """Return one order with all its versions, and how long its obligations last."""
        case_id = store.case_of_order(work.session, request.order_id)
        if case_id is None:
            raise not_found("order", request.order_id)
        versions = versions_of(work, request.order_id, case_id)
        events = store.events(work.session, [case_id]).get(case_id, ())
        (detail,) = details(work, [request.order_id], [case_id])
        return pb.GetOrderResponse(
            order=detail_message(detail),
            versions=[version_message(version) for version in versions],
            events=[event_message(event) for event in standing(events)],
        )

    def ListOrders(self, request: pb.ListOrdersRequest, work: Work) -> pb.ListOrdersResponse:
        """List orders as they are now."""
        size = paging.page_size(request)
        after = paging.decode_token(work.keys, request.page_token, listing="orders")
        page = store.page(work.session, _filter(request, work.clock.today()), after, size + 1)
        shown, more = page[:size], len(page) > size
        found = details(work, [order for order, _ in shown], [case for _, case in shown])
        last = shown[-1][0] if more else ""
        return pb.ListOrdersResponse(
            orders=[detail_message(detail) for detail in found],
            next_page_token=paging.encode_token(work.keys, last, listing="orders") if more else "",
        )

    def ListOrderVersions(
        self, request: pb.ListOrderVersionsRequest, work: Work
    ) -> pb.ListOrderVersionsResponse:
        """List the versions of an order, oldest first."""
        case_id = store.case_of_order(work.session, request.order_id)
        if case_id is None:
            raise not_found("order", request.order_id)
        size = paging.page_size(request)
        token = paging.decode_token(work.keys, request.page_token, listing="order_versions")
        rest = [
            version
            for version in versions_of(work, request.order_id, case_id)
            if version.number > int(token or 0)
        ]
        shown, more = rest[:size], len(rest) > size
        last = str(shown[-1].number) if more else ""
        return pb.ListOrderVersionsResponse(
            versions=[version_message(version) for version in shown],
            next_page_token=paging.encode_token(work.keys, last, listing="order_versions")
            if more
            else "",
        )

    def GetObligationAsOf(
        self, request: pb.GetObligationAsOfRequest, work: Work
    ) -> pb.GetObligationAsOfResponse:
        """Return what an obligation came to on a day, as it was known at an instant."""
        order_id = store.order_of_obligation(work.session, request.obligation_id)
        case_id = store.case_of_order(work.session, order_id) if order_id else None
        if order_id is None or case_id is None:
            raise not_found("obligation", request.obligation_id)
        on = to_date(request.effective_on, "effective_on") or work.clock.today()
        known_at = (
            to_instant(request.known_at) if request.HasField("known_at") else work.clock.now()
        )
        version = known(versions_of(work, order_id, case_id), known_at)
        if version is None:
            return pb.GetObligationAsOfResponse()
        term = term_of(version, request.obligation_id, on)
        return pb.GetObligationAsOfResponse(
            known=True,
            owed=term is not None,
            term=term_message(term) if term else None,
            monthly_cents=term.monthly_cents if term else 0,
            version=version_message(version),
            steps=[step_message(step) for step in _conversion(term)],
        )


def versions_of(work: Work, order_id: str, case_id: str) -> Sequence[Version]:
    """Return the versions of an order; of one that came before they were kept, what it says."""
    kept = store.versions(work.session, work.keys, [order_id]).get(order_id)
    if kept:
        return kept
    case = cases.read(work.session, [case_id])[0].case
    return (baseline(work, case, _order_in(case, order_id)),)


def details(work: Work, order_ids: Sequence[str], case_ids: Sequence[str]) -> list[Detail]:
    """Return orders as they are now, in the given order."""
    found = {s.case.case_id: s.case for s in cases.read(work.session, sorted(set(case_ids)))}
    versions = store.versions(work.session, work.keys, order_ids)
    people = people_of(work, list(found.values()))
    made = []
    for order_id, case_id in zip(order_ids, case_ids, strict=True):
        case = found[case_id]
        order = _order_in(case, order_id)
        kept = versions.get(order_id) or (baseline(work, case, order),)
        made.append(Detail(kept[-1], order_life(work, case, order, kept, people)))
    return made


def details_of_case(work: Work, case_id: str) -> list[Detail]:
    """Return all orders of a case as they are now."""
    ids = [order.order_id for order in cases.read(work.session, [case_id])[0].case.orders]
    return details(work, ids, [case_id] * len(ids))


def known(versions: Sequence[Version], at: datetime) -> Version | None:
    """Return the version that was the newest at an instant; None when there was none yet."""
    return max((v for v in versions if v.recorded_at <= at), key=lambda v: v.number, default=None)


def term_of(version: Version, obligation_id: str, on: date) -> Term | None:
    """Return the term that a version has in force for an obligation on a day."""
    for one in version.obligations:
        if one.obligation_id == obligation_id:
            return terms.term_on(terms.terms_of(one), on)
    return None


def _conversion(term: Term | None) -> list[policy.Step]:
    if term is None:
        return []
    _, steps = month_worth(term.amount_cents, term.frequency, policy.load(), term.effective_from)
    return steps


def _filter(request: pb.ListOrdersRequest, today: date) -> store.Filter:
    running = request.state == pb.ORDER_STATE_RUNNING
    ended = request.state == pb.ORDER_STATE_ENDED
    return store.Filter(
        case_id=request.case_id,
        court_number=request.court_number.strip(),
        running_on=today if running else None,
        ended_on=today if ended else None,
    )


def _order_in(case: Case, order_id: str) -> Order:
    return next(order for order in case.orders if order.order_id == order_id)


SERVICERS = (Servicer("childsupport.case.v1.OrderReadService", OrderReads()),)
