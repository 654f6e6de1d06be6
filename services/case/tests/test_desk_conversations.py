"""Messages: a thread is one party's, unread until read, on the worklist until answered."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from desk_world import ANN, CASE, JANE, JOHN, PORTAL, Desk, pdf

from case_service.api.conversations import (
    ConversationReads,
    Conversations,
    PartyConversations,
)
from case_service.api.worklist import Worklist, WorklistReads
from case_service.jobs.desk import forget_conversations
from case_service.service import SERVICE
from chassis.clock import SteppedClock
from chassis.errors import PlatformError
from chassis.runtime import Runtime
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import conversation_service_pb2 as pb
from childsupport.case.v1 import worklist_service_pb2 as work_pb

READS, WRITES, PARTY = ConversationReads(), Conversations(), PartyConversations()


@pytest.fixture
def desk(runtime_for: Callable[..., Runtime], page: case_pb.ImportCasesRequest) -> Desk:
    return Desk(runtime_for(SERVICE), page)


def ask(desk: Desk, participant_id: str = JANE, **said: Any) -> pb.Conversation:
    values: dict[str, Any] = {"subject": "My payment", "text": "Where is it?"} | said
    request = pb.StartMyConversationRequest(
        case_id=CASE,
        participant_id=participant_id,
        topic=pb.CONVERSATION_TOPIC_PAYMENTS,
        **values,
    )
    return desk.do(PARTY.StartMyConversation, request, PORTAL).conversation


def write(desk: Desk, thread: pb.Conversation, text: str = "We look.", **said: object) -> int:
    request = pb.WriteMessageRequest(
        conversation_id=thread.conversation_id,
        text=text,
        **said,  # type: ignore[arg-type]
    )
    return desk.do(WRITES.WriteMessage, request).conversation.messages


def mine(desk: Desk, thread: pb.Conversation, who: str) -> pb.GetMyConversationResponse:
    request = pb.GetMyConversationRequest(
        case_id=CASE, participant_id=who, conversation_id=thread.conversation_id
    )
    return desk.do(PARTY.GetMyConversation, request, PORTAL)


def waiting(desk: Desk) -> list[work_pb.WorklistItem]:
    return list(desk.do(WorklistReads().ListItems, work_pb.ListItemsRequest()).items)


def test_a_question_is_on_the_worklist_until_it_is_replied_to(desk: Desk) -> None:
    thread = ask(desk)
    (item,) = waiting(desk)
    assert (item.kind, item.line, item.about_id) == (
        work_pb.WORKLIST_KIND_QUES,
        "Message: My payment",
        thread.conversation_id,
    )
    request = work_pb.ReplyToItemRequest(item_id=item.item_id, text="It was sent on Monday.")
    done = desk.do(Worklist().ReplyToItem, request).item
    assert done.state == work_pb.WORKLIST_STATE_ANSWERED
    assert waiting(desk) == []
    read = mine(desk, thread, JANE)
    assert [(m.from_party, m.author, m.text) for m in read.messages] == [
        (True, "", "Where is it?"),
        (False, "", "It was sent on Monday."),
    ]
    assert [(t.kind, t.participant_id, t.text) for t in desk.told()] == [
        ("message_received", JANE, "")
    ]
    assert desk.history()[-2:] == ["message_from_party", "message_to_party"]


def test_two_messages_of_a_worker_are_two_notices(desk: Desk) -> None:
    thread = ask(desk)
    write(desk, thread)
    write(desk, thread, "And found it.")
    assert [t.kind for t in desk.told()] == ["message_received"] * 2


def test_the_other_side_never_sees_a_thread(desk: Desk) -> None:
    thread = ask(desk, JANE)
    with pytest.raises(PlatformError, match="conversation not found"):
        mine(desk, thread, JOHN)
    request = pb.ListMyConversationsRequest(case_id=CASE, participant_id=JOHN)
    assert list(desk.do(PARTY.ListMyConversations, request, PORTAL).conversations) == []
    intrude = pb.WriteMyMessageRequest(
        case_id=CASE, participant_id=JOHN, conversation_id=thread.conversation_id, text="me"
    )
    with pytest.raises(PlatformError, match="conversation not found"):
        desk.do(PARTY.WriteMyMessage, intrude, PORTAL)


def test_unread_counts_what_the_other_wrote_since_the_mark(desk: Desk) -> None:
    thread = ask(desk)
    assert write(desk, thread, "one") == 2
    assert write(desk, thread, "two") == 3
    assert mine(desk, thread, JANE).conversation.unread == 2
    mark = pb.MarkMyConversationReadRequest(
        case_id=CASE, participant_id=JANE, conversation_id=thread.conversation_id, number=2
    )
    assert desk.do(PARTY.MarkMyConversationRead, mark, PORTAL).conversation.unread == 1
    mark.number = 1
    assert desk.do(PARTY.MarkMyConversationRead, mark, PORTAL).conversation.unread == 1
    mark.number = 4
    with pytest.raises(PlatformError, match="must be 0 to 3"):
        desk.do(PARTY.MarkMyConversationRead, mark, PORTAL)
    again = ask(desk, subject="Another")
    unread = pb.ListConversationsRequest(case_id=CASE, unread=True)
    found = desk.do(READS.ListConversations, unread).conversations
    assert [(c.conversation_id, c.unread) for c in found] == [(again.conversation_id, 1)]


def test_each_attaches_only_what_the_party_may_read(desk: Desk) -> None:
    hers, his = desk.upload(JANE, pdf("hers")), desk.upload(JOHN, pdf("his"))
    thread = ask(desk, JANE, document_ids=[hers.document_id])
    assert list(mine(desk, thread, JANE).messages[0].document_ids) == [hers.document_id]
    with pytest.raises(PlatformError, match=r"document_ids\[0\]: must be"):
        ask(desk, JANE, document_ids=[his.document_id])
    with pytest.raises(PlatformError, match="be shared with him first"):
        write(desk, thread, document_ids=[his.document_id])


BAD: list[tuple[dict[str, Any], str]] = [
    ({"text": "  "}, "text"),
    ({"text": "x" * 5_001}, "text"),
    ({"text": "bell\x07"}, "text"),
    ({"subject": ""}, "subject"),
    ({"subject": "x" * 121}, "subject"),
    ({"document_ids": ["x"] * 11}, "document_ids"),
]


def test_what_is_too_long_or_empty_is_named(desk: Desk) -> None:
    for said, field in BAD:
        with pytest.raises(PlatformError) as caught:
            ask(desk, **said)
        assert caught.value.metadata["field"] == field
    assert waiting(desk) == []


def test_into_a_closed_thread_nothing_is_written(desk: Desk) -> None:
    thread = ask(desk)
    close = pb.CloseConversationRequest(conversation_id=thread.conversation_id, etag=thread.etag)
    assert desk.do(WRITES.CloseConversation, close).conversation.closed
    assert waiting(desk) == []
    with pytest.raises(PlatformError, match="begin a new one"):
        write(desk, thread)


def test_messages_come_a_page_at_a_time_and_lie_encrypted(desk: Desk) -> None:
    thread = ask(desk, subject="plantedsubject", text="plantedtext 0")
    for n in range(1, 5):
        write(desk, thread, f"plantedtext {n}")
    found: list[str] = []
    token = ""
    for _ in range(3):
        request = pb.GetConversationRequest(
            conversation_id=thread.conversation_id, page_size=2, page_token=token
        )
        answer = desk.do(READS.GetConversation, request)
        found += [m.text for m in answer.messages]
        token = answer.next_page_token
    assert found == [f"plantedtext {n}" for n in range(5)]
    assert token == ""
    dump = desk.dump()
    assert "plantedtext" not in dump
    assert "plantedsubject" not in dump


def test_closed_threads_are_kept_as_long_as_the_setting_says(
    runtime_for: Callable[..., Runtime], page: case_pb.ImportCasesRequest
) -> None:
    desk = Desk(runtime_for(SERVICE, message_retention_days=30), page)
    old, still_open = ask(desk), ask(desk)
    write(desk, old)
    desk.do(
        WRITES.CloseConversation, pb.CloseConversationRequest(conversation_id=old.conversation_id)
    )
    clock = desk.runtime.clock
    assert isinstance(clock, SteppedClock)
    clock.advance(timedelta(days=40))
    with desk.by(ANN) as work:
        assert forget_conversations(work, date(2026, 4, 5)) == {"conversations": 0}
        assert forget_conversations(work, date(2026, 4, 15)) == {"conversations": 1}
        assert forget_conversations(work, date(2026, 4, 15)) == {"conversations": 0}
    assert mine(desk, still_open, JANE).conversation.messages == 1
    with pytest.raises(PlatformError, match="conversation not found"):
        mine(desk, old, JANE)


def test_without_the_setting_nothing_is_deleted(desk: Desk) -> None:
    thread = ask(desk)
    close = pb.CloseConversationRequest(conversation_id=thread.conversation_id)
    desk.do(WRITES.CloseConversation, close)
    with desk.by(ANN) as work:
        assert forget_conversations(work, date(2046, 1, 1)) == {"conversations": 0}
    assert mine(desk, thread, JANE).messages
