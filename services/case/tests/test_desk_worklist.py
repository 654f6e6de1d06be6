"""The worklist: who has what, who was first, and what a supervisor sees."""

import threading
from collections.abc import Callable
from datetime import date

import pytest
from desk_world import ANN, BEN, CASE, JOHN, OFFICE, Desk

from case_service.actions import worklist
from case_service.api.reads import CaseReads
from case_service.api.worklist import Worklist, WorklistReads
from case_service.service import SERVICE
from chassis.errors import PlatformError
from chassis.grpc import contract
from chassis.ids import derived_id
from chassis.runtime import Caller, Runtime
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import worklist_service_pb2 as pb
from childsupport.common.v1.errors_pb2 import ErrorReason

READS, WRITES = WorklistReads(), Worklist()
TODAY = date(2026, 3, 6)


@pytest.fixture
def desk(runtime_for: Callable[..., Runtime], page: case_pb.ImportCasesRequest) -> Desk:
    return Desk(runtime_for(SERVICE), page)


def put(desk: Desk, name: str, kind: str = "DEMO", due_on: date | None = None) -> str:
    """Put something on the list of the office, where nobody has it."""
    with desk.by(Caller("service:case")) as work:
        about = derived_id("test", name)
        return worklist.put(work, "", kind, about, due_on=due_on, office_id=OFFICE)


def items(desk: Desk, **asked: object) -> list[pb.WorklistItem]:
    return list(desk.do(READS.ListItems, pb.ListItemsRequest(**asked)).items)  # type: ignore[arg-type]


def moves(desk: Desk, item_id: str) -> list[tuple[str, str, str]]:
    found = desk.do(READS.GetItem, pb.GetItemRequest(item_id=item_id)).moves
    return [(m.action, m.by, m.worker_id) for m in found]


def test_the_contract_of_the_desk_is_whole() -> None:
    """Each method has a policy, is audited where personal data pass, and is implemented."""
    names = ("Worklist", "Appointment", "Conversation", "Document", "Dispute")
    ours = [s for s in SERVICE.servicers if s.name.split(".")[-1].startswith(names)]
    found = [m for servicer in ours for m in contract.methods(servicer)]
    assert len(ours) == 14
    assert all(m.audited for m in found)
    by_party = {m.service.split(".")[-1] for m in found if m.scope == "case.party"}
    assert all("Party" in name for name in by_party)


def test_a_thing_lies_on_the_list_once_and_with_the_worker_of_its_case(desk: Desk) -> None:
    about = derived_id("test", "document")
    with desk.by(ANN) as work:
        first = worklist.put(work, CASE, "FORM", about, subject="a pay stub")
        assert worklist.put(work, CASE, "FORM", about, subject="again") == first
    (item,) = items(desk)
    assert (item.worker_id, item.office_id, item.case_number) == ("ann", OFFICE, "0000123456")
    assert item.line == "Document: a pay stub"
    with desk.by(ANN) as work:
        worklist.done(work, about)
        assert worklist.put(work, CASE, "FORM", about, subject="a new one") != first
    assert moves(desk, first) == [("put", "ann", "ann"), ("done", "ann", "ann")]


def test_of_two_who_take_one_item_the_second_is_told_who_has_it(desk: Desk) -> None:
    item_id = put(desk, "change")
    start = threading.Barrier(2)
    had: list[str] = []
    refused: list[PlatformError] = []

    def take(caller: Caller) -> None:
        start.wait()
        try:
            desk.do(WRITES.TakeItem, pb.TakeItemRequest(item_id=item_id, etag="1"), caller)
            had.append(caller.client_id)
        except PlatformError as error:
            refused.append(error)

    racers = [threading.Thread(target=take, args=(c,)) for c in (ANN, BEN)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert len(had) == len(refused) == 1
    assert refused[0].reason == ErrorReason.ERROR_REASON_FAILED_PRECONDITION
    assert refused[0].metadata["worker_id"] == had[0]
    assert [m[0] for m in moves(desk, item_id)] == ["put", "taken"]


def test_taking_again_what_one_has_changes_nothing(desk: Desk) -> None:
    item_id = put(desk, "change")
    request = pb.TakeItemRequest(item_id=item_id)
    first = desk.do(WRITES.TakeItem, request).item
    assert desk.do(WRITES.TakeItem, request).item == first


def test_only_who_has_an_item_forwards_or_releases_it(desk: Desk) -> None:
    item_id = put(desk, "change")
    desk.do(WRITES.TakeItem, pb.TakeItemRequest(item_id=item_id))
    forward = pb.ForwardItemRequest(item_id=item_id, office_id="21111", note="moved away")
    for call in (
        lambda: desk.do(WRITES.ReleaseItem, pb.ReleaseItemRequest(item_id=item_id), BEN),
        lambda: desk.do(WRITES.ForwardItem, forward, BEN),
    ):
        with pytest.raises(PlatformError, match="ann has the item"):
            call()
    sent = desk.do(WRITES.ForwardItem, forward).item
    assert (sent.office_id, sent.worker_id) == ("21111", "")
    found = desk.do(READS.GetItem, pb.GetItemRequest(item_id=item_id)).moves[-1]
    assert (found.action, found.note, found.office_id) == ("forwarded", "moved away", "21111")


def test_a_stale_etag_is_refused(desk: Desk) -> None:
    item_id = put(desk, "change")
    up = pb.EscalateItemRequest(item_id=item_id, etag="1", escalated=True, note="urgent")
    assert desk.do(WRITES.EscalateItem, up).item.escalated
    with pytest.raises(PlatformError) as caught:
        desk.do(WRITES.EscalateItem, up)
    assert caught.value.reason == ErrorReason.ERROR_REASON_ETAG_MISMATCH
    assert [i.item_id for i in items(desk, escalated=True)] == [item_id]


def test_what_is_decided_elsewhere_is_refused_with_where(desk: Desk) -> None:
    for kind, where in (("DEMO", "PartyService"), ("APPL", "ApplicationService")):
        item_id = put(desk, "elsewhere", kind)
        with pytest.raises(PlatformError, match=where):
            desk.do(WRITES.AcceptItem, pb.AcceptItemRequest(item_id=item_id))
    assert len(items(desk)) == 2


def test_an_alert_is_acknowledged(desk: Desk) -> None:
    with desk.by(ANN) as work:
        item_id = worklist.put(work, CASE, "ALERT", derived_id("test", "clock"), what="Too late")
    done = desk.do(WRITES.AcceptItem, pb.AcceptItemRequest(item_id=item_id, message="seen")).item
    assert (done.state, done.line) == (pb.WORKLIST_STATE_ACCEPTED, "Too late")
    with pytest.raises(PlatformError, match="is accepted already"):
        desk.do(WRITES.AcceptItem, pb.AcceptItemRequest(item_id=item_id))


def test_lists_go_by_due_day_and_page_without_gaps(desk: Desk) -> None:
    days = [None, date(2026, 3, 9), date(2026, 3, 5), None, date(2026, 3, 9)]
    for number, day in enumerate(days):
        put(desk, f"item {number}", due_on=day)
    seen: list[pb.WorklistItem] = []
    token = ""
    for _ in range(3):
        answer = desk.do(READS.ListItems, pb.ListItemsRequest(page_size=2, page_token=token))
        seen += answer.items
        token = answer.next_page_token
    assert token == ""
    assert len({i.item_id for i in seen}) == 5
    assert [(i.due_on.day, i.overdue) for i in seen] == [
        (5, True),
        (9, False),
        (9, False),
        (0, False),
        (0, False),
    ]
    assert len(items(desk, overdue=True)) == 1
    assert len(items(desk, unassigned=True, office_id=OFFICE)) == 5
    assert items(desk, kinds=[pb.WORKLIST_KIND_APPL]) == []


def test_a_supervisor_sees_loads_and_all_cases_of_an_office(desk: Desk) -> None:
    put(desk, "late", due_on=date(2026, 3, 2))
    desk.upload(JOHN)
    loads = desk.do(READS.ListLoads, pb.ListLoadsRequest(office_id=OFFICE)).loads
    assert [(x.worker_id, x.kind, x.items, x.overdue) for x in loads] == [
        ("", pb.WORKLIST_KIND_DEMO, 1, 1),
        ("ann", pb.WORKLIST_KIND_FORM, 1, 0),
    ]
    (case,) = desk.do(READS.ListOfficeCases, pb.ListOfficeCasesRequest(office_id=OFFICE)).cases
    assert (case.case_number, case.worker_id, case.items, case.open) == (
        "0000123456",
        "ann",
        1,
        True,
    )


def test_many_items_are_assigned_at_once_or_none(desk: Desk) -> None:
    ids = [put(desk, f"item {n}") for n in range(3)]
    bad = pb.AssignItemsRequest(item_ids=[*ids, derived_id("test", "none")], worker_id="ben")
    with pytest.raises(PlatformError, match=r"item_ids\[3\]: must be an open item"):
        desk.do(WRITES.AssignItems, bad)
    assert len(items(desk, unassigned=True)) == 3
    good = pb.AssignItemsRequest(item_ids=ids, worker_id="ben")
    assert {i.worker_id for i in desk.do(WRITES.AssignItems, good).items} == {"ben"}


def test_who_leaves_hands_over_all_that_he_has(desk: Desk) -> None:
    desk.upload(JOHN)
    request = pb.HandOverRequest(from_worker_id="ann", to_worker_id="ben", note="Ann retires")
    done = desk.do(WRITES.HandOver, request, BEN)
    assert (done.items, done.cases, done.more) == (1, 1, False)
    (item,) = items(desk, worker_id="ben")
    assert moves(desk, item.item_id)[-1] == ("handed_over", "ben", "ben")
    case = desk.do(CaseReads().GetCase, case_pb.GetCaseRequest(case_id=CASE)).case
    assert (case.worker_id, case.version) == ("ben", 2)
    assert desk.history()[-1] == "case_handed_over"
    assert desk.do(WRITES.HandOver, request, BEN) == pb.HandOverResponse()


def test_what_stands_on_the_list_is_encrypted(desk: Desk) -> None:
    with desk.by(ANN) as work:
        worklist.put(work, CASE, "FORM", derived_id("test", "d"), subject="plantedfact")
    assert "plantedfact" not in desk.dump()


def test_two_alerts_about_one_thing_are_both_read_and_due_by_the_earlier_day(desk: Desk) -> None:
    about = derived_id("test", "order")
    with desk.by(ANN) as work:
        for what, day in (("First", None), ("Second", 9), ("Second", 9), ("Third", 7)):
            due = date(2026, 3, day) if day else None
            worklist.put(work, CASE, "ALERT", about, due_on=due, about_type="order", what=what)
    (item,) = items(desk)
    assert (item.line, item.due_on.day, item.etag) == ("First; Second; Third", 7, "3")
