"""Messages of GuidelineService to the worksheet's input and back.

The request has the names and the shapes of the input file, so that both are read by the same rules
and an error names the same field.
"""

from datetime import date

from google.protobuf.json_format import MessageToDict

from case_service.domain.guidelines import GuidelineInput, GuidelineResult, read_input
from case_service.domain.guidelines.formulas import printed
from case_service.domain.guidelines.worksheet import Worksheet, owed_cents
from chassis.dates import from_date, to_date
from chassis.explanations import step_message
from childsupport.case.v1 import guideline_service_pb2 as pb


def input_from_message(
    message: pb.ComputeGuidelineRequest, today: date | None = None
) -> GuidelineInput:
    """Read a request, by the law of `today` where it names no day.

    Raises GuidelineError, or an error naming a broken date.
    """
    raw = MessageToDict(message, preserving_proto_field_name=True)
    on = to_date(message.effective_date, "effective_date")
    on = on or today
    raw["effective_date"] = on.isoformat() if on else None
    raw.setdefault("shared_parenting", False)
    return read_input(raw)


def response_message(result: GuidelineResult) -> pb.ComputeGuidelineResponse:
    """Return the message for a result."""
    response = pb.ComputeGuidelineResponse(
        worksheets=[_worksheet(sheet) for sheet in result.worksheets],
        obligation_cents=result.owed.amount_cents,
        payer=result.owed.payer or "",
        guideline_obligation_cents=result.guideline.amount_cents,
        guideline_payer=result.guideline.payer or "",
        health_coverage=[
            pb.GuidelineCoverage(
                parent=coverage.who,
                reasonable_cost=printed(coverage.limit),
                reasonable=coverage.reasonable,
            )
            for coverage in result.coverage
        ],
        notes=result.notes,
        steps=[
            pb.GuidelineStep(
                worksheet=step.worksheet,
                line=step.line,
                formula=step.formula,
                step=step_message(step.step),
            )
            for step in result.steps
        ],
        policy_checksum=result.policy_checksum,
        effective_date=from_date(result.given.effective_date),
    )
    if result.extraordinary is not None:
        expenses = result.extraordinary
        response.extraordinary_medical.total = printed(expenses.total)
        response.extraordinary_medical.a = printed(expenses.share_a)
        response.extraordinary_medical.b = printed(expenses.share_b)
    return response


def _worksheet(worksheet: Worksheet) -> pb.GuidelineWorksheet:
    payer, cents = owed_cents(worksheet)
    return pb.GuidelineWorksheet(
        form=worksheet.form,
        children=worksheet.children,
        column_a=worksheet.column_a,
        column_b=worksheet.column_b,
        lines=worksheet.lines(),
        boxes=worksheet.boxes(),
        self_support_reserve=worksheet.reserve,
        obligation_cents=cents,
        payer=payer or "",
    )
