"""What every change of an order has in common: the version appended, the case saved and told."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from case_service.actions import notices
from case_service.actions.changing import Span, check_etag, lock_case, save_case
from case_service.actions.evidence import refuse_foreign
from case_service.domain.model import Case, Obligation, Order
from case_service.domain.notices import Notice
from case_service.domain.orders import terms
from case_service.domain.orders.model import OrderText, Version
from case_service.store import cases
from case_service.store import orders as store
from chassis.errors import not_found
from chassis.ids import derived_id
from chassis.runtime import Work

IMPORTED_BY: Final = "import"


@dataclass(frozen=True, slots=True)
class Locked:
    """An order whose case is locked: the case, the order in it, and its newest version."""

    stored: cases.Stored
    order: Order
    newest: Version
    is_baseline: bool
    """True when the newest version was never written: the order came before versions were kept."""

    @property
    def case(self) -> Case:
        return self.stored.case

    def obligation(self, obligation_id: str) -> Obligation:
        """Return one of its obligations. Raises PlatformError (NOT_FOUND)."""
        for one in self.order.obligations:
            if one.obligation_id == obligation_id:
                return one
        raise not_found("obligation", obligation_id)


def lock_order(work: Work, order_id: str, etag: str = "") -> Locked:
    """Lock the case of an order, and return both. The etag is the number of its newest version.

    Raises PlatformError: NOT_FOUND, or ETAG_MISMATCH.
    """
    case_id = store.case_of_order(work.session, order_id)
    if case_id is None:
        raise not_found("order", order_id)
    locked = lock_in(work, lock_case(work, case_id), order_id)
    check_etag(locked.newest.number, etag, "order")
    return locked


def lock_in(work: Work, stored: cases.Stored, order_id: str) -> Locked:
    """Return an order of a case that is locked already."""
    order = next(o for o in stored.case.orders if o.order_id == order_id)
    newest = store.latest(work.session, work.keys, [order_id]).get(order_id)
    if newest is not None:
        return Locked(stored, order, newest, is_baseline=False)
    return Locked(stored, order, baseline(work, stored.case, order), is_baseline=True)


def baseline(work: Work, case: Case, order: Order) -> Version:
    """Return what an order said that was taken over before versions were kept."""
    return Version(
        order_id=order.order_id,
        case_id=case.case_id,
        number=1,
        cause="taken_over",
        recorded_at=store.changed_at(work.session, case.case_id) or work.clock.now(),
        recorded_by=IMPORTED_BY,
        text=taken_over_text(case, order),
        obligations=order.obligations,
    )


def taken_over_text(case: Case, order: Order) -> OrderText:
    """Return what another system told of an order's words."""
    return OrderText(
        kind="original",
        court_number=order.court_number,
        county_fips=order.county_fips,
        entered_on=order.entered_on,
        children=tuple(m.participant_id for m in case.members if m.role == "child"),
        income_withholding=order.income_withholding,
        interest_ordered=order.interest_ordered,
    )


@dataclass(frozen=True, slots=True)
class Change:
    """What a change makes of an order, and why."""

    cause: str
    text: OrderText
    obligations: tuple[Obligation, ...]
    document_id: str = ""
    explanation: str = ""
    ground: str = ""
    about_id: str = ""


def write_change(work: Work, locked: Locked, change: Change) -> Version:
    """Append the order's next version, save its case, and tell which days it touches.

    A change that changes nothing leaves the version that there is.
    """
    refuse_foreign(work, [locked.case.case_id], change.document_id)
    touched = spans(locked.order.obligations, change.obligations, change.cause)
    same = change.text == locked.newest.text and change.obligations == locked.order.obligations
    if same:
        return locked.newest
    version = Version(
        order_id=locked.order.order_id,
        case_id=locked.case.case_id,
        number=locked.newest.number + 1,
        cause=change.cause,
        recorded_at=work.clock.now(),
        recorded_by=work.caller.person,
        text=change.text,
        obligations=change.obligations,
        effective_from=min((span.first_day for span in touched), default=None),
        document_id=change.document_id,
        explanation=change.explanation,
        ground=change.ground,
        about_id=change.about_id,
    )
    written = [locked.newest, version] if locked.is_baseline else [version]
    store.add(work.session, work.keys, written)
    order = order_of(version)
    orders = [order if o.order_id == order.order_id else o for o in locked.case.orders]
    save_case(work, locked.stored, replace(locked.case, orders=tuple(orders)), touched)
    return version


def order_of(version: Version) -> Order:
    """Return the present state of an order, as a case holds it."""
    return Order(
        order_id=version.order_id,
        court_number=version.text.court_number,
        income_withholding=version.text.income_withholding,
        obligations=version.obligations,
        county_fips=version.text.county_fips,
        entered_on=version.text.entered_on,
        interest_ordered=version.text.interest_ordered,
    )


def spans(before: Sequence[Obligation], after: Sequence[Obligation], cause: str) -> list[Span]:
    """Return, by obligation, the days for which something else is owed than before."""
    known = {one.obligation_id: one for one in before}
    found = []
    for one in after:
        was = known.get(one.obligation_id)
        days = terms.differing_days(terms.terms_of(was) if was else (), terms.terms_of(one))
        if days:
            found.append(Span(days[0], days[1], cause, one.obligation_id))
    return found


def monthly_total(obligations: Sequence[Obligation], day: date) -> int:
    """Return what an order comes to in a day's month."""
    return sum(terms.monthly_on(terms.terms_of(one), day) for one in obligations)


def tell_parties(work: Work, case: Case, version: Version, notice: Notice) -> None:
    """Tell both parties; the notice is about this version, so that twice is once."""
    about = derived_id("order version", version.order_id, str(version.number), notice.about_id)
    for party in (case.obligor_id, case.obligee_id):
        if party:
            notices.notify(work, case, party, replace(notice, about_id=about))
