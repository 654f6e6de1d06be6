"""Recording, modifying, correcting and ending what a court ordered.

    record_order(work, case_id, NewOrder, etag="") -> Version          etag of the case
    modify_order(work, order_id, Modification, etag="") -> Version     etag of the order
    correct_order(work, order_id, Correction, etag="") -> Version
    end_obligation(work, obligation_id, Ending, etag="") -> Version

The inputs are those of `domain.orders.model`; an order's etag is the number of its newest version.
A `Version` holds what the order says now: `order_id`, `text`, `obligations` with their ids. What
breaks a rule is refused with every field that does (INVALID_FIELD); what does not fit the state
with FAILED_PRECONDITION. Each writes the history, tells both parties, and tells CasesChanged with
the days that it touches, all in the caller's unit of work.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

import policy
from case_service.actions import establishing, right_notices
from case_service.actions.changing import lock_case, save_case
from case_service.actions.evidence import refuse_foreign
from case_service.actions.order_telling import tell_change, tell_correction
from case_service.actions.order_writing import (
    Change,
    Locked,
    lock_order,
    order_of,
    spans,
    tell_parties,
    write_change,
)
from case_service.actions.recording import refuse
from case_service.actions.telling import tell
from case_service.domain.model import Case, Obligation, Violation
from case_service.domain.notices import Notice
from case_service.domain.orders import checking, making, terms
from case_service.domain.orders.converting import term_from
from case_service.domain.orders.ending import why_not
from case_service.domain.orders.model import (
    Correction,
    Ending,
    Modification,
    NewObligation,
    NewOrder,
    Version,
)
from case_service.domain.orders.reaching import permitted_from
from case_service.domain.orders.wording import SUPPORT, ended_by
from case_service.store import cases
from case_service.store import orders as store
from chassis.errors import PlatformError, not_found
from chassis.ids import new_id
from chassis.runtime import Work
from childsupport.common.v1.errors_pb2 import ErrorReason

FAILED = ErrorReason.ERROR_REASON_FAILED_PRECONDITION
AUTHORS = ("recorded", "modified")


def record_order(work: Work, case_id: str, new: NewOrder, *, etag: str = "") -> Version:
    """Record an order of a case with what it obliges to."""
    before = lock_case(work, case_id, etag)
    case, today = before.case, work.clock.today()
    if not case.obligor_id:
        raise PlatformError(FAILED, "record first who owes: paternity is not established yet")
    refuse(_order_violations(work, new, case, today))
    refuse_foreign(work, [case_id], new.document_id)
    establishing.check_first_order(work, case, new)
    law, text = policy.load(), new.text
    obligations = [making.begin(one, new_id(), law, today) for one in new.obligations]
    if text.judgment:
        bears = (text.entered_on or text.judgment.as_of) if text.interest_ordered else None
        obligations = making.with_judgment(obligations, text.judgment, new_id(), bears)
    version = Version(
        order_id=new.order_id or new_id(work.clock.now()),
        case_id=case_id,
        number=1,
        cause="recorded",
        recorded_at=work.clock.now(),
        recorded_by=work.caller.person,
        text=text,
        obligations=tuple(obligations),
        effective_from=min(o.effective_from for o in obligations if o.effective_from),
        document_id=new.document_id,
    )
    after = replace(case, orders=(*case.orders, order_of(version)))
    save_case(work, before, after, spans((), version.obligations, "recorded"))
    store.add(work.session, work.keys, [version])
    tell_change(work, after, version, version.effective_from or today, "order_recorded")
    children = establishing.covered_children(case, new)
    entered_on = text.entered_on or version.effective_from or today
    establishing.order_established(work, after, version.order_id, children, entered_on)
    right_notices.keep(work, after)
    return version


def modify_order(work: Work, order_id: str, change: Modification, *, etag: str = "") -> Version:
    """Change an order as a court did, from a day on that the law lets it reach back to."""
    locked = lock_order(work, order_id, etag)
    text, today, law = locked.newest.text, work.clock.today(), policy.load()
    first, _ = permitted_from(change.entered_on, change.filed_on, change.notice_on, law, today)
    owed = locked.order.obligations
    covered = text.children if change.children is None else change.children
    refuse(
        [
            *checking.modification_violations(change, owed, covered, today, first),
            *checking.unknown_children("children", covered, _children(locked.case)),
            *_taken_ids(work, change.added, "added"),
        ]
    )
    changes = {one.obligation_id: one for one in change.changes}
    obligations = [
        making.changed(one, changes[one.obligation_id], change.effective_from, law, today)
        if one.obligation_id in changes
        else one
        for one in owed
    ]
    obligations += [making.begin(one, new_id(), law, today) for one in change.added]
    said = replace(
        text,
        kind="modification",
        entered_on=change.entered_on,
        children=covered,
        filed_on=change.filed_on,
        notice_on=change.notice_on,
        deviation_finding_id=change.deviation_finding_id,
    )
    version = write_change(
        work,
        locked,
        Change(
            "modified",
            said,
            tuple(obligations),
            change.document_id,
            change.explanation,
        ),
    )
    if version.number != locked.newest.number:
        tell_change(work, locked.case, version, change.effective_from, "order_modified")
    return version


def correct_order(work: Work, order_id: str, correction: Correction, *, etag: str = "") -> Version:
    """Put an entry error right after the court's paper; another person does than made it."""
    locked = lock_order(work, order_id, etag)
    today, newest = work.clock.today(), locked.newest
    _refuse_own_error(work, locked)
    children = _children(locked.case)
    refuse(checking.correction_violations(correction, locked.order.obligations, children, today))
    law = policy.load()
    right = {one.obligation_id: one for one in correction.obligations}
    obligations = []
    for one in locked.order.obligations:
        if stated := right.get(one.obligation_id):
            said = tuple(term_from(term, law) for term in stated.terms)
            monthly = stated.monthly_arrears_cents
            kept = one.monthly_arrears_cents if monthly is None else monthly
            corrected = terms.present(replace(one, monthly_arrears_cents=kept), said, today)
            obligations.append(corrected)
        else:
            obligations.append(one)
    version = write_change(
        work,
        locked,
        Change(
            "corrected",
            correction.text or newest.text,
            tuple(obligations),
            correction.document_id,
            correction.paper_says,
        ),
    )
    if version.number != newest.number:
        tell_correction(work, locked, version)
    return version


def end_obligation(work: Work, obligation_id: str, ending: Ending, *, etag: str = "") -> Version:
    """End an obligation as a court ordered; any other ground is refused, and told what does it.

    What ends by itself (`actions.lives.settle`) or never began goes through `end_locked`.
    """
    if reason := why_not(ending.ground, policy.load(), work.clock.today()):
        raise PlatformError(FAILED, reason)
    order_id = store.order_of_obligation(work.session, obligation_id)
    if order_id is None:
        raise not_found("obligation", obligation_id)
    locked = lock_order(work, order_id, etag)
    one, today = locked.obligation(obligation_id), work.clock.today()
    first, _ = permitted_from(
        ending.entered_on or today, ending.filed_on, ending.notice_on, policy.load(), today
    )
    refuse(checking.ending_violations(ending, one, first))
    return end_locked(work, locked, one, ending)


def end_locked(work: Work, locked: Locked, one: Obligation, ending: Ending) -> Version:
    """End an obligation of an order whose case is locked, and tell it."""
    cut = terms.ended_after(terms.terms_of(one), ending.last_day)
    ended = terms.present(one, cut, work.clock.today())
    version = write_change(
        work,
        locked,
        Change(
            "ended",
            locked.newest.text,
            replaced(locked, ended),
            ending.document_id,
            ending.explanation,
            ending.ground,
            one.obligation_id,
        ),
    )
    tell(
        work,
        locked.case.case_id,
        "obligation_ended",
        on=ending.last_day,
        about_id=one.obligation_id,
        citation="KRS 403.213(3)" if ending.ground != "order" else "",
        support=SUPPORT[one.support_type],
        court_number=version.text.court_number,
        last_day=ending.last_day.isoformat(),
        ground=ended_by(ending.ground),
    )
    facts = {
        "support_type": one.support_type,
        "ended_on": ending.last_day.isoformat(),
        "ground": ending.ground,
    }
    notice = Notice("obligation_ended", one.obligation_id, facts=facts)
    tell_parties(work, locked.case, version, notice)
    return version


def replaced(locked: Locked, changed: Obligation) -> tuple[Obligation, ...]:
    """Return the order's obligations with one of them changed."""
    return tuple(
        changed if one.obligation_id == changed.obligation_id else one
        for one in locked.order.obligations
    )


def _order_violations(work: Work, new: NewOrder, case: Case, today: date) -> Iterator[Violation]:
    text = new.text
    first = None
    if text.entered_on is not None:
        first, _ = permitted_from(
            text.entered_on, text.filed_on, text.notice_on, policy.load(), today
        )
    yield from checking.order_violations(new, _children(case), today, first)
    yield from _taken_ids(work, new.obligations, "obligations")
    if new.order_id and store.case_of_order(work.session, new.order_id):
        yield Violation("order_id", "is recorded already")


def _taken_ids(work: Work, new: Sequence[NewObligation], path: str) -> Iterator[Violation]:
    named = [one.obligation_id for one in new if one.obligation_id]
    taken = cases.owners(work.session, [], named) if named else {}
    for n, one in enumerate(new):
        if one.obligation_id in taken:
            yield Violation(f"{path}[{n}].obligation_id", "is recorded already")


def _children(case: Case) -> frozenset[str]:
    return frozenset(m.participant_id for m in case.members if m.role == "child")


def _refuse_own_error(work: Work, locked: Locked) -> None:
    """Two people for what reaches behind: who recorded the order cannot say what it said."""
    versions = store.versions(work.session, work.keys, [locked.order.order_id])
    written = versions.get(locked.order.order_id, (locked.newest,))
    authors = {v.recorded_by for v in written if v.cause in AUTHORS} | {
        written[-1].recorded_by if written[-1].cause == "corrected" else ""
    }
    if work.caller.person in authors:
        raise PlatformError(
            FAILED,
            "another person than the one who recorded the order has to correct it",
            metadata={"recorded_by": work.caller.person},
        )
