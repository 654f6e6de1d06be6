"""Petitions and their service over gRPC."""

from case_service.actions.establishing import serving as actions
from case_service.actions.establishing.common import law_of
from case_service.api.establishing.paging import case_of, page_of
from case_service.domain.establishing import serving as domain
from case_service.store import serving as store
from chassis.dates import from_date, to_date
from chassis.errors import not_found
from chassis.explanations import step_message
from chassis.runtime import Work
from childsupport.case.v1 import establishment_service_pb2 as pb

PURPOSES = {
    "paternity": pb.PETITION_PURPOSE_PATERNITY,
    "support": pb.PETITION_PURPOSE_SUPPORT,
    "paternity_and_support": pb.PETITION_PURPOSE_PATERNITY_AND_SUPPORT,
}
STATES = {
    "open": pb.PROCESS_STATE_OPEN,
    "served": pb.PROCESS_STATE_SERVED,
    "diligent_effort": pb.PROCESS_STATE_DILIGENT_EFFORT,
    "answered": pb.PROCESS_STATE_ANSWERED,
    "disposed": pb.PROCESS_STATE_DISPOSED,
}
OUTCOMES = {
    "served": pb.SERVICE_OUTCOME_SERVED,
    "not_found": pb.SERVICE_OUTCOME_NOT_FOUND,
    "moved": pb.SERVICE_OUTCOME_MOVED,
    "refused": pb.SERVICE_OUTCOME_REFUSED,
    "unclaimed": pb.SERVICE_OUTCOME_UNCLAIMED,
    "returned": pb.SERVICE_OUTCOME_RETURNED,
}
DISPOSITIONS = {
    pb.DISPOSITION_DISMISSED: "dismissed",
    pb.DISPOSITION_WITHDRAWN: "withdrawn",
}
PURPOSE_NAMES = {value: name for name, value in PURPOSES.items()}
STATE_NAMES = {value: name for name, value in STATES.items()}
OUTCOME_NAMES = {value: name for name, value in OUTCOMES.items()}


class Processes:
    """Reads petitions and the attempts at serving them."""

    def GetProcess(self, request: pb.GetProcessRequest, work: Work) -> pb.GetProcessResponse:
        """Return one petition with the attempts at serving it."""
        found = (
            store.read(work.session, work.keys, [request.process_id]) if request.process_id else []
        )
        if not found:
            raise not_found("petition", request.process_id)
        return pb.GetProcessResponse(process=_message(work, found[0]))

    def ListProcesses(
        self, request: pb.ListProcessesRequest, work: Work
    ) -> pb.ListProcessesResponse:
        """List the petitions of a case, oldest first."""
        case_of(work, request.case_id)
        state = STATE_NAMES.get(request.state, "")
        page, token = page_of(
            work,
            request,
            f"processes/{request.case_id}/{state}",
            lambda after, limit: store.page(work.session, request.case_id, state, after, limit),
            lambda process_id: process_id,
        )
        found = store.read(work.session, work.keys, page)
        return pb.ListProcessesResponse(
            processes=[_message(work, stored) for stored in found], next_page_token=token
        )


class ProcessWrites:
    """Records petitions and their service."""

    def FilePetition(self, request: pb.FilePetitionRequest, work: Work) -> pb.FilePetitionResponse:
        """Record a petition that is to be served on a party."""
        filed_on = to_date(request.filed_on, "filed_on")
        process = domain.Process(
            process_id="",
            case_id=request.case_id,
            participant_id=request.participant_id,
            purpose=PURPOSE_NAMES.get(request.purpose, ""),
            filed_on=filed_on or work.clock.today(),
            court_number=request.court_number.strip(),
            state="open",
        )
        stored = actions.file_petition(work, process, tuple(request.child_ids), filed_on)
        return pb.FilePetitionResponse(process=_message(work, stored))

    def RecordServiceAttempt(
        self, request: pb.RecordServiceAttemptRequest, work: Work
    ) -> pb.RecordServiceAttemptResponse:
        """Record an attempt at serving."""
        said = request.attempt
        on_date = to_date(said.on_date, "attempt.on_date")
        attempt = domain.Attempt(
            attempt_id="",
            method=said.method,
            on_date=on_date or work.clock.today(),
            outcome=OUTCOME_NAMES.get(said.outcome, ""),
            note=request.note.strip(),
        )
        stored = actions.record_attempt(work, request.process_id, attempt, on_date, request.etag)
        return pb.RecordServiceAttemptResponse(process=_message(work, stored))

    def RecordDiligentEffort(
        self, request: pb.RecordDiligentEffortRequest, work: Work
    ) -> pb.RecordDiligentEffortResponse:
        """Record that the attempts are a diligent effort."""
        on_date = to_date(request.on_date, "on_date")
        stored = actions.record_diligent_effort(work, request.process_id, on_date, request.etag)
        return pb.RecordDiligentEffortResponse(process=_message(work, stored))

    def RecordAnswer(self, request: pb.RecordAnswerRequest, work: Work) -> pb.RecordAnswerResponse:
        """Record that a served party answered."""
        answered_on = to_date(request.answered_on, "answered_on")
        stored = actions.record_answer(work, request.process_id, answered_on, request.etag)
        return pb.RecordAnswerResponse(process=_message(work, stored))

    def DisposePetition(
        self, request: pb.DisposePetitionRequest, work: Work
    ) -> pb.DisposePetitionResponse:
        """Record that a petition was dismissed or withdrawn."""
        stored = actions.dispose(
            work,
            request.process_id,
            DISPOSITIONS.get(request.disposition, ""),
            to_date(request.disposed_on, "disposed_on"),
            request.etag,
        )
        return pb.DisposePetitionResponse(process=_message(work, stored))


def _message(work: Work, stored: store.Stored) -> pb.Process:
    process, today = stored.process, work.clock.today()
    no_default = domain.why_no_default(process, today)
    _, step = domain.diligence(process, today, law_of(work))
    return pb.Process(
        process_id=process.process_id,
        case_id=process.case_id,
        participant_id=process.participant_id,
        purpose=PURPOSES[process.purpose],
        filed_on=from_date(process.filed_on),
        court_number=process.court_number,
        state=STATES[process.state],
        attempts=[
            pb.ServiceAttempt(
                attempt_id=one.attempt_id,
                method=one.method,
                on_date=from_date(one.on_date),
                outcome=OUTCOMES[one.outcome],
            )
            for one in process.attempts
        ],
        served_on=from_date(process.served_on),
        answer_by=from_date(process.answer_by),
        answered_on=from_date(process.answered_on),
        diligent_on=from_date(process.diligent_on),
        disposed_on=from_date(process.disposed_on),
        disposition=process.disposition,
        default_possible=not no_default,
        no_default_because=no_default,
        diligence=step_message(step),
        etag=str(stored.version),
    )
