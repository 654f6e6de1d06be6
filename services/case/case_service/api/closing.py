"""Closes and reopens cases, and says what each ground still lacks."""

from datetime import date

from google.type.date_pb2 import Date

import policy
from case_service.actions import carrying_out, findings
from case_service.actions import closing as actions
from case_service.actions.desk import case_of, check_party, text_of
from case_service.actions.held_closings import facts_of
from case_service.closing_messages import (
    ANSWERS,
    REASONS,
    STATES,
    closure_message,
    finding_message,
    ground_message,
    own_closure_message,
)
from case_service.domain import closing as domain
from case_service.domain.closing_grounds import BY_CODE, GROUNDS
from case_service.domain.desk.access import is_id, parties
from case_service.messages import case_message
from case_service.store import closures
from chassis.dates import to_date
from chassis.errors import invalid_field, not_found
from chassis.grpc import paging
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.case.v1 import closure_service_pb2 as pb

MAX_STATEMENT_CHARS = 4_000


class ClosureReads:
    """Reads closings, and says what each ground still lacks."""

    def EvaluateClosure(
        self, request: pb.EvaluateClosureRequest, work: Work
    ) -> pb.EvaluateClosureResponse:
        """Hold a case against every ground."""
        facts = facts_of(work, case_of(work, request.case_id))
        law, today = policy.load(work.settings.jurisdiction), work.clock.today()
        evaluated = [domain.evaluate(ground, facts, law, today) for ground in GROUNDS]
        return pb.EvaluateClosureResponse(
            grounds=[ground_message(one) for one in evaluated],
            arrears=pb.ClosureArrears(
                known=facts.arrears.known,
                total_cents=facts.arrears.total_cents,
                assigned_cents=facts.arrears.assigned_cents,
            ),
        )

    def GetClosure(self, request: pb.GetClosureRequest, work: Work) -> pb.GetClosureResponse:
        """Return one closing."""
        closure_id = request.closure_id
        found = closures.read(work.session, work.keys, closure_id) if is_id(closure_id) else None
        if found is None:
            raise not_found("closing", closure_id)
        return pb.GetClosureResponse(closure=closure_message(found))

    def ListClosures(self, request: pb.ListClosuresRequest, work: Work) -> pb.ListClosuresResponse:
        """List closings, oldest first."""
        if request.case_id:
            case_of(work, request.case_id)
        states = sorted({STATES[state] for state in request.states if state in STATES})
        listing = f"closures:{request.case_id}:{','.join(states)}"
        size = paging.page_size(request)
        after = paging.decode_token(work.keys, request.page_token, listing=listing)
        page = closures.page(work.session, work.keys, request.case_id, states, after, size + 1)
        last = page[size - 1].closure.closure_id if len(page) > size else ""
        return pb.ListClosuresResponse(
            closures=[closure_message(stored) for stored in page[:size]],
            next_page_token=paging.encode_token(work.keys, last, listing=listing),
        )

    def ListClosureFindings(
        self, request: pb.ListClosureFindingsRequest, work: Work
    ) -> pb.ListClosureFindingsResponse:
        """List what was proven toward the closing of a case."""
        case_id = case_of(work, request.case_id).case_id
        listing = f"closure_findings:{case_id}"
        size = paging.page_size(request)
        after = paging.decode_token(work.keys, request.page_token, listing=listing)
        page = closures.findings_page(work.session, work.keys, case_id, after, size + 1)
        last = page[size - 1].finding_id if len(page) > size else ""
        return pb.ListClosureFindingsResponse(
            findings=[finding_message(stored) for stored in page[:size]],
            next_page_token=paging.encode_token(work.keys, last, listing=listing),
        )


class Closures:
    """Takes a case from a finding over the notice to its closing, and opens it again."""

    def RecordClosureFinding(
        self, request: pb.RecordClosureFindingRequest, work: Work
    ) -> pb.RecordClosureFindingResponse:
        """Record something that a ground asks for."""
        finding = domain.Finding(
            request.code, _past(request.on_date, "on_date", work), request.number
        )
        statement = text_of("statement", request.statement, MAX_STATEMENT_CHARS)
        case_id = case_of(work, request.case_id).case_id
        stored = findings.record(work, case_id, finding, statement, tuple(request.document_ids))
        return pb.RecordClosureFindingResponse(finding=finding_message(stored))

    def RetractClosureFinding(
        self, request: pb.RetractClosureFindingRequest, work: Work
    ) -> pb.RetractClosureFindingResponse:
        """Take a finding back."""
        reasons = text_of("reasons", request.reasons, MAX_STATEMENT_CHARS)
        stored = findings.retract(work, _id(request.finding_id, "finding"), reasons)
        return pb.RetractClosureFindingResponse(finding=finding_message(stored))

    def IntendClosure(
        self, request: pb.IntendClosureRequest, work: Work
    ) -> pb.IntendClosureResponse:
        """Say that a case is to be closed, and give the notice that its ground asks for."""
        if request.ground not in BY_CODE:
            raise invalid_field("ground", f"one of {', '.join(BY_CODE)}")
        case = case_of(work, request.case_id)
        if request.recipient_id:
            check_party(work, case, request.recipient_id, "recipient_id")
        told = to_date(request.agency_told_on, "agency_told_on")
        if told and told > work.clock.today():
            raise invalid_field("agency_told_on", "today or before")
        intent = actions.Intent(request.ground, request.recipient_id, told)
        stored = actions.intend(work, case.case_id, intent, request.etag)
        return pb.IntendClosureResponse(closure=closure_message(stored))

    def AnswerClosureNotice(
        self, request: pb.AnswerClosureNoticeRequest, work: Work
    ) -> pb.AnswerClosureNoticeResponse:
        """Take the recipient's own answer."""
        closure_id = _id(request.closure_id, "closing")
        stored = closures.read(work.session, work.keys, closure_id)
        me = request.participant_id
        if stored is None or stored.closure.recipient_id != me:
            raise not_found("closing", closure_id)
        if me not in parties(case_of(work, stored.closure.case_id), work.clock.today()):
            raise not_found("closing", closure_id)
        given = _answer(request.kind, request.statement, work.clock.today())
        after = actions.answer(work, closure_id, given, participant_id=me)
        return pb.AnswerClosureNoticeResponse(closure=own_closure_message(after))

    def RecordClosureAnswer(
        self, request: pb.RecordClosureAnswerRequest, work: Work
    ) -> pb.RecordClosureAnswerResponse:
        """Take an answer that a worker records."""
        on = _past(request.answered_on, "answered_on", work)
        given = _answer(request.kind, request.statement, on)
        stored = actions.answer(work, _id(request.closure_id, "closing"), given)
        return pb.RecordClosureAnswerResponse(closure=closure_message(stored))

    def WithdrawClosure(
        self, request: pb.WithdrawClosureRequest, work: Work
    ) -> pb.WithdrawClosureResponse:
        """Take an intent back."""
        reasons = text_of("reasons", request.reasons, MAX_STATEMENT_CHARS)
        closure_id = _id(request.closure_id, "closing")
        stored = actions.withdraw(work, closure_id, reasons, request.etag)
        return pb.WithdrawClosureResponse(closure=closure_message(stored))

    def CloseCase(self, request: pb.CloseCaseRequest, work: Work) -> pb.CloseCaseResponse:
        """Close a case after the notice's days."""
        done = carrying_out.close(work, _id(request.closure_id, "closing"), request.etag)
        return pb.CloseCaseResponse(
            closure=closure_message(done.closure),
            case=case_message(done.case.case, done.case.version),
        )

    def ReopenCase(self, request: pb.ReopenCaseRequest, work: Work) -> pb.ReopenCaseResponse:
        """Open a closed case again."""
        if request.reason not in REASONS:
            raise invalid_field("reason", "must be said")
        reason = REASONS[request.reason]
        if reason == domain.APPLICATION and not request.application_id:
            raise invalid_field(
                "application_id",
                "a former recipient applies anew (45 CFR 303.11(d)(5)): name the application",
            )
        if request.application_id and not is_id(request.application_id):
            raise invalid_field("application_id", "must be the id of an application")
        needed = reason != domain.APPLICATION
        statement = text_of("statement", request.statement, MAX_STATEMENT_CHARS, needed=needed)
        case_id = case_of(work, request.case_id).case_id
        done = carrying_out.reopen(
            work,
            case_id,
            carrying_out.Reopening(reason, statement, request.application_id),
            etag=request.etag,
        )
        return pb.ReopenCaseResponse(
            closure=closure_message(done.closure),
            case=case_message(done.case.case, done.case.version),
        )


def _answer(kind: pb.ClosureAnswerKind.ValueType, statement: str, on: date) -> domain.Answer:
    if kind not in ANSWERS:
        raise invalid_field("kind", "must be said: information, contact or consent")
    said = text_of("statement", statement, MAX_STATEMENT_CHARS)
    return domain.Answer(ANSWERS[kind], on, said)


def _past(value: Date, field: str, work: Work) -> date:
    """The day, today when it is not said. Raises an error that names the field."""
    today = work.clock.today()
    day = to_date(value, field) or today
    if day > today:
        raise invalid_field(field, "today or before")
    return day


def _id(value: str, what: str) -> str:
    if not is_id(value):
        raise not_found(what, value)
    return value


SERVICERS = (
    Servicer("childsupport.case.v1.ClosureReadService", ClosureReads()),
    Servicer("childsupport.case.v1.ClosureService", Closures()),
)
