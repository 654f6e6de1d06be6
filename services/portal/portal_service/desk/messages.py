"""Writing with the office: threads, each about one thing."""

from starlette.responses import Response

from chassis.errors import PlatformError
from childsupport.case.v1 import conversation_service_pb2 as pb
from childsupport.case.v1 import document_service_pb2 as documents_pb
from childsupport.case.v1.conversation_service_pb2_grpc import ConversationPartyServiceStub
from portal_service.desk import cases, documents
from portal_service.keeper import parent
from web.i18n import N_
from web.site import Page
from web.visit import Visit

SUBJECT_MAX = 120

TOPICS: dict[int, str] = {
    pb.CONVERSATION_TOPIC_PAYMENTS: N_("Payments and what is owed"),
    pb.CONVERSATION_TOPIC_ORDER: N_("The order, or changing it"),
    pb.CONVERSATION_TOPIC_ADDRESS: N_("Address, phone or e-mail"),
    pb.CONVERSATION_TOPIC_EMPLOYMENT: N_("Work"),
    pb.CONVERSATION_TOPIC_INSURANCE: N_("Health insurance"),
    pb.CONVERSATION_TOPIC_PATERNITY: N_("Paternity"),
    pb.CONVERSATION_TOPIC_APPOINTMENT: N_("An appointment or hearing"),
    pb.CONVERSATION_TOPIC_DOCUMENTS: N_("Documents"),
    pb.CONVERSATION_TOPIC_OTHER: N_("Something else"),
}
_SLUGS: dict[str, "pb.ConversationTopic.ValueType"] = {
    name.removeprefix("CONVERSATION_TOPIC_").lower(): value
    for name, value in pb.ConversationTopic.items()
    if value
}
_SLUG_OF: dict[int, str] = {value: slug for slug, value in _SLUGS.items()}


def show(visit: Visit) -> Response:
    """Show every thread, the latest first."""
    stub = visit.stub("case", ConversationPartyServiceStub)
    found: list[pb.Conversation] = []
    for party in parent(visit).parties:
        asked = pb.ListMyConversationsRequest(
            case_id=party.case_id, participant_id=party.participant_id, page_size=cases.PAGE_SIZE
        )
        found += stub.ListMyConversations(asked, **visit.as_person).conversations
    found.sort(key=lambda one: one.last_at.ToNanoseconds(), reverse=True)
    return visit.render(
        "desk/messages.html", threads=found, topics=TOPICS, numbers=cases.numbers(visit)
    )


def show_new(visit: Visit) -> Response:
    """Show the form for a new message."""
    party = cases.picked(visit)
    if party is None:
        return cases.ask_which(visit, "/messages/new")
    return visit.render(
        "desk/message_new.html",
        party=party,
        topics=[(_SLUG_OF[code], visit.text(text)) for code, text in TOPICS.items()],
        topic=visit.request.query_params.get("topic", ""),
        own_documents=[one for one in documents.of(visit, party) if one.own],
    )


def take_new(visit: Visit) -> Response:
    """Send the first message of a thread."""
    party = cases.picked(visit)
    if party is None:
        return show_new(visit)
    form = visit.form
    topic = form.choice("topic", list(_SLUGS))
    subject = form.text("subject", longest=SUBJECT_MAX)
    text = form.text("text")
    ids = documents.attached(visit, party, documents_pb.DOCUMENT_SUBJECT_OTHER)
    if form.errors:
        return show_new(visit)
    request = pb.StartMyConversationRequest(
        request_id=form.request_id,
        case_id=party.case_id,
        participant_id=party.participant_id,
        topic=_SLUGS[topic],
        subject=subject,
        text=text,
        document_ids=ids,
    )
    stub = visit.stub("case", ConversationPartyServiceStub)
    try:
        thread = stub.StartMyConversation(request, **visit.as_person).conversation
    except PlatformError as error:
        form.refuse(error, {"text": "text", "subject": "subject", "topic": "topic"})
        return show_new(visit)
    return visit.redirect(_path(thread), done="desk.message")


def show_thread(visit: Visit) -> Response:
    """Show a thread; what the office wrote is read with it."""
    party = cases.of_path(visit)
    stub = visit.stub("case", ConversationPartyServiceStub)
    conversation_id = visit.request.path_params["conversation_id"]
    answer = stub.GetMyConversation(
        pb.GetMyConversationRequest(
            case_id=party.case_id,
            participant_id=party.participant_id,
            conversation_id=conversation_id,
            page_size=cases.PAGE_SIZE,
        ),
        **visit.as_person,
    )
    thread = answer.conversation
    if thread.unread and visit.request.method == "GET":
        stub.MarkMyConversationRead(
            pb.MarkMyConversationReadRequest(
                case_id=party.case_id,
                participant_id=party.participant_id,
                conversation_id=conversation_id,
                number=thread.messages,
            ),
            **visit.as_person,
        )
    every = documents.of(visit, party)
    return visit.render(
        "desk/thread.html",
        party=party,
        thread=thread,
        messages=answer.messages,
        topic=TOPICS.get(thread.topic, ""),
        names={one.document.document_id: one for one in every},
        own_documents=[one for one in every if one.own],
    )


def take_reply(visit: Visit) -> Response:
    """Write into a thread."""
    party = cases.of_path(visit)
    form = visit.form
    text = form.text("text")
    ids = documents.attached(visit, party, documents_pb.DOCUMENT_SUBJECT_OTHER)
    if form.errors:
        return show_thread(visit)
    request = pb.WriteMyMessageRequest(
        request_id=form.request_id,
        case_id=party.case_id,
        participant_id=party.participant_id,
        conversation_id=visit.request.path_params["conversation_id"],
        text=text,
        document_ids=ids,
    )
    stub = visit.stub("case", ConversationPartyServiceStub)
    try:
        thread = stub.WriteMyMessage(request, **visit.as_person).conversation
    except PlatformError as error:
        form.refuse(error, {"text": "text"})
        return show_thread(visit)
    return visit.redirect(_path(thread), done="desk.message")


def _path(thread: pb.Conversation) -> str:
    return f"/messages/{thread.case_id}/{thread.conversation_id}"


PAGES = (
    Page("/messages", show, mobile=True),
    Page("/messages/new", show_new, take_new, mobile=True, body_max=documents.FORM_MAX_BYTES),
    Page(
        "/messages/{case_id}/{conversation_id}",
        show_thread,
        take_reply,
        mobile=True,
        body_max=documents.FORM_MAX_BYTES,
    ),
)
MESSAGES = {"desk.message": N_("Your message is sent. Your office answers here.")}
