"""Answering a notice that a case will be closed (45 CFR 303.11(d)(4))."""

from starlette.responses import Response

from chassis.errors import PlatformError, not_found
from childsupport.case.v1 import closure_service_pb2 as pb
from childsupport.case.v1 import party_case_service_pb2 as party_pb
from childsupport.case.v1.closure_service_pb2_grpc import ClosureServiceStub
from childsupport.case.v1.party_case_service_pb2_grpc import PartyCaseReadServiceStub
from portal_service.desk import cases
from portal_service.keeper import Party
from web.i18n import N_
from web.site import Page
from web.visit import Visit

CHOICES = {
    "contact": (
        pb.CLOSURE_ANSWER_KIND_CONTACT,
        N_("Keep my case open"),
        N_("I want your help, and you can reach me."),
    ),
    "information": (
        pb.CLOSURE_ANSWER_KIND_INFORMATION,
        N_("Keep it open: I know something that can help"),
        N_("For example where the other parent lives or works."),
    ),
    "consent": (
        pb.CLOSURE_ANSWER_KIND_CONSENT,
        N_("Close my case"),
        N_("I have nothing against it."),
    ),
}
_CHANGE = "change"
_SURE = "sure"


def show(visit: Visit) -> Response:
    """Show the notice and the answers that one can give."""
    party = cases.of_path(visit)
    return visit.render(
        "desk/closure.html",
        party=party,
        task=_task(visit, party),
        closure_id=visit.request.path_params["closure_id"],
        choices=[(c, visit.text(s), visit.text(h)) for c, (_, s, h) in CHOICES.items()],
    )


def take(visit: Visit) -> Response:
    """Let the answer be checked, then take it: it cannot be taken back."""
    party = cases.of_path(visit)
    form = visit.form
    closure_id = visit.request.path_params["closure_id"]
    chosen = form.choice("answer", list(CHOICES))
    statement = form.text("statement", required=chosen == "information")
    step = form.raw("step")
    if form.errors or step == _CHANGE:
        return show(visit)
    if step != _SURE:
        task, said = _task(visit, party), CHOICES[chosen][1]
        return visit.render(
            "desk/closure_check.html", party=party, task=task, closure_id=closure_id, said=said
        )
    request = pb.AnswerClosureNoticeRequest(
        request_id=form.request_id,
        closure_id=closure_id,
        participant_id=party.participant_id,
        kind=CHOICES[chosen][0],
        statement=statement,
    )
    try:
        visit.stub("case", ClosureServiceStub).AnswerClosureNotice(request, **visit.as_person)
    except PlatformError as error:
        form.refuse(error, {"statement": "statement"})
        return show(visit)
    done = "desk.closure_consent" if chosen == "consent" else "desk.closure_open"
    return visit.redirect("/tasks", done=done)


def _task(visit: Visit, party: Party) -> party_pb.MyTask:
    """Return the notice as it stands among the things to do. Raises PlatformError (NOT_FOUND)."""
    closure_id = visit.request.path_params["closure_id"]
    asked = party_pb.ListMyTasksRequest(participant_id=party.participant_id)
    reads = visit.stub("case", PartyCaseReadServiceStub)
    for one in reads.ListMyTasks(asked, **visit.as_person).tasks:
        if one.kind == party_pb.MY_TASK_KIND_CLOSURE_NOTICE and one.about_id == closure_id:
            return one
    raise not_found("closing", closure_id)


PAGES = (Page("/closures/{case_id}/{closure_id}", show, take, mobile=True),)
MESSAGES = {
    "desk.closure_open": N_("Thank you. Your case stays open."),
    "desk.closure_consent": N_("We have your answer. We will close the case and write to you."),
}
