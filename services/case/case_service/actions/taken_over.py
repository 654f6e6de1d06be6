"""Orders of other systems: what each import said of them is a version, like everything else."""

from collections.abc import Sequence

from case_service.actions.order_writing import taken_over_text
from case_service.domain.model import Case, Order
from case_service.domain.orders.model import Version
from case_service.store import cases
from case_service.store import orders as store
from chassis.runtime import Work


def keep_versions(work: Work, changed: Sequence[cases.Stored]) -> None:
    """Append a version of each order that is new or says something else than before."""
    handed_in = [(stored.case, order) for stored in changed for order in stored.case.orders]
    latest = store.latest(work.session, work.keys, [order.order_id for _, order in handed_in])
    versions = []
    for case, order in handed_in:
        before = latest.get(order.order_id)
        version = _version(work, case, order, before.number + 1 if before else 1)
        if before is None or _said(before) != _said(version):
            versions.append(version)
    store.add(work.session, work.keys, versions)


def _version(work: Work, case: Case, order: Order, number: int) -> Version:
    return Version(
        order_id=order.order_id,
        case_id=case.case_id,
        number=number,
        cause="taken_over",
        recorded_at=work.clock.now(),
        recorded_by=work.caller.person,
        text=taken_over_text(case, order),
        obligations=order.obligations,
    )


def _said(version: Version) -> tuple[object, ...]:
    return version.text, version.obligations
