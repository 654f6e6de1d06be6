"""Paying out: once for a business date, in steps that workers share.

Gathered by lanes of obligors (with the ledger entries of the lane), cut into one payment a payee,
written into files. Each step is a transaction: a run that died goes on where it stopped.
"""

from collections.abc import Mapping
from datetime import date

from chassis import outgoing
from chassis.runtime import Work
from payments_service import messages
from payments_service.actions import gathering, outgoing_files, run_files
from payments_service.actions.payees import HOLD_REASONS, asks_for_prenotes
from payments_service.domain.lanes import LANES
from payments_service.settings import settings_of
from payments_service.store import disbursements, files, ledger, payable, runs
from payments_service.store.payable import Releasing
from payments_service.store.runs import Step
from policy import load

FOLDER = "disbursements"
CALENDAR = "federal_reserve"
CUT_PAYEES = 5_000
GATHER, CUT, WRITE, FINISH = 1, 2, 3, 4
STEPS = (
    *((GATHER, lane) for lane in range(LANES)),
    (CUT, 0),
    *((WRITE, part) for part in run_files.PARTS),
    (FINISH, 0),
)


def disburse(work: Work, business_date: date) -> Mapping[str, int | str]:
    """Pay out what is owed onward and has settled by a business date, once for the date.

    Does what is left of the run; `pay_page` does it a transaction at a time. Files are stored with
    the books; the timer `write_files` brings them to disk. Raises ValueError for a day that has not
    come, or on which the Federal Reserve does not settle.
    """
    _begin(work, business_date)
    while step := runs.take(work.session, wait=True):
        _advance(work, step)
    run, names = runs.get(work.session, business_date)
    return {
        "disbursements": run.disbursements,
        "amount_cents": run.amount_cents,
        "held_parts": run.held_parts,
        "late_parts": run.late_parts,
        "files": ",".join(names),
    }


def pay_page(work: Work, business_date: date) -> bool:
    """Do one step of a date's run; waits a little for what others do, False when all is done."""
    if _begin(work, business_date) or go_on(work):
        return True
    return runs.wait_for_others(work.session, business_date)


def go_on(work: Work) -> bool:
    """Do one step of a run that has begun; what a timer does beside the job."""
    step = runs.take(work.session, wait=False)
    if step is None:
        return False
    _advance(work, step)
    return True


def _begin(work: Work, business_date: date) -> bool:
    _check_day(work, business_date)
    return runs.begin(work.session, business_date, work.clock.now(), STEPS)


def _check_day(work: Work, business_date: date) -> None:
    today = work.clock.today()
    if business_date > today:
        message = f"disburse {business_date}: today is {today}, and no day is paid out before it"
        raise ValueError(message)
    if not load(work.settings.jurisdiction).calendar(CALENDAR).is_business_day(business_date):
        message = f"disburse {business_date}: payments go out on Federal Reserve business days only"
        raise ValueError(message)


def _advance(work: Work, step: Step) -> None:
    session, on = work.session, step.business_date
    if step.stage == GATHER:
        held = gathering.gather_lane(work, on, step.part)
        runs.done(session, step, held, work.clock.now())
    elif step.stage == CUT:
        _cut_page(work, step)
    elif step.stage == WRITE:
        run_files.write_part(work, step)
    else:
        runs.finish(session, on, GATHER, work.clock.now())
        runs.done(session, step, 0, work.clock.now())


def _cut_page(work: Work, step: Step) -> None:
    session, on = work.session, step.business_date
    names = outgoing_files.file_names(on)
    odfi = settings_of(work).bank_routing_number[: outgoing_files.ODFI_DIGITS]
    if not step.items:
        disbursements.reserve_traces(session, disbursements.count_to_pay(session, on))
    count = disbursements.cut(session, on, odfi, names, CUT_PAYEES)
    if count:
        runs.move_on(session, step, "", count)
    else:
        runs.done(session, step, 0, work.clock.now())


def release_holds(work: Work) -> bool:
    """Make payable again what was held for want of a way to pay, or by people, once it is over."""
    session, today = work.session, work.clock.today()
    policy = load(work.settings.jurisdiction)
    releasing = Releasing(
        today,
        asks_for_prenotes(policy, today),
        messages.NO_PAYEE_ADDRESS,
        policy.codes(HOLD_REASONS, today),
    )
    lane = payable.take_lane_to_release(session, releasing)
    if lane is None:
        return False
    freed = payable.release_payable(session, lane, releasing, gathering.PAGE)
    ledger.record(
        session, lane, gathering.release_entries(freed, today), on=today, at=work.clock.now()
    )
    return bool(freed)


def write_files(work: Work) -> bool:
    """Bring one stored file to disk: beside its place first, then renamed into it."""
    name = files.take_unwritten(work.session)
    if name is None:
        return False
    folder = work.settings.data_dir / FOLDER
    outgoing.write_file(folder, name, files.content(work.session, work.keys, name))
    files.mark_written(work.session, name, work.clock.now())
    return True
