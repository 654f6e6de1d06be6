"""What there is to do, each with the page where it is done."""

from dataclasses import dataclass

from google.type.date_pb2 import Date
from starlette.responses import Response

from childsupport.case.v1 import document_service_pb2 as documents_pb
from childsupport.case.v1 import party_case_service_pb2 as pb
from childsupport.case.v1.party_case_service_pb2_grpc import PartyCaseReadServiceStub
from portal_service.desk import cases
from portal_service.desk.documents import SUBJECTS, slug_of
from portal_service.keeper import parent
from web.i18n import N_
from web.site import Page
from web.visit import Visit


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of task is said; marked messages."""

    title: str
    text: str
    button: str
    path: str
    """`{case}` and `{about}` are filled in."""
    due: str = N_("Do this by %(day)s")


_SEND = "/documents/new?case={case}&subject={subject}"

KINDS: dict[int, Kind] = {
    pb.MY_TASK_KIND_MISSING_ADDRESS: Kind(
        N_("Tell us your mailing address"),
        N_("We do not know where to send your letters. Some of them have deadlines."),
        N_("Give my address"),
        "/changes/address?case={case}",
    ),
    pb.MY_TASK_KIND_MISSING_EMPLOYER: Kind(
        N_("Tell us where you work"),
        N_("Then support can be taken from your pay, and no payment is late."),
        N_("Give my employer"),
        "/changes/job?case={case}",
    ),
    pb.MY_TASK_KIND_MISSING_INSURANCE: Kind(
        N_("Tell us about health insurance for the children"),
        N_("Your order asks for medical support. Tell us which insurance covers the children."),
        N_("Give the insurance"),
        "/changes/insurance?case={case}",
    ),
    pb.MY_TASK_KIND_DOCUMENT_WANTED: Kind(
        N_("Send a document"),
        N_("Your office asked for it. A clear photo is enough."),
        N_("Send it"),
        _SEND,
    ),
    pb.MY_TASK_KIND_DOCUMENT_REJECTED: Kind(
        N_("Send a document again"),
        N_("We could not use the one that you sent."),
        N_("Send it again"),
        _SEND,
    ),
    pb.MY_TASK_KIND_MESSAGE_UNREAD: Kind(
        N_("Read a message"),
        N_("Your office wrote to you."),
        N_("Read it"),
        "/messages/{case}/{about}",
    ),
    pb.MY_TASK_KIND_CHANGE_REJECTED: Kind(
        N_("Look at a change that we did not accept"),
        N_("What you reported is not in your case. Read why, then report it again."),
        N_("See the change"),
        "/changes",
    ),
    pb.MY_TASK_KIND_CLOSURE_NOTICE: Kind(
        N_("We plan to close your case"),
        N_("If you want it to stay open, tell us in time."),
        N_("Answer"),
        "/closures/{case}/{about}",
        N_("Answer by %(day)s"),
    ),
    pb.MY_TASK_KIND_APPOINTMENT_SOON: Kind(
        N_("You have an appointment"),
        N_("See when and where it is. If you cannot come, tell us before."),
        N_("See the appointment"),
        "/appointments",
        N_("It is on %(day)s"),
    ),
    pb.MY_TASK_KIND_REVIEW_INFORMATION_WANTED: Kind(
        N_("Send proof of your income"),
        N_("Your order is under review. Send pay stubs or your last tax return."),
        N_("Send it"),
        "/documents/new?case={case}&subject=income",
    ),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A task as the page shows it."""

    kind: Kind
    path: str
    due_on: Date | None
    subject: str
    """Marked message: which kind of document; empty for other tasks."""
    note: str
    case_number: str


def tasks(visit: Visit) -> list[Shown]:
    """Return what the person should do, as the service orders it."""
    reads = visit.stub("case", PartyCaseReadServiceStub)
    found: list[Shown] = []
    for participant_id in parent(visit).participant_ids:
        asked = pb.ListMyTasksRequest(participant_id=participant_id)
        answer = reads.ListMyTasks(asked, **visit.as_person)
        found += [_shown(one) for one in answer.tasks if one.kind in KINDS]
    return found


def _shown(task: pb.MyTask) -> Shown:
    kind = KINDS[task.kind]
    subject = task.document_subject
    path = kind.path.format(case=task.case_id, about=task.about_id, subject=slug_of(subject))
    named = subject != documents_pb.DOCUMENT_SUBJECT_UNSPECIFIED
    return Shown(
        kind,
        path,
        task.due_on if task.HasField("due_on") else None,
        SUBJECTS[subject] if named else "",
        task.note,
        task.case_number,
    )


def show(visit: Visit) -> Response:
    """Show what there is to do."""
    found = tasks(visit)
    return visit.render("desk/tasks.html", tasks=found, numbers=cases.numbers(visit))


PAGES = (Page("/tasks", show, mobile=True),)
