"""Establishing, as it is done: paternity, locating, serving, worksheets.

check_first_order(work, case, new)      paternity and the first day permit the order, or it raises
check_paternity(work, case, child_ids)  nothing blocks a support order, or it raises
permitted_from(work, case, child_ids, filed_on)  how far back a first order may reach
order_established(work, case, order_id, child_ids, on)  what an order brings to an end
"""

from case_service.actions.establishing.orders import (
    check_first_order,
    check_paternity,
    covered_children,
    order_established,
    permitted_from,
)

__all__ = [
    "check_first_order",
    "check_paternity",
    "covered_children",
    "order_established",
    "permitted_from",
]
