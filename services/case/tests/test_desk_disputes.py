"""Disputes: answered in writing within the policy's time, by two people where asked, twice at most.

45 CFR 303.35 asks for a procedure; how long an answer may take is the policy's own figure.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from desk_world import ANN, BEN, CASE, JANE, JOHN, PORTAL, Desk, pdf
from sqlalchemy import select

import policy
from case_service.api.disputes import DisputeReads, Disputes, PartyDisputes
from case_service.api.worklist import Worklist, WorklistReads
from case_service.service import SERVICE
from case_service.store.tables.clocks import case_clock
from chassis.dates import from_date, to_date
from chassis.errors import PlatformError
from chassis.runtime import Caller, Runtime
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import dispute_service_pb2 as pb
from childsupport.case.v1 import worklist_service_pb2 as work_pb

READS, WRITES, PARTY = DisputeReads(), Disputes(), PartyDisputes()
TODAY = date(2026, 3, 6)
DUE = policy.load().due_date("dispute.answer", TODAY)


@pytest.fixture
def desk(runtime_for: Callable[..., Runtime], page: case_pb.ImportCasesRequest) -> Desk:
    return Desk(runtime_for(SERVICE), page)


def dispute(desk: Desk, who: str = JOHN, **said: Any) -> pb.Dispute:
    values: dict[str, Any] = {
        "statement": "I paid in May.",
        "expected_cents": 0,
        "has_expected": True,
        "first_month": from_date(date(2025, 5, 17)),
        "last_month": from_date(date(2025, 6, 1)),
    }
    request = pb.OpenDisputeRequest(case_id=CASE, participant_id=who, **(values | said))
    return desk.do(PARTY.OpenDispute, request, PORTAL).dispute


def answer(desk: Desk, one: pb.Dispute, by: Caller = ANN, **said: Any) -> pb.Dispute:
    values: dict[str, Any] = {
        "decision": pb.DISPUTE_DECISION_PARTLY,
        "answer": "We found the May payment.",
        "reasons": "It lay in suspense.",
    }
    request = pb.AnswerDisputeRequest(dispute_id=one.dispute_id, **(values | said))
    return desk.do(WRITES.AnswerDispute, request, by).dispute


def mine(desk: Desk, one: pb.Dispute, who: str = JOHN) -> pb.Dispute:
    request = pb.GetMyDisputeRequest(case_id=CASE, participant_id=who, dispute_id=one.dispute_id)
    return desk.do(PARTY.GetMyDispute, request, PORTAL).dispute


def reopen(desk: Desk, one: pb.Dispute) -> pb.Dispute:
    request = pb.ReopenDisputeRequest(
        case_id=CASE, participant_id=JOHN, dispute_id=one.dispute_id, statement="And June?"
    )
    return desk.do(PARTY.ReopenDispute, request, PORTAL).dispute


def waiting(desk: Desk) -> list[work_pb.WorklistItem]:
    return list(desk.do(WorklistReads().ListItems, work_pb.ListItemsRequest()).items)


def clock_states(desk: Desk) -> list[tuple[str, date]]:
    with desk.by(ANN) as work:
        query = select(case_clock.c.state, case_clock.c.due_on).where(
            case_clock.c.kind == "dispute_answer"
        )
        return [(row.state, row.due_on) for row in work.session.execute(query)]


def test_a_dispute_runs_a_clock_lies_on_the_list_and_is_acknowledged(desk: Desk) -> None:
    one = dispute(desk)
    assert to_date(one.answer_by) == DUE
    assert (to_date(one.first_month), to_date(one.last_month)) == (
        date(2025, 5, 1),
        date(2025, 6, 1),
    )
    assert clock_states(desk) == [("running", DUE)]
    (item,) = waiting(desk)
    assert (item.kind, item.about_type, to_date(item.due_on)) == (
        work_pb.WORKLIST_KIND_QUES,
        "dispute",
        DUE,
    )
    assert item.line == f"Dispute of a balance, to be answered by {DUE}"
    reply = work_pb.ReplyToItemRequest(item_id=item.item_id, text="no")
    with pytest.raises(PlatformError, match=r"DisputeService\.AnswerDispute"):
        desk.do(Worklist().ReplyToItem, reply)
    (told,) = desk.told()
    assert (told.kind, told.participant_id, told.answer_by) == (
        "dispute_received",
        JOHN,
        DUE.isoformat(),
    )


def test_the_answer_goes_out_as_a_letter_and_ends_the_clock(desk: Desk) -> None:
    one = dispute(desk)
    done = answer(desk, one)
    assert done.rounds[0].decided_by == "ann"
    assert to_date(done.rounds[0].answered_on) == TODAY
    assert waiting(desk) == []
    assert clock_states(desk) == [("met", DUE)]
    told = desk.told()[-1]
    assert (told.kind, told.letter, told.facts) == (
        "dispute_answered",
        True,
        {"decision": "partly"},
    )
    assert told.text == "We found the May payment.\n\nIt lay in suspense."
    seen = mine(desk, one).rounds[0]
    assert (seen.decision, seen.decided_by) == (pb.DISPUTE_DECISION_PARTLY, "")
    with pytest.raises(PlatformError, match="only an open one is answered"):
        answer(desk, one)


def test_a_proposal_is_nothing_to_the_party_until_somebody_else_confirms_it(desk: Desk) -> None:
    one = dispute(desk)
    proposed = answer(desk, one, second_person=True)
    assert proposed.state == pb.DISPUTE_STATE_PROPOSED
    seen = mine(desk, one)
    assert (seen.state, seen.rounds[0].answer) == (pb.DISPUTE_STATE_OPEN, "")
    assert clock_states(desk) == [("running", DUE)]
    confirm = pb.ConfirmAnswerRequest(dispute_id=one.dispute_id, etag=proposed.etag)
    with pytest.raises(PlatformError, match="somebody else"):
        desk.do(WRITES.ConfirmAnswer, confirm, ANN)
    done = desk.do(WRITES.ConfirmAnswer, confirm, BEN).dispute
    assert (done.rounds[0].decided_by, done.rounds[0].confirmed_by) == ("ann", "ben")
    assert desk.told()[-1].kind == "dispute_answered"


def test_a_proposal_can_be_sent_back(desk: Desk) -> None:
    one = dispute(desk)
    answer(desk, one, second_person=True)
    request = pb.ReturnAnswerRequest(dispute_id=one.dispute_id, note="Look at June, too.")
    back = desk.do(WRITES.ReturnAnswer, request, BEN).dispute
    assert (back.state, back.rounds[0].answer) == (pb.DISPUTE_STATE_OPEN, "")
    (item,) = waiting(desk)
    moves = desk.do(WorklistReads().GetItem, work_pb.GetItemRequest(item_id=item.item_id)).moves
    assert (moves[-1].action, moves[-1].note) == ("returned", "Look at June, too.")
    assert answer(desk, one).state == pb.DISPUTE_STATE_ANSWERED


def test_where_the_setting_says_so_no_answer_is_one_persons(
    runtime_for: Callable[..., Runtime], page: case_pb.ImportCasesRequest
) -> None:
    desk = Desk(runtime_for(SERVICE, dispute_second_person=True), page)
    assert answer(desk, dispute(desk)).state == pb.DISPUTE_STATE_PROPOSED


def test_it_is_asked_again_once_with_its_own_clock_and_both_rounds_stay(desk: Desk) -> None:
    one = dispute(desk)
    with pytest.raises(PlatformError, match="only an answered dispute is reopened"):
        reopen(desk, one)
    answer(desk, one)
    again = reopen(desk, one)
    assert [r.statement for r in again.rounds] == ["I paid in May.", "And June?"]
    assert again.state == pb.DISPUTE_STATE_OPEN
    assert len(waiting(desk)) == 1
    assert sorted(state for state, _ in clock_states(desk)) == ["met", "running"]
    answer(desk, one, decision=pb.DISPUTE_DECISION_AGAINST)
    assert [t.kind for t in desk.told()] == ["dispute_received", "dispute_answered"] * 2
    with pytest.raises(PlatformError, match="was reopened before"):
        reopen(desk, one)


def test_a_party_takes_a_dispute_back(desk: Desk) -> None:
    one = dispute(desk)
    request = pb.WithdrawDisputeRequest(
        case_id=CASE, participant_id=JOHN, dispute_id=one.dispute_id, etag=one.etag
    )
    assert desk.do(PARTY.WithdrawDispute, request, PORTAL).dispute.state == (
        pb.DISPUTE_STATE_WITHDRAWN
    )
    assert waiting(desk) == []
    assert [state for state, _ in clock_states(desk)] == ["cancelled"]


def test_the_other_side_never_learns_of_it(desk: Desk) -> None:
    one = dispute(desk)
    with pytest.raises(PlatformError, match="dispute not found"):
        mine(desk, one, JANE)
    request = pb.ListMyDisputesRequest(case_id=CASE, participant_id=JANE)
    assert list(desk.do(PARTY.ListMyDisputes, request, PORTAL).disputes) == []
    hers = desk.upload(JANE, pdf("hers"))
    with pytest.raises(PlatformError, match=r"document_ids\[0\]"):
        dispute(desk, document_ids=[hers.document_id])


def test_evidence_and_references_stay_with_it(desk: Desk) -> None:
    stub = desk.upload(JOHN)
    one = dispute(desk, document_ids=[stub.document_id])
    request = pb.AddReferencesRequest(dispute_id=one.dispute_id)
    request.reference_ids.append("explanation-2")
    desk.do(WRITES.AddReferences, request)
    request.reference_ids.append("explanation-1")
    kept = desk.do(WRITES.AddReferences, request).dispute
    assert list(kept.reference_ids) == ["explanation-1", "explanation-2"]
    seen = mine(desk, one)
    assert list(seen.document_ids) == [stub.document_id]
    assert list(seen.reference_ids) == []


def test_what_was_said_lies_encrypted(desk: Desk) -> None:
    one = dispute(desk, statement="plantedstatement")
    answer(desk, one, answer="plantedanswer", reasons="plantedreasons")
    dump = desk.dump()
    for planted in ("plantedstatement", "plantedanswer", "plantedreasons"):
        assert planted not in dump


def test_lists_find_what_is_overdue_by_office(desk: Desk) -> None:
    one = dispute(desk)
    overdue = pb.ListDisputesRequest(overdue=True, office_id="21073")
    assert list(desk.do(READS.ListDisputes, overdue).disputes) == []
    with desk.by(ANN) as work:
        work.session.connection().exec_driver_sql("UPDATE dispute SET answer_by = '2026-03-05'")
    found = desk.do(READS.ListDisputes, overdue).disputes
    assert [d.dispute_id for d in found] == [one.dispute_id]
    answer(desk, one)
    assert list(desk.do(READS.ListDisputes, overdue).disputes) == []


BAD: list[tuple[dict[str, Any], str]] = [
    ({"statement": ""}, "statement"),
    ({"expected_cents": -1}, "expected_cents"),
    ({"last_month": None}, "first_month"),
    ({"last_month": from_date(date(2025, 4, 1))}, "first_month"),
    (
        {
            "first_month": from_date(date(2027, 1, 1)),
            "last_month": from_date(date(2027, 1, 1)),
        },
        "first_month",
    ),
    ({"document_ids": ["x"]}, "document_ids[0]"),
]


def test_bad_input_is_named(desk: Desk) -> None:
    for said, field in BAD:
        with pytest.raises(PlatformError) as caught:
            dispute(desk, **said)
        assert caught.value.metadata["field"] == field
    assert waiting(desk) == []
