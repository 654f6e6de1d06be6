"""Messages of closing: domain to contract."""

from case_service.domain import closing as domain
from case_service.domain.closing_grounds import BY_CODE
from case_service.store import closures
from chassis.dates import from_date
from childsupport.case.v1 import closure_service_pb2 as pb

STATES = {
    pb.CLOSURE_STATE_INTENDED: domain.INTENDED,
    pb.CLOSURE_STATE_CLOSED: domain.CLOSED,
    pb.CLOSURE_STATE_KEPT_OPEN: domain.KEPT_OPEN,
    pb.CLOSURE_STATE_WITHDRAWN: domain.WITHDRAWN,
    pb.CLOSURE_STATE_REOPENED: domain.REOPENED,
}
ANSWERS = {
    pb.CLOSURE_ANSWER_KIND_INFORMATION: domain.INFORMATION,
    pb.CLOSURE_ANSWER_KIND_CONTACT: domain.CONTACT,
    pb.CLOSURE_ANSWER_KIND_CONSENT: domain.CONSENT,
}
REASONS = {
    pb.REOPEN_REASON_APPLICATION: domain.APPLICATION,
    pb.REOPEN_REASON_NEW_INFORMATION: domain.NEW_INFORMATION,
    pb.REOPEN_REASON_CLOSED_IN_ERROR: domain.CLOSED_IN_ERROR,
}
VERDICTS = {
    domain.Verdict.MET: pb.CLOSURE_CHECK_STATE_MET,
    domain.Verdict.NOT_MET: pb.CLOSURE_CHECK_STATE_NOT_MET,
    domain.Verdict.MISSING: pb.CLOSURE_CHECK_STATE_MISSING,
}
NOTICES = {
    domain.Told.NOBODY: pb.CLOSURE_NOTICE_NONE,
    domain.Told.RECIPIENT: pb.CLOSURE_NOTICE_RECIPIENT,
    domain.Told.INITIATING_AGENCY: pb.CLOSURE_NOTICE_INITIATING_AGENCY,
}
STATE_VALUES = {code: value for value, code in STATES.items()}
ANSWER_VALUES = {code: value for value, code in ANSWERS.items()}
REASON_VALUES = {code: value for value, code in REASONS.items()}


def closure_message(stored: closures.Stored) -> pb.Closure:
    """Return the message for a closing."""
    one = stored.closure
    return pb.Closure(
        closure_id=one.closure_id,
        case_id=one.case_id,
        ground=one.ground,
        title=BY_CODE[one.ground].title if one.ground in BY_CODE else "",
        state=STATE_VALUES[one.state],
        intended_on=from_date(one.intended_on),
        recipient_id=one.recipient_id,
        notice_on=from_date(one.notice_on),
        answer_by=from_date(one.answer_by),
        answer=_answer(one.answer) if one.answer else None,
        checks=[check_message(check) for check in one.checks],
        closed_on=from_date(one.closed_on),
        reopened_on=from_date(one.reopened_on),
        reopened_because=REASON_VALUES.get(one.reopened_because, pb.REOPEN_REASON_UNSPECIFIED),
        application_id=one.application_id,
        etag=str(stored.version),
    )


def own_closure_message(stored: closures.Stored) -> pb.Closure:
    """Return the message for a closing as its recipient sees it.

    The ground and its checks say what is known of the other side (health, income, danger).
    """
    message = closure_message(stored)
    for hidden in ("ground", "title", "checks", "reopened_because", "application_id", "etag"):
        message.ClearField(hidden)
    return message


def _answer(given: domain.Answer) -> pb.ClosureAnswer:
    return pb.ClosureAnswer(
        kind=ANSWER_VALUES[given.kind],
        answered_on=from_date(given.answered_on),
        statement=given.statement,
    )


def check_message(check: domain.Check) -> pb.ClosureCheck:
    """Return the message for one thing that a ground asks for."""
    return pb.ClosureCheck(
        title=check.title,
        state=VERDICTS[check.verdict],
        detail=check.detail,
        finding_code=check.finding_code,
    )


def ground_message(evaluation: domain.Evaluation) -> pb.ClosureGround:
    """Return the message for a ground held against a case."""
    ground = evaluation.ground
    return pb.ClosureGround(
        ground=ground.code,
        title=ground.title,
        citation=ground.citation,
        state=VERDICTS[evaluation.verdict],
        checks=[check_message(check) for check in evaluation.checks],
        notice=NOTICES[ground.told],
        mandatory=ground.mandatory,
    )


def finding_message(stored: closures.StoredFinding) -> pb.ClosureFinding:
    """Return the message for a finding."""
    return pb.ClosureFinding(
        finding_id=stored.finding_id,
        case_id=stored.case_id,
        code=stored.finding.code,
        on_date=from_date(stored.finding.on_date),
        number=stored.finding.number,
        statement=stored.statement,
        document_ids=stored.document_ids,
        recorded_by=stored.recorded_by,
        retracted_on=from_date(stored.retracted_on),
        retracted_because=stored.retracted_because,
    )
