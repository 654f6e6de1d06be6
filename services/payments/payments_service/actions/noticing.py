"""What a new version of a case makes wrong in the books: queued to be computed again.

The versions themselves are compared, so that one which says nothing new queues nothing.
"""

from functools import partial

from chassis.runtime import Work
from payments_service.domain.accrual import accrual_for
from payments_service.domain.changes import assistance_changed_from, changed_from
from payments_service.domain.model import month_of
from payments_service.store import books, projections, to_redo
from payments_service.store.books import Known
from payments_service.store.to_redo import ToRedo

ORDER_CHANGED = "order_changed"
OPENING_CHANGED = "opening_changed"
ASSISTANCE_CHANGED = "assistance_changed"


def notice_changes(work: Work, before: Known, case_ids: list[str]) -> None:
    """Queue the obligors whose past months read otherwise in the newer versions of cases."""
    after = books.known(work.session, case_ids)
    _learn_earlier(work, before, after)
    today = work.clock.today()
    accrual = partial(accrual_for, work.settings.jurisdiction)
    rows: list[ToRedo] = []
    new: list[ToRedo] = []
    for id_, (obligor_id, obligation) in after.obligations.items():
        _, known = before.obligations.get(id_, ("", None))
        month = changed_from(known, obligation, today, accrual)
        if month is None:
            continue
        opens = known is not None and known.opening != obligation.opening
        row = ToRedo(obligor_id, month, OPENING_CHANGED if opens else ORDER_CHANGED)
        (new if known is None else rows).append(row)
    for id_, (obligor_id, case) in after.cases.items():
        if id_ in before.cases:
            month = assistance_changed_from(before.cases[id_][1], case, today)
            if month is not None:
                rows.append(ToRedo(obligor_id, month, ASSISTANCE_CHANGED))
    if new:
        # Of an obligor that nothing is booked for there is nothing to compute again. Unless other
        # orders were known: then the first posting may be under way, without the new one.
        posted = to_redo.posted_to(work.session, [row.obligor_id for row in new])
        learnt = [id_ for id_ in after.obligations if id_ not in before.obligations]
        posted |= projections.with_others(work.session, [row.obligor_id for row in new], learnt)
        rows += [row for row in new if row.obligor_id in posted]
    to_redo.queue(work.session, rows, work.clock.now())


def _learn_earlier(work: Work, before: Known, after: Known) -> None:
    """What is charged from its beginning stays so, when it turns out to have begun earlier."""
    months = {}
    for id_, (_, now) in after.obligations.items():
        _, was = before.obligations.get(id_, ("", None))
        start = month_of(now.effective_from)
        if was is None or start >= now.learnt_month:
            continue
        if was.learnt_month <= month_of(was.effective_from):
            months[id_] = start
    if months:
        projections.learn_earlier(work.session, months)
