"""Payments online for days to come: planned, made on their days, cancelled.

A payment of a plan is started like any other. What makes a second one for a day impossible is the
plan's row, which moves on in the same transaction, and a unique key of plan and day.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from chassis.errors import PlatformError, invalid_field, not_found
from chassis.ids import new_id
from chassis.runtime import Work
from childsupport.common.v1.errors_pb2 import ErrorReason
from payments_service.actions import online, plan_outcomes
from payments_service.actions.plan_outcomes import closed
from payments_service.domain.model import Frequency
from payments_service.domain.planned import FREQUENCIES, next_day
from payments_service.gateway import gateway_of
from payments_service.settings import settings_of
from payments_service.store import receiving
from payments_service.store import scheduled as store
from payments_service.store.scheduled import Plan
from policy import load

TOKEN = "scheduled_payment.token"  # noqa: S105 - what the column is encrypted for
AHEAD = "online.plan_ahead"
MAX_ACTIVE = 20
"""Plans of a payer that run at the same time: more is a mistake, or somebody trying out cards."""
PAGE = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a payer asks for; amounts in cents. `last_on` None: until it is cancelled."""

    cents: int
    instrument: int
    token: str
    first_on: date | None
    frequency: int
    last_on: date | None


def span(work: Work) -> tuple[date, date]:
    """Return the first and the last day that a plan may begin on."""
    today = work.clock.today()
    first = today + timedelta(days=1)
    return first, today + timedelta(days=load(work.settings.jurisdiction).days(AHEAD, today))


def plan(work: Work, obligor_id: str, wanted: Wanted) -> Plan:
    """Write a plan down. Raises INVALID_FIELD, or FAILED_PRECONDITION where none can be taken."""
    online.check_open(work)
    if not receiving.is_obligor(work.session, obligor_id):
        raise invalid_field("participant_id", "must be the one who pays in a case")
    online.check_amount(work, wanted.cents)
    online.check_token(wanted.token)
    first = _check_days(work, wanted)
    if store.count_active(work.session, obligor_id) >= MAX_ACTIVE:
        raise PlatformError(
            ErrorReason.ERROR_REASON_FAILED_PRECONDITION,
            f"there are {MAX_ACTIVE} plans already: cancel one before the next is made",
        )
    now = work.clock.now()
    made = Plan(
        scheduled_payment_id=new_id(now),
        obligor_id=obligor_id,
        amount_cents=wanted.cents,
        instrument=wanted.instrument,
        frequency=wanted.frequency,
        first_on=first,
        last_on=wanted.last_on,
        next_on=first,
        token=work.keys.encrypt(TOKEN, wanted.token),
        state=store.ACTIVE,
        declines=0,
        last_payment_id=None,
        planned_at=now,
    )
    store.add(work.session, made)
    return made


def _check_days(work: Work, wanted: Wanted) -> date:
    if wanted.frequency not in FREQUENCIES:
        raise invalid_field("frequency", "must be once, weekly, every two weeks or monthly")
    earliest, latest = span(work)
    first = wanted.first_on
    if first is None or not earliest <= first <= latest:
        raise invalid_field("first_on", f"must be {earliest} to {latest}; read {first}")
    if wanted.last_on is not None:
        if wanted.frequency == Frequency.ONCE:
            raise invalid_field("last_on", "must be left out where one payment is made")
        if wanted.last_on < first:
            raise invalid_field("last_on", f"must not be before first_on {first}")
    return first


def cancel(work: Work, obligor_id: str, plan_id: str) -> Plan:
    """End a plan of a payer; one that was over before stays as it was.

    Raises NOT_FOUND for a plan of somebody else as for one that is not there.
    """
    found = store.lock(work.session, plan_id)
    if found is None or found.obligor_id != obligor_id:
        raise not_found("scheduled payment", plan_id)
    if found.state != store.ACTIVE:
        return found
    ended = closed(found, store.CANCELLED)
    store.save(work.session, ended)
    return ended


def pay_scheduled(work: Work, business_date: date) -> Mapping[str, int | str]:
    """Start the payments that plans have due by a date; the timer `ask_gateway` charges them.

    Of a plan that missed several days one payment is started: nobody is charged at once for weeks.
    Raises ValueError for a day that has not come.
    """
    today = work.clock.today()
    if business_date > today:
        message = f"pay_scheduled {business_date}: today is {today}, and no day is paid before it"
        raise ValueError(message)
    if gateway_of(settings_of(work)) is None:
        return {"payments": 0, "amount_cents": 0, "plans_over": 0}
    payments = cents = over = 0
    while page := store.take_due(work.session, business_date, PAGE):
        for due in page:
            if store.may_owe(work.session, due.obligor_id, business_date):
                _pay(work, due, business_date)
                payments += 1
                cents += due.amount_cents
            else:
                store.save(work.session, closed(due, store.ENDED))
                plan_outcomes.tell_over(work, due, plan_outcomes.NOTHING_OWED)
                over += 1
    return {"payments": payments, "amount_cents": cents, "plans_over": over}


def _pay(work: Work, due: Plan, business_date: date) -> None:
    if due.token is None or due.next_on is None:
        raise RuntimeError(f"plan {due.scheduled_payment_id} is due and has no token or no day")
    payment = online.begin(
        work,
        due.obligor_id,
        due.amount_cents,
        due.instrument,
        work.keys.decrypt(TOKEN, due.token),
        plan=(due.scheduled_payment_id, due.next_on),
    )
    made = replace(due, last_payment_id=payment.payment_id)
    after = next_day(due.first_on, Frequency(due.frequency), due.last_on, business_date)
    ended = closed(made, store.ENDED)
    store.save(work.session, ended if after is None else replace(made, next_on=after))
