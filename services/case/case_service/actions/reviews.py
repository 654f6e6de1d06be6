"""Asking for a review, deciding on it, collecting what shows the incomes (45 CFR 303.8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import policy
from case_service.actions import clocks, worklist
from case_service.actions.changing import lock_case
from case_service.actions.desk import precondition
from case_service.actions.evidence import checked
from case_service.actions.held_reviews import hold, last_looked_at, role_of, save, tell_both
from case_service.actions.notices import notify
from case_service.actions.recording import refuse_locations
from case_service.actions.telling import tell
from case_service.domain import reviews as domain
from case_service.domain.model import Case, Order
from case_service.domain.notices import Notice
from case_service.store import incarcerations
from case_service.store import reviews as store
from chassis.errors import invalid_field
from chassis.ids import new_id
from chassis.runtime import Work

AUTHORITY = "45 CFR 303.8(b)"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for."""

    origin: str
    order_id: str = ""
    """Empty: the only one of the case."""
    participant_id: str = ""
    """Empty: the State itself."""
    grounds: tuple[str, ...] = ()
    document_ids: tuple[str, ...] = ()
    statement: str = ""
    requested_on: date | None = None
    """None: today."""


def ask(work: Work, case_id: str, asked: Asked) -> store.Stored:
    """Take a request for a review; its days begin with it."""
    case = lock_case(work, case_id).case
    today, law = work.clock.today(), policy.load(work.settings.jurisdiction)
    order = _order(case, asked.order_id, today)
    _check_grounds(asked.grounds, domain.grounds_known(law, today))
    if under_way := store.under_way(work.session, order.order_id):
        raise precondition("a review of this order is under way", review_id=under_way)
    own = asked.participant_id if asked.origin == "party" else ""
    requested_on = asked.requested_on or today
    review = domain.Review(
        review_id=new_id(),
        case_id=case_id,
        order_id=order.order_id,
        origin=asked.origin,
        requested_by=asked.participant_id,
        requested_on=requested_on,
        regular=asked.origin == "cycle"
        or domain.cycle_over(last_looked_at(work, order), law, requested_on),
        grounds=tuple(dict.fromkeys(asked.grounds)),
        document_ids=checked(work, case_id, asked.document_ids, participant_id=own),
        statement=asked.statement,
        state=domain.REQUESTED,
        state_on=today,
        decide_by=law.due_date("review.decide", requested_on),
    )
    stored = store.add(work.session, work.keys, review, work.clock.now())
    _announce(work, case, review)
    return stored


def _order(case: Case, order_id: str, on: date) -> Order:
    orders = domain.reviewable(case, on)
    if not orders:
        raise precondition(
            "nothing to review: the case is open, IV-D and has an order that runs, or is not",
            case_number=case.case_number,
        )
    if not order_id and len(orders) == 1:
        return orders[0]
    found = [order for order in orders if order.order_id == order_id]
    if not found:
        ids = ", ".join(order.order_id for order in orders)
        raise invalid_field("order_id", f"must be an order of the case that runs: {ids}")
    return found[0]


def _check_grounds(grounds: Sequence[str], known: frozenset[str]) -> None:
    wrong = [n for n, ground in enumerate(grounds) if ground not in known]
    if wrong:
        raise invalid_field(f"grounds[{wrong[0]}]", f"one of {', '.join(sorted(known))}")


def _announce(work: Work, case: Case, review: domain.Review) -> None:
    clocks.start(work, case.case_id, "review", review.requested_on, about_id=review.review_id)
    clocks.start(
        work, case.case_id, "review_decision", review.requested_on, about_id=review.review_id
    )
    tell(
        work,
        case.case_id,
        "review_requested" if review.requested_by else "review_opened",
        on=review.requested_on,
        about_id=review.review_id,
        citation=AUTHORITY,
        who=role_of(case, review.requested_by),
        grounds=", ".join(review.grounds) or "none named",
        why=ORIGINS[review.origin],
    )
    worklist.put(
        work,
        case.case_id,
        "ALERT",
        review.review_id,
        due_on=review.decide_by,
        about_type="review",
        what="A review was asked for: decide on it",
    )
    if review.requested_by:
        notify(work, case, review.requested_by, Notice("review_requested", review.review_id))


ORIGINS: Mapping[str, str] = {
    "party": "a parent asked for it",
    "worker": "a parent asked for it",
    "cycle": "the cycle ends in a case with assigned support",
    "incarceration": "the obligor is incarcerated",
    "agency": "by its own decision",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a request is accepted; `located_on` when the other parent was located after it."""

    accept: bool
    reasons: str
    located_on: date | None = None


def decide(work: Work, review_id: str, decision: Decision, etag: str) -> store.Stored:
    """Accept or refuse a request; both parents are told.

    One that comes when the cycle is over cannot be refused, one that comes before cannot be
    accepted without a ground and its proof (45 CFR 303.8(b)(1), (5), (6)).
    """
    case, before = hold(work, review_id, etag)
    review, today = before.review, work.clock.today()
    law = policy.load(work.settings.jurisdiction)
    if review.state != domain.REQUESTED:
        raise precondition("the request is decided already", state=review.state)
    if decision.located_on and decision.located_on > today:
        raise invalid_field("located_on", "today or before")
    if not decision.accept:
        return _refuse(work, case, before, decision.reasons)
    jailed = incarcerations.current(work.session, case.obligor_id, today)
    proofs = len(review.document_ids) + (jailed is not None)
    if open_points := domain.lacking(review, proofs, law, today):
        raise precondition(
            "the cycle is not over, so " + "; ".join(open_points), review_id=review_id
        )
    after = replace(
        review,
        state=domain.UNDER_REVIEW,
        state_on=today,
        located_on=decision.located_on,
        begins_on=law.due_date("review.parents_told", today),
    )
    _decided(work, case, after)
    if after.counts_from > review.counts_from:
        clocks.cancel(work, case.case_id, "review", today, about_id=review_id)
        clocks.start(work, case.case_id, "review", after.counts_from, about_id=review_id)
    clocks.start(work, case.case_id, "review_parents_told", today, about_id=review_id)
    begins_on = after.begins_on.isoformat() if after.begins_on else ""
    tell(
        work,
        case.case_id,
        "review_accepted",
        about_id=review_id,
        citation=AUTHORITY,
        begins_on=begins_on,
    )
    tell_both(
        work,
        case,
        Notice(
            "review_started",
            review_id,
            answer_by=after.begins_on,
            letter=True,
            facts={"begins_on": begins_on},
        ),
    )
    return save(work, before, after)


def _refuse(work: Work, case: Case, before: store.Stored, reasons: str) -> store.Stored:
    review, today = before.review, work.clock.today()
    if not domain.may_refuse(review):
        raise precondition(
            "the cycle since the order or its last review is over: the review is due without any"
            " proof; accept it (45 CFR 303.8(b)(1), (5))",
            review_id=review.review_id,
        )
    refuse_locations(work, [case], "reasons", reasons)
    _decided(work, case, review)
    clocks.stop(work, case.case_id, "review", today, about_id=review.review_id)
    tell(
        work,
        case.case_id,
        "review_refused",
        about_id=review.review_id,
        citation="45 CFR 303.8(b)(6)",
        reasons=reasons,
    )
    facts = {"outcome": domain.REFUSED}
    tell_both(work, case, Notice("review_decided", review.review_id, facts=facts, text=reasons))
    refused = replace(
        review, state=domain.REFUSED, state_on=today, finished_on=today, reasons=reasons
    )
    return save(work, before, refused)


def _decided(work: Work, case: Case, review: domain.Review) -> None:
    today = work.clock.today()
    clocks.stop(work, case.case_id, "review_decision", today, about_id=review.review_id)
    worklist.done(work, review.review_id)


def collect_income(work: Work, income: store.Income) -> store.Income:
    """Keep what shows a parent's income."""
    case, stored = hold(work, income.review_id)
    review = stored.review
    if review.state not in domain.UNDER_WAY:
        raise precondition("the review is over", state=review.state)
    if income.participant_id not in {case.obligor_id, case.obligee_id}:
        raise invalid_field("participant_id", "must be the obligor or the obligee of the case")
    ids = checked(work, case.case_id, income.document_ids)
    kept = replace(income, document_ids=ids)
    store.add_income(work.session, work.keys, kept)
    tell(
        work,
        case.case_id,
        "review_income_recorded",
        on=income.received_on,
        about_id=review.review_id,
        who=role_of(case, income.participant_id).lower(),
        what=income.kind.replace("_", " "),
    )
    return kept
