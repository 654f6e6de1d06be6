"""Closings with their cases, held until the end of the transaction, and what is known of them."""

import policy
from case_service.actions.changing import lock_case
from case_service.actions.desk import precondition
from case_service.domain import closing as domain
from case_service.domain.known_arrears import known_arrears
from case_service.domain.model import Case
from case_service.store import balances, cases, closures, incarcerations, participants
from case_service.store import locating as locating_store
from chassis.errors import not_found
from chassis.runtime import Work

ASSIGNED_BUCKETS = "case.closure_assigned_buckets"
MAX_PARTS = 1_000
"""Of locate requests, reviews or worklist items of one case that are looked at."""


def facts_of(work: Work, case: Case) -> domain.Facts:
    """Return what is known of a case that a ground may ask for."""
    today, law = work.clock.today(), policy.load(work.settings.jurisdiction)
    due = {
        (one.obligation_id, one.bucket): one.due_cents
        for one in balances.of_case(work.session, case.case_id)
    }
    children = [
        m.participant_id
        for m in case.members
        if m.role == "child" and (m.until is None or m.until >= today)
    ]
    people = participants.read(work.session, work.keys, children)
    obligor = case.obligor_id
    jailed = incarcerations.current(work.session, obligor, today) if obligor else None
    return domain.Facts(
        case=case,
        arrears=known_arrears(case, due, law.codes(ASSIGNED_BUCKETS, today), today),
        births={p.participant.participant_id: p.participant.birth_date for p in people},
        findings=closures.standing_findings(work.session, case.case_id),
        incarcerated_until=jailed.expected_until if jailed else None,
        locating=_locating(work, case),
    )


def _locating(work: Work, case: Case) -> domain.Locating | None:
    """The newest locate request for the obligor, or for who may be the father."""
    ids = locating_store.page(work.session, case.case_id, "", "", MAX_PARTS)
    requests = [one.request for one in locating_store.read(work.session, ids)]
    of_obligor = [one for one in requests if one.participant_id != case.obligee_id]
    if not of_obligor:
        return None
    last = max(of_obligor, key=lambda one: one.needed_on)
    in_vain = {i.source for i in last.inquiries if i.answered_on and i.outcome == "nothing"}
    return domain.Locating(last.needed_on, len(in_vain), last.located_on)


def hold(work: Work, closure_id: str) -> tuple[cases.Stored, closures.Stored]:
    """Return a closing with its case, held until the end of the transaction. Raises NOT_FOUND.

    The case is locked first: two workers wait for each other in one order.
    """
    case_id = closures.case_of(work.session, closure_id)
    if case_id is None:
        raise not_found("closing", closure_id)
    case = lock_case(work, case_id)
    stored = closures.read(work.session, work.keys, closure_id)
    if stored is None:
        raise not_found("closing", closure_id)
    return case, stored


def save(work: Work, before: closures.Stored, after: domain.Closure) -> closures.Stored:
    """Write a closing in its next version."""
    return closures.save(work.session, work.keys, before, after, work.clock.now())


def refuse_unmet(evaluation: domain.Evaluation) -> None:
    """Raise FAILED_PRECONDITION with all that stands in the way of a ground."""
    if evaluation.verdict is domain.Verdict.MET:
        return
    raise precondition(
        f"{evaluation.ground.citation} is not met: " + "; ".join(evaluation.open_points()),
        ground=evaluation.ground.code,
    )
