"""What establishing has to say when an order is recorded, and what the order brings to an end."""

from collections.abc import Sequence
from datetime import date

from case_service.actions import clocks
from case_service.actions.establishing.common import law_of, unfit
from case_service.actions.establishing.parentage import View, look
from case_service.actions.establishing.paternity import stop_rescission
from case_service.actions.establishing.serving import end
from case_service.actions.recording import refuse
from case_service.domain.establishing import retroactive
from case_service.domain.establishing.facts import Proceeding, Recorded, actions
from case_service.domain.establishing.household import children_of
from case_service.domain.model import Case, Violation
from case_service.domain.orders.model import NewOrder
from case_service.store import parentage, serving
from chassis.ids import derived_id
from chassis.runtime import Work

TEMPORARY = "temporary"
FIRST_ORDERS = frozenset({"original", TEMPORARY})
OF_CHILDREN = frozenset({"child", "medical", "child_care"})


def check_first_order(work: Work, case: Case, new: NewOrder) -> None:
    """Refuse a first order of child support that paternity or its first day stands in the way of.

    What another State ordered is registered as it is (42 USC 666(a)(11)), and an order that was
    made here before is modified without asking again.
    """
    if new.text.kind not in FIRST_ORDERS or not any(
        one.support_type in OF_CHILDREN for one in new.obligations
    ):
        return
    children = covered_children(case, new)
    check_paternity(work, case, children, temporary=new.text.kind == TEMPORARY)
    first = permitted_from(work, case, children, new.text.filed_on)
    if first is None:
        return
    refuse(
        Violation(
            f"obligations[{n}].terms[0].effective_from",
            f"{first} or later: support reaches no further back (KRS 406.031)",
        )
        for n, one in enumerate(new.obligations)
        if one.support_type in OF_CHILDREN and one.terms and one.terms[0].effective_from < first
    )


def covered_children(case: Case, new: NewOrder) -> list[str]:
    """Return the children whom an order covers: those that it names, else all of the case."""
    named = {*new.text.children, *(one.child_id for one in new.obligations if one.child_id)}
    return sorted(named) or children_of(case)


def check_paternity(
    work: Work, case: Case, child_ids: Sequence[str], *, temporary: bool = False
) -> None:
    """Refuse to order support for children whose paternity is not established.

    Raises PlatformError (FAILED_PRECONDITION) that names each child and what is missing; the mother
    of a child needs no paternity to owe for it (45 CFR 303.4(a)). A temporary order can stand on a
    genetic test (42 USC 666(a)(5)(J)).
    """
    lacking = [v for v in look(work, case, sorted(set(child_ids))) if v.missing]
    if temporary:
        lacking = [v for v in lacking if not _likely(case, v)]
    if lacking:
        said = "; ".join(f"child {v.child.child_id}: {v.missing}" for v in lacking)
        raise unfit(
            f"no support can be ordered yet: {said}",
            case_id=case.case_id,
            child_ids=",".join(v.child.child_id for v in lacking),
        )


def _likely(case: Case, view: View) -> bool:
    found = view.standing
    return found.status == "presumed_by_test" and found.father_id == case.obligor_id


def permitted_from(
    work: Work, case: Case, child_ids: Sequence[str], filed_on: date | None
) -> date | None:
    """Return the first day that a first order may reach back to; None while no filing is known.

    To the birth where a paternity action began in time, else to the filing (KRS 406.031). Of
    several children the earliest day counts, as support is ordered for them together.
    """
    days = [
        day
        for view in look(work, case, sorted(set(child_ids)))
        if (day := _permitted(work, case, view, filed_on)) is not None
    ]
    return min(days, default=None)


def _permitted(work: Work, case: Case, view: View, filed_on: date | None) -> date | None:
    filed = [day for day, one in actions(view.recorded) if one.father_id == case.obligor_id]
    born = view.child.birth_date
    if born is None:
        return filed_on
    law = law_of(work)
    petitions = [retroactive.Petition(day, paternity=True) for day in filed]
    petitions += [retroactive.Petition(filed_on, paternity=False)] if filed_on else []
    return min((retroactive.permitted_from(p, born, law)[0] for p in petitions), default=None)


def order_established(
    work: Work, case: Case, order_id: str, child_ids: Sequence[str], entered_on: date
) -> None:
    """Bring to an end what an order of support ends.

    The 90 days for it, the federal spans of the petitions that it decides (45 CFR 303.101), and,
    as a proceeding about the child, the time to take an acknowledgment back (42 USC 666(a)(5)(D)).
    """
    about = case.obligor_id
    clocks.stop(work, case.case_id, "establish_order", entered_on, about_id=about)
    known = serving.read(work.session, work.keys, serving.ids(work.session, case.case_id))
    for stored in known:
        process = stored.process
        decided = process.state != "disposed" and process.filed_on <= entered_on
        if decided and process.participant_id == about:
            end(work, stored, "order", entered_on)
    for view in look(work, case, sorted(set(child_ids))):
        if view.standing.acknowledgment_id:
            _record_proceeding(work, view, order_id, entered_on)


def _record_proceeding(work: Work, view: View, order_id: str, on: date) -> None:
    now = work.clock.now()
    recorded = Recorded(
        fact_id=derived_id("proceeding of an order", order_id, view.child.child_id),
        child_id=view.child.child_id,
        case_id=view.case.case_id,
        on_date=on,
        fact=Proceeding((view.case.obligor_id, view.case.obligee_id)),
        recorded_by=work.caller.person,
        recorded_at=now,
    )
    parentage.add(work.session, work.keys, recorded, now)
    stop_rescission(work, view, [*view.recorded, recorded], on)
