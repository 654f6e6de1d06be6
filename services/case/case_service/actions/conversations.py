"""Conversations: beginning one, writing into it, reading, closing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from case_service.actions import desk, documents, worklist
from case_service.actions.changing import check_etag
from case_service.actions.notices import notify
from case_service.actions.recording import refuse_locations
from case_service.actions.telling import tell
from case_service.domain.desk import conversations as domain
from case_service.domain.desk.access import is_id
from case_service.domain.desk.documents import readable_by
from case_service.domain.desk.worklist import ANSWERED, DONE
from case_service.domain.model import Case
from case_service.domain.notices import Notice
from case_service.store import conversations as store
from case_service.store import documents as document_store
from chassis.errors import invalid_field, not_found
from chassis.ids import derived_id, new_id
from chassis.runtime import Work


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody writes."""

    text: str
    document_ids: Sequence[str]
    from_party: bool


def start(
    work: Work, case: Case, participant_id: str, topic: str, subject: str, first: Written
) -> domain.Conversation:
    """Begin a thread with its first message."""
    now = work.clock.now()
    thread = domain.Conversation(
        conversation_id=new_id(now),
        version=0,
        case_id=case.case_id,
        participant_id=participant_id,
        topic=topic,
        subject=desk.text_of("subject", subject, domain.SUBJECT_CHARACTERS_MAX),
        state=domain.OPEN,
        messages=0,
        read_by_party=0,
        read_by_agency=0,
        unread_by_party=0,
        unread_by_agency=0,
        opened_at=now,
        last_at=now,
    )
    store.add(work.session, work.keys, thread)
    return _append(work, case, thread, first)


def write(work: Work, case: Case, conversation_id: str, written: Written) -> domain.Conversation:
    """Write into a thread that is open. Raises PlatformError."""
    thread = lock(work, conversation_id)
    if thread.state != domain.OPEN:
        raise desk.precondition("the conversation is closed: begin a new one")
    if thread.messages >= domain.MAX_MESSAGES:
        raise desk.precondition("the conversation is full: begin a new one")
    return _append(work, case, thread, written)


def _append(
    work: Work, case: Case, thread: domain.Conversation, written: Written
) -> domain.Conversation:
    after = domain.written_to(thread, work.clock.now(), from_party=written.from_party)
    message = domain.Message(
        number=after.messages,
        at=after.last_at,
        from_party=written.from_party,
        author=work.caller.person,
        text=desk.text_of("text", written.text, domain.TEXT_CHARACTERS_MAX),
        document_ids=tuple(dict.fromkeys(written.document_ids)),
    )
    _check_documents(work, case, thread, written)
    if not written.from_party:
        for field, said in (("subject", after.subject), ("text", message.text)):
            refuse_locations(work, [case], field, said, but_of=after.participant_id)
    store.write(work.session, after)
    store.add_message(work.session, work.keys, after, message)
    kind = "message_from_party" if written.from_party else "message_to_party"
    tell(work, case.case_id, kind, about_id=after.conversation_id)
    if written.from_party:
        worklist.put(work, case.case_id, "QUES", after.conversation_id, subject=after.subject)
    else:
        worklist.done(work, after.conversation_id, kind="QUES", state=ANSWERED)
        about = derived_id("message", after.conversation_id, str(after.messages))
        notify(work, case, after.participant_id, Notice("message_received", about))
    return after


def _check_documents(work: Work, case: Case, thread: domain.Conversation, written: Written) -> None:
    """A party attaches his own documents; a worker only those that the party may read."""
    ids = list(written.document_ids)
    owner = thread.participant_id if written.from_party else ""
    documents.check_attached(work, case, ids, domain.MAX_DOCUMENTS, owner)
    for number, one in enumerate(document_store.read(work.session, work.keys, ids)):
        if not readable_by(one, thread.participant_id):
            raise invalid_field(
                f"document_ids[{number}]", "must be the party's own, or be shared with him first"
            )


def mark_read(
    work: Work, thread: domain.Conversation, number: int, *, by_party: bool
) -> domain.Conversation:
    """Note how far a thread was read."""
    if not 0 <= number <= thread.messages:
        raise invalid_field("number", f"must be 0 to {thread.messages}; read {number}")
    store.write(work.session, domain.read_up_to(thread, number, by_party=by_party))
    after = store.read(work.session, work.keys, thread.conversation_id)
    return after or thread


def close(work: Work, conversation_id: str, etag: str) -> domain.Conversation:
    """Close a thread; what is open about it is off the worklist."""
    before = lock(work, conversation_id)
    check_etag(before.version, etag, "conversation")
    if before.state == domain.CLOSED:
        return before
    after = replace(before, version=before.version + 1, state=domain.CLOSED)
    store.write(work.session, after)
    worklist.done(work, conversation_id, kind="QUES", state=DONE)
    tell(work, after.case_id, "conversation_closed", about_id=conversation_id)
    return after


def lock(work: Work, conversation_id: str) -> domain.Conversation:
    """Return a thread, locked. Raises PlatformError (NOT_FOUND)."""
    thread = None
    if is_id(conversation_id):
        thread = store.read(work.session, work.keys, conversation_id, lock=True)
    if thread is None:
        raise not_found("conversation", conversation_id)
    return thread
