"""What became of a planned payment: the payer is told when it was not made, the plan may stop."""

from dataclasses import replace

from chassis.runtime import Work
from payments_service.actions import payment_notices
from payments_service.actions.payment_notices import Told
from payments_service.store import online, scheduled
from payments_service.store.online import Payment
from payments_service.store.scheduled import Plan
from policy import load

DECLINES = "online.declines"
DECLINED, OVER = "scheduled_payment_declined", "scheduled_payment_over"
AGAIN, STOPPED = "again", "stopped"
NOTHING_OWED, CHARGED_BACK = "nothing_owed", "charged_back"
"""Why a plan is over."""


def note(work: Work, payment: Payment) -> None:
    """Note on its plan that a payment was approved, declined, given up or taken back by the bank.

    Whose bank took one payment back is not charged for the next. Most payments have no plan.
    """
    if payment.scheduled_payment_id is None:
        return
    plan = scheduled.lock(work.session, payment.scheduled_payment_id)
    if plan is None:
        raise RuntimeError(f"payment {payment.payment_id} was made by a plan that is not here")
    if payment.state == online.APPROVED:
        scheduled.save(work.session, replace(plan, declines=0))
        return
    if payment.state == online.CHARGED_BACK:
        if plan.state == scheduled.ACTIVE:
            scheduled.save(work.session, closed(plan, scheduled.STOPPED))
            tell_over(work, plan, CHARGED_BACK)
        return
    declined = payment.state == online.DECLINED
    left = replace(plan, declines=plan.declines + declined)
    most = load(work.settings.jurisdiction).count(DECLINES, work.clock.today())
    if left.state == scheduled.ACTIVE and left.declines >= most:
        left = closed(left, scheduled.STOPPED)
    scheduled.save(work.session, left)
    _tell(work, left, payment)


def closed(plan: Plan, state: int) -> Plan:
    """Return a plan that is over; its token is kept no longer."""
    return replace(plan, state=state, next_on=None, token=None)


def tell_over(work: Work, plan: Plan, cause: str) -> None:
    """Tell the payer that a plan is over without his doing."""
    facts = {"amount_cents": str(plan.amount_cents), "cause": cause}
    case = scheduled.case_of(work.session, plan.obligor_id)
    told = Told(OVER, plan.obligor_id, plan.scheduled_payment_id, case, facts, letter=False)
    payment_notices.tell(work, [told])


def _tell(work: Work, plan: Plan, payment: Payment) -> None:
    facts = {
        "amount_cents": str(payment.amount_cents),
        "next": STOPPED if plan.state == scheduled.STOPPED else AGAIN if plan.next_on else "",
    }
    if payment.scheduled_for is not None:
        facts["due_on"] = payment.scheduled_for.isoformat()
    if plan.next_on is not None:
        facts["next_on"] = plan.next_on.isoformat()
    case = scheduled.case_of(work.session, plan.obligor_id)
    told = Told(DECLINED, plan.obligor_id, payment.payment_id, case, facts, letter=False)
    payment_notices.tell(work, [told])
