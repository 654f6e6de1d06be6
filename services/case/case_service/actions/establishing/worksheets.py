"""A guideline worksheet beside its order: computed, compared with what was ordered, kept."""

from dataclasses import dataclass

from google.protobuf.json_format import MessageToJson, Parse

import policy
from case_service.actions.changing import lock_case
from case_service.actions.establishing.common import law_of
from case_service.actions.recording import refuse
from case_service.actions.telling import tell
from case_service.domain.establishing import worksheets as domain
from case_service.domain.guidelines import GuidelineError, GuidelineResult, compute
from case_service.domain.guidelines.inputs import Column
from case_service.domain.model import Order, Violation
from case_service.guideline_messages import input_from_message, response_message
from case_service.store import worksheets as store
from chassis.errors import PlatformError, not_found
from chassis.ids import new_id
from chassis.runtime import Work
from childsupport.case.v1 import guideline_service_pb2 as guideline_pb


@dataclass(frozen=True, slots=True)
class Attachment:
    """What is attached: the input, whose column is the obligor's, which obligations it led to."""

    case_id: str
    order_id: str
    given: guideline_pb.ComputeGuidelineRequest
    obligor_column: str
    obligation_ids: tuple[str, ...]


def attach(work: Work, attachment: Attachment) -> store.Worksheet:
    """Compute the guidelines for an order and keep input, result and checksum.

    What was ordered is the guidelines' amount, or the court deviates on a ground and with a finding
    (KRS 403.211(2)-(3)); anything else is refused.
    """
    case = lock_case(work, attachment.case_id).case
    order = next((o for o in case.orders if o.order_id == attachment.order_id), None)
    if order is None:
        raise not_found("order of the case", attachment.order_id)
    obligor: Column = "a" if attachment.obligor_column == "a" else "b"
    refuse(_violations(order, attachment))
    result = computed(attachment.given, law_of(work))
    ordered = domain.ordered_cents(order, attachment.obligation_ids)
    refuse(domain.order_violations(result, obligor, ordered))
    guideline, _ = domain.owed_by(result, obligor)
    now = work.clock.now()
    worksheet = store.Worksheet(
        worksheet_id=new_id(now),
        case_id=case.case_id,
        order_id=order.order_id,
        law_of=result.given.effective_date,
        obligor_column=obligor,
        guideline_cents=guideline,
        ordered_cents=ordered,
        deviates=result.given.deviation is not None,
        policy_checksum=result.policy_checksum,
        input=_json(attachment.given),
        result=_json(response_message(result)),
        recorded_by=work.caller.person,
        recorded_at=now,
    )
    store.add(work.session, work.keys, worksheet)
    _tell(work, worksheet)
    return worksheet


def computed(given: guideline_pb.ComputeGuidelineRequest, law: policy.Policy) -> GuidelineResult:
    """Compute a worksheet. Raises PlatformError naming the field that breaks a rule."""
    try:
        return compute(input_from_message(given), law)
    except GuidelineError as error:
        refuse([Violation(f"guideline.{error.field}", f"read {error.read}; {error.rule}")])
        raise


def input_of(worksheet: store.Worksheet) -> guideline_pb.ComputeGuidelineRequest:
    """Return what a kept worksheet was computed from."""
    return Parse(worksheet.input, guideline_pb.ComputeGuidelineRequest())


def result_of(worksheet: store.Worksheet) -> guideline_pb.ComputeGuidelineResponse:
    """Return what a kept worksheet came to."""
    return Parse(worksheet.result, guideline_pb.ComputeGuidelineResponse())


def computes_the_same(worksheet: store.Worksheet, law: policy.Policy) -> bool:
    """Whether the same input under this law, for the day of the worksheet, gives what was kept."""
    try:
        again = computed(input_of(worksheet), law)
    except PlatformError:
        return False
    return response_message(again) == result_of(worksheet)


def _violations(order: Order, attachment: Attachment) -> list[Violation]:
    found = []
    if attachment.obligor_column not in {"a", "b"}:
        found.append(Violation("obligor_column", '"a" or "b": the column of who owes'))
    known = {one.obligation_id for one in order.obligations}
    for n, one in enumerate(attachment.obligation_ids):
        if one not in known:
            found.append(Violation(f"obligation_ids[{n}]", "an obligation of the order"))
    return found


def _json(
    message: guideline_pb.ComputeGuidelineRequest | guideline_pb.ComputeGuidelineResponse,
) -> str:
    return MessageToJson(message, preserving_proto_field_name=True, indent=None)


def _tell(work: Work, worksheet: store.Worksheet) -> None:
    deviates = "the court deviates, with its finding"
    finding = deviates if worksheet.deviates else "the order follows them"
    tell(
        work,
        worksheet.case_id,
        "worksheet_attached",
        about_id=worksheet.worksheet_id,
        citation="KRS 403.211(2)-(3)",
        ordered=policy.dollars(worksheet.ordered_cents),
        guideline=policy.dollars(worksheet.guideline_cents),
        finding=finding,
    )
