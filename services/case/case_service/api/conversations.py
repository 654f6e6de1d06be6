"""Conversations between parties and workers."""

from collections.abc import Sequence

from case_service.actions import conversations as actions
from case_service.actions import desk
from case_service.api.desk_pages import decode_place, encode_place, instant_place
from case_service.domain.desk import conversations as domain
from case_service.domain.desk.access import is_id
from case_service.domain.model import Case
from case_service.store import conversations as store
from chassis.dates import from_instant
from chassis.errors import invalid_field, not_found
from chassis.grpc import paging
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.case.v1 import conversation_service_pb2 as pb

TOPICS = {
    code: name.removeprefix("CONVERSATION_TOPIC_").lower()
    for name, code in pb.ConversationTopic.items()
    if code
}
_TOPIC_VALUES = {value: code for code, value in TOPICS.items()}


class ConversationReads:
    """Reads threads."""

    def ListConversations(
        self, request: pb.ListConversationsRequest, work: Work
    ) -> pb.ListConversationsResponse:
        """List threads of a case."""
        desk.case_of(work, request.case_id)
        if request.participant_id and not is_id(request.participant_id):
            raise invalid_field("participant_id", "must be an id (UUID in lower case)")
        which = store.Filter(request.case_id, request.participant_id, request.unread)
        found, token = _page(work, which, request)
        return pb.ListConversationsResponse(
            conversations=[_message(c, to_party=False) for c in found], next_page_token=token
        )

    def GetConversation(
        self, request: pb.GetConversationRequest, work: Work
    ) -> pb.GetConversationResponse:
        """Return one thread with a page of its messages."""
        thread = _read(work, request.conversation_id)
        messages, token = _messages(work, thread, request)
        return pb.GetConversationResponse(
            conversation=_message(thread, to_party=False),
            messages=[_text_message(m, to_party=False) for m in messages],
            next_page_token=token,
        )


class Conversations:
    """Writes to parties."""

    def StartConversation(
        self, request: pb.StartConversationRequest, work: Work
    ) -> pb.StartConversationResponse:
        """Begin a thread with a party."""
        case = desk.case_of(work, request.case_id)
        desk.check_party(work, case, request.participant_id, "participant_id")
        thread = _start(work, case, request, from_party=False)
        return pb.StartConversationResponse(conversation=_message(thread, to_party=False))

    def WriteMessage(self, request: pb.WriteMessageRequest, work: Work) -> pb.WriteMessageResponse:
        """Write into a thread."""
        case = desk.case_of(work, _read(work, request.conversation_id).case_id)
        written = actions.Written(request.text, request.document_ids, from_party=False)
        thread = actions.write(work, case, request.conversation_id, written)
        return pb.WriteMessageResponse(conversation=_message(thread, to_party=False))

    def MarkConversationRead(
        self, request: pb.MarkConversationReadRequest, work: Work
    ) -> pb.MarkConversationReadResponse:
        """Note how far the agency has read."""
        thread = actions.lock(work, request.conversation_id)
        after = actions.mark_read(work, thread, request.number, by_party=False)
        return pb.MarkConversationReadResponse(conversation=_message(after, to_party=False))

    def CloseConversation(
        self, request: pb.CloseConversationRequest, work: Work
    ) -> pb.CloseConversationResponse:
        """Close a thread."""
        thread = actions.close(work, request.conversation_id, request.etag)
        return pb.CloseConversationResponse(conversation=_message(thread, to_party=False))


class PartyConversations:
    """What a party reads and writes: his own threads."""

    def ListMyConversations(
        self, request: pb.ListMyConversationsRequest, work: Work
    ) -> pb.ListMyConversationsResponse:
        """List a party's own threads."""
        desk.party_case(work, request.case_id, request.participant_id)
        which = store.Filter(request.case_id, request.participant_id)
        found, token = _page(work, which, request)
        return pb.ListMyConversationsResponse(
            conversations=[_message(c, to_party=True) for c in found], next_page_token=token
        )

    def GetMyConversation(
        self, request: pb.GetMyConversationRequest, work: Work
    ) -> pb.GetMyConversationResponse:
        """Return one of a party's own threads with a page of its messages."""
        _, thread = _mine(work, request)
        messages, token = _messages(work, thread, request)
        return pb.GetMyConversationResponse(
            conversation=_message(thread, to_party=True),
            messages=[_text_message(m, to_party=True) for m in messages],
            next_page_token=token,
        )

    def StartMyConversation(
        self, request: pb.StartMyConversationRequest, work: Work
    ) -> pb.StartMyConversationResponse:
        """Begin a thread."""
        case = desk.party_case(work, request.case_id, request.participant_id)
        thread = _start(work, case, request, from_party=True)
        return pb.StartMyConversationResponse(conversation=_message(thread, to_party=True))

    def WriteMyMessage(
        self, request: pb.WriteMyMessageRequest, work: Work
    ) -> pb.WriteMyMessageResponse:
        """Write into a thread."""
        case, _ = _mine(work, request)
        written = actions.Written(request.text, request.document_ids, from_party=True)
        thread = actions.write(work, case, request.conversation_id, written)
        return pb.WriteMyMessageResponse(conversation=_message(thread, to_party=True))

    def MarkMyConversationRead(
        self, request: pb.MarkMyConversationReadRequest, work: Work
    ) -> pb.MarkMyConversationReadResponse:
        """Note how far the party has read."""
        _mine(work, request)
        thread = actions.lock(work, request.conversation_id)
        after = actions.mark_read(work, thread, request.number, by_party=True)
        return pb.MarkMyConversationReadResponse(conversation=_message(after, to_party=True))


def _start(
    work: Work,
    case: Case,
    request: pb.StartConversationRequest | pb.StartMyConversationRequest,
    *,
    from_party: bool,
) -> domain.Conversation:
    if request.topic not in TOPICS:
        raise invalid_field("topic", "must say what it is about")
    first = actions.Written(request.text, request.document_ids, from_party=from_party)
    topic = TOPICS[request.topic]
    return actions.start(work, case, request.participant_id, topic, request.subject, first)


def _read(work: Work, conversation_id: str) -> domain.Conversation:
    thread = None
    if is_id(conversation_id):
        thread = store.read(work.session, work.keys, conversation_id)
    if thread is None:
        raise not_found("conversation", conversation_id)
    return thread


def _mine(
    work: Work,
    request: pb.GetMyConversationRequest
    | pb.WriteMyMessageRequest
    | pb.MarkMyConversationReadRequest,
) -> tuple[Case, domain.Conversation]:
    """Return a party's own thread; to everybody else it does not exist."""
    case = desk.party_case(work, request.case_id, request.participant_id)
    thread = _read(work, request.conversation_id)
    if (thread.case_id, thread.participant_id) != (request.case_id, request.participant_id):
        raise not_found("conversation", request.conversation_id)
    return case, thread


def _page(
    work: Work,
    which: store.Filter,
    request: pb.ListConversationsRequest | pb.ListMyConversationsRequest,
) -> tuple[Sequence[domain.Conversation], str]:
    size = paging.page_size(request)
    after = instant_place(decode_place(work, request.page_token, "conversations"))
    found = store.page(work.session, work.keys, which, after, size + 1)
    if len(found) <= size:
        return found, ""
    last = found[size - 1]
    place = (last.last_at.isoformat(), last.conversation_id)
    return found[:size], encode_place(work, place, "conversations")


def _messages(
    work: Work,
    thread: domain.Conversation,
    request: pb.GetConversationRequest | pb.GetMyConversationRequest,
) -> tuple[Sequence[domain.Message], str]:
    size = paging.page_size(request)
    listing = thread.conversation_id
    after = int(paging.decode_token(work.keys, request.page_token, listing=listing) or 0)
    found = store.messages(work.session, work.keys, thread.conversation_id, after, size + 1)
    last = str(found[size - 1].number) if len(found) > size else ""
    return found[:size], paging.encode_token(work.keys, last, listing=listing)


def _message(thread: domain.Conversation, *, to_party: bool) -> pb.Conversation:
    return pb.Conversation(
        conversation_id=thread.conversation_id,
        case_id=thread.case_id,
        participant_id=thread.participant_id,
        topic=_TOPIC_VALUES[thread.topic],
        subject=thread.subject,
        closed=thread.state == domain.CLOSED,
        messages=thread.messages,
        unread=thread.unread_by_party if to_party else thread.unread_by_agency,
        opened_at=from_instant(thread.opened_at),
        last_at=from_instant(thread.last_at),
        etag=str(thread.version),
    )


def _text_message(message: domain.Message, *, to_party: bool) -> pb.ConversationMessage:
    hidden = to_party or message.from_party
    return pb.ConversationMessage(
        number=message.number,
        at=from_instant(message.at),
        from_party=message.from_party,
        author="" if hidden else message.author,
        text=message.text,
        document_ids=message.document_ids,
    )


SERVICERS = (
    Servicer("childsupport.case.v1.ConversationReadService", ConversationReads()),
    Servicer("childsupport.case.v1.ConversationService", Conversations()),
    Servicer("childsupport.case.v1.ConversationPartyService", PartyConversations()),
)
