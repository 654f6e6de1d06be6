"""Judging cases: add up what they are behind with, apply the rule, tell what changed."""

from collections.abc import Iterable
from datetime import date

from chassis.dates import from_date
from chassis.events import MAX_PAGE_ITEMS
from chassis.explanations import step_message
from chassis.runtime import Work
from childsupport.enforcement.v1 import enforcement_service_pb2 as pb
from childsupport.enforcement.v1.events_pb2 import DelinquenciesChanged
from enforcement_service.domain.delinquency import Standing, judge
from enforcement_service.store import arrears
from policy import Step, load


def screen(work: Work, case_ids: Iterable[str], on: date) -> int:
    """Judge cases on a day; returns how many became delinquent or are no longer."""
    ids = sorted(case_ids)
    if not ids:
        return 0
    policy = load(work.settings.jurisdiction)
    arrears.lock_cases(work.session, ids)
    changed: list[arrears.Record] = []
    turned: list[str] = []
    for found in arrears.sums(work.session, ids, on):
        finding = judge(Standing(found.arrears_cents, found.monthly_amount_cents), policy, on)
        if found.is_as_judged(delinquent=finding.delinquent):
            continue
        since = (found.delinquent_since or on) if finding.delinquent else None
        changed.append(
            arrears.Record(
                case_id=found.case_id,
                version=found.version + 1,
                arrears_cents=found.arrears_cents,
                monthly_amount_cents=found.monthly_amount_cents,
                delinquent=finding.delinquent,
                delinquent_since=since,
                step=finding.step.to_dict(),
            )
        )
        if found.was_delinquent != finding.delinquent:
            turned.append(found.case_id)
    arrears.write(work.session, changed, work.clock.now())
    _tell(work, turned)
    return len(turned)


def screen_everybody(work: Work, on: date) -> dict[str, int | str]:
    """Judge every known case on a day; the nightly screening."""
    after, seen, turned = "", 0, 0
    while page := arrears.all_case_ids(work.session, after, MAX_PAGE_ITEMS):
        turned += screen(work, page, on)
        seen += len(page)
        after = page[-1]
    return {"cases": seen, "changed": turned}


def message(record: arrears.Record) -> pb.CaseArrears:
    """Return the message for a record."""
    return pb.CaseArrears(
        case_id=record.case_id,
        case_number=record.case_number,
        obligor_id=record.obligor_id,
        arrears_cents=record.arrears_cents,
        monthly_amount_cents=record.monthly_amount_cents,
        delinquent=record.delinquent,
        delinquent_since=from_date(record.delinquent_since),
        steps=[step_message(Step.from_dict(record.step))],
        version=record.version,
    )


def _tell(work: Work, case_ids: list[str]) -> None:
    if not case_ids:
        return
    now = arrears.records(work.session, case_ids)
    work.emit(
        DelinquenciesChanged(cases=[message(now[case_id]) for case_id in case_ids]),
        subject=case_ids[0],
    )
