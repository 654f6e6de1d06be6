"""Makes the agency's forms."""

from dataclasses import asdict

import policy
from case_service import forms_pdf
from case_service.actions.desk import case_of, check_party
from case_service.domain.desk.access import is_id
from case_service.domain.forms import FormError, applied
from case_service.domain.model import Case, Participant
from case_service.form_messages import form_from_message, refused
from case_service.store import applications, participants
from chassis.errors import invalid_field, not_found
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.case.v1 import form_service_pb2 as pb


class FormReads:
    """Makes the agency's forms."""

    def RenderForm(self, request: pb.RenderFormRequest, work: Work) -> pb.RenderFormResponse:
        """Make a form. An error names every field that breaks a rule."""
        kind, data = form_from_message(request)
        data.setdefault("date", work.clock.today().isoformat())
        if request.case_id:
            case = case_of(work, request.case_id)
            data["case_number"] = case.case_number
            if request.reader_id:
                data = _to(_party(case, request.reader_id, work)) | data
        elif request.reader_id:
            raise invalid_field("case_id", "must be set where reader_id is: the case of that party")
        if application_id := request.application.application_id:
            data = _applied(application_id, data, work)
        law = policy.load(work.settings.jurisdiction)
        try:
            files = forms_pdf.render(kind, data, law, work.clock.now())
        except FormError as error:
            raise refused(kind, error) from error
        return pb.RenderFormResponse(
            files=[pb.FormFile(file_name=f.name, title=f.title, pdf=f.pdf) for f in files]
        )


def _party(case: Case, participant_id: str, work: Work) -> Participant:
    check_party(work, case, participant_id, "reader_id")
    return participants.read(work.session, work.keys, [participant_id])[0].participant


def _applied(application_id: str, data: dict[str, object], work: Work) -> dict[str, object]:
    """Return an application's form from what was kept; the request may add and not contradict."""
    found = None
    if is_id(application_id):
        found = applications.read(work.session, work.keys, application_id)
    if found is None:
        raise not_found("application", application_id)
    del data["application_id"]
    language = str(data.get("language") or found.content.applicant.language)
    words = forms_pdf.catalogue().words
    known = applied.data_of(found, words.get(language) or words[forms_pdf.LANGUAGES[0]])
    if twice := sorted(set(known) & set(data)):
        raise invalid_field(f"application.{twice[0]}", "the application says it: leave it unset")
    return {"language": language} | known | data if language in words else known | data


def _to(reader: Participant) -> dict[str, object]:
    """Return what a form says of its reader: of this participant's record alone."""
    to: dict[str, object] = {"name": f"{reader.first_name} {reader.last_name}".strip()}
    if reader.address:
        to["address"] = asdict(reader.address)
    known: dict[str, object] = {"to": to}
    if reader.language in forms_pdf.LANGUAGES:
        known["language"] = reader.language
    return known


SERVICERS = (Servicer("childsupport.case.v1.FormReadService", FormReads()),)
