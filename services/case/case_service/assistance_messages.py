"""Assistance as messages of the contract, with the steps of what is not repaid."""

from collections.abc import Iterator
from datetime import date

import policy
from case_service.actions.assistance import CITATIONS, WORDS
from case_service.domain.assigning import Month
from case_service.domain.assistance import CASH, Account, unreimbursed_cents
from case_service.messages import ASSISTANCE_VALUES, PROGRAM_VALUES, SUPPORT_TYPE_VALUES
from case_service.store.cases import Stored
from chassis.dates import from_date
from chassis.explanations import step_message
from childsupport.case.v1 import assistance_service_pb2 as pb
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.common.v1.explanation_pb2 import Step

LIMIT = "distribution.retained_limit"


def assistance_message(
    stored: Stored, account: Account, law: policy.Policy, today: date
) -> pb.Assistance:
    """Return the message for the assistance of a case."""
    case = stored.case
    return pb.Assistance(
        case_id=case.case_id,
        etag=str(stored.version),
        status=ASSISTANCE_VALUES[case.assistance_status],
        since=from_date(case.assistance_since),
        unreimbursed_assistance_cents=case.unreimbursed_assistance_cents,
        periods=[
            case_pb.AssistancePeriod(
                period_id=p.period_id,
                program=PROGRAM_VALUES[p.program],
                first_month=from_date(p.first_month),
                last_month=from_date(p.last_month),
                paid_cents=p.paid_cents,
                child_id=p.child_id,
            )
            for p in case.assistance
        ],
        paid=[
            pb.AssistancePaid(
                program=PROGRAM_VALUES[p.program],
                child_id=p.child_id,
                first_month=from_date(p.first_month),
                last_month=from_date(p.last_month),
                paid_cents=p.paid_cents,
                in_balance=p.in_balance,
            )
            for p in account.paid
        ],
        steps=list(_steps(account, law, today)),
    )


def month_message(month: Month, law: policy.Policy, today: date) -> pb.AssistanceMonth:
    """Return the message for what a month assigns."""
    return pb.AssistanceMonth(
        month=from_date(month.month),
        status=ASSISTANCE_VALUES[month.status],
        programs=[PROGRAM_VALUES[program] for program in month.programs],
        paid_cents=month.paid_cents,
        assigned=[
            pb.AssignedSupport(
                program=PROGRAM_VALUES[one.program],
                support_type=SUPPORT_TYPE_VALUES[one.support_type],
                accruing_cents=one.accruing_cents,
                assigned_cents=one.assigned_cents,
                citation=law.rule(CITATIONS[one.program], today).citation,
            )
            for one in month.assigned
        ],
    )


def _steps(account: Account, law: policy.Policy, today: date) -> Iterator[Step]:
    """Yield how the unreimbursed assistance comes about: the balance, each program, the sum."""
    limit = law.rule(LIMIT, today)
    balance = account.balance.unreimbursed_cents
    if balance:
        text = "Not repaid when the case was taken over."
        yield _step(limit, {}, {"amount_cents": balance}, text)
    for program in CASH:
        of_program = [p for p in account.paid if p.program == program]
        counted = sum(p.paid_cents for p in of_program if not p.in_balance)
        known = sum(p.paid_cents for p in of_program if p.in_balance)
        if of_program:
            yield _step(
                law.rule(CITATIONS[program], today),
                {"paid_cents": counted + known, "in_balance_cents": known},
                {"amount_cents": counted},
                f"{WORDS[program]} paid to the family, without what the balance holds already.",
            )
    yield _step(
        limit,
        {},
        {"unreimbursed_cents": unreimbursed_cents(account)},
        "What the State may keep of assigned support, less what it has kept since.",
    )


def _step(
    rule: policy.Rule, inputs: dict[str, str | int], output: dict[str, str | int], text: str
) -> Step:
    step = policy.explain(rule, inputs, output, text)
    return step_message(step, rule_checksum=rule.checksum)
