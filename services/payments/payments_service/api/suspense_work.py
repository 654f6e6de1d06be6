"""Suspense worked by people, and receipts that are held before they are distributed."""

import json
from collections.abc import Iterable
from datetime import date, timedelta

from chassis.dates import from_date, from_instant, to_date
from chassis.errors import invalid_field, not_found
from chassis.grpc.paging import decode_token, encode_token, page_size
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.payments.v1 import payments_service_pb2 as pb
from childsupport.payments.v1 import receipt_service_pb2 as receipt_pb
from childsupport.payments.v1 import suspense_service_pb2 as suspense_pb
from payments_service.actions import receipt_holds as holding
from payments_service.actions import suspense_tasks
from payments_service.actions.receiving import WRITTEN
from payments_service.api.checks import sender_of
from payments_service.api.fields import given_id
from payments_service.api.fti import may_see, note_shown
from payments_service.store import receipt_holds, receiving, suspense
from payments_service.store.receipt_holds import Appeal, Hold
from payments_service.store.suspense import Item, Task
from policy import load

MAX_CANDIDATES = 20
TASKS = "suspense tasks"


class SuspenseReads:
    """Reads suspense and holds."""

    def ListSuspense(
        self, request: suspense_pb.ListSuspenseRequest, work: Work
    ) -> suspense_pb.ListSuspenseResponse:
        if request.min_days < 0:
            raise invalid_field("min_days", f"must not be negative; read {request.min_days}")
        size, today = page_size(request), work.clock.today()
        until = today - timedelta(days=min(request.min_days, today.toordinal() - 1))
        listing = f"suspense/{request.min_days}"
        token = decode_token(work.keys, request.page_token, listing=listing)
        after = (date.fromisoformat(token[:10]), token[11:]) if token else None
        rows = suspense.items(work.session, until, after, size + 1)
        shown = rows[:size]
        last = ""
        if len(rows) > size:
            last = f"{shown[-1].settlement_date.isoformat()}/{shown[-1].receipt_id}"
        return suspense_pb.ListSuspenseResponse(
            items=[_item(work, row) for row in shown],
            ages=[] if token else _ages(work, today),
            next_page_token=encode_token(work.keys, last, listing=listing),
        )

    def GetSuspenseItem(
        self, request: suspense_pb.GetSuspenseItemRequest, work: Work
    ) -> suspense_pb.GetSuspenseItemResponse:
        id_ = given_id(request.receipt_id, "receipt_id")
        row = suspense.item(work.session, id_)
        if row is None:
            raise not_found("suspended receipt", id_)
        facts = _written(work, row)
        return suspense_pb.GetSuspenseItemResponse(
            item=_item(work, row),
            identity=receipt_pb.PayerIdentity(
                case_identifier=facts.get("case_identifier", ""), name=facts.get("name", "")
            ),
            candidates=_candidates(work, row, facts.get("name", "")),
        )

    def ListSuspenseTasks(
        self, request: suspense_pb.ListSuspenseTasksRequest, work: Work
    ) -> suspense_pb.ListSuspenseTasksResponse:
        size = page_size(request)
        after = decode_token(work.keys, request.page_token, listing=TASKS)
        rows = suspense.waiting_tasks(work.session, after, size + 1)
        shown = rows[:size]
        last = shown[-1].task_id if len(rows) > size else ""
        return suspense_pb.ListSuspenseTasksResponse(
            tasks=[_task(work, row) for row in shown],
            next_page_token=encode_token(work.keys, last, listing=TASKS),
        )

    def ListReceiptHolds(
        self, request: suspense_pb.ListReceiptHoldsRequest, work: Work
    ) -> suspense_pb.ListReceiptHoldsResponse:
        size = page_size(request)
        obligor_id = given_id(request.obligor_id, "obligor_id", required=False)
        listing = f"receipt holds/{obligor_id}"
        after = decode_token(work.keys, request.page_token, listing=listing)
        rows = receipt_holds.listed(work.session, obligor_id, after, size + 1)
        shown = rows[:size]
        last = shown[-1].receipt_id if len(rows) > size else ""
        return suspense_pb.ListReceiptHoldsResponse(
            holds=[_hold(work, row) for row in shown],
            next_page_token=encode_token(work.keys, last, listing=listing),
        )


class SuspenseWork:
    """Works suspense: one proposes, another confirms."""

    def IdentifyReceipt(
        self, request: suspense_pb.IdentifyReceiptRequest, work: Work
    ) -> suspense_pb.IdentifyReceiptResponse:
        receipt_id = given_id(request.receipt_id, "receipt_id")
        obligor_id = given_id(request.obligor_id, "obligor_id")
        task = suspense_tasks.propose_identify(work, receipt_id, obligor_id, request.reason)
        return suspense_pb.IdentifyReceiptResponse(task=_task(work, task))

    def SplitReceipt(
        self, request: suspense_pb.SplitReceiptRequest, work: Work
    ) -> suspense_pb.SplitReceiptResponse:
        receipt_id = given_id(request.receipt_id, "receipt_id")
        parts = [
            (given_id(part.obligor_id, f"parts[{n}].obligor_id", required=False), part.amount_cents)
            for n, part in enumerate(request.parts)
        ]
        task = suspense_tasks.propose_split(work, receipt_id, parts, request.reason)
        return suspense_pb.SplitReceiptResponse(task=_task(work, task))

    def RefundReceipt(
        self, request: suspense_pb.RefundReceiptRequest, work: Work
    ) -> suspense_pb.RefundReceiptResponse:
        receipt_id = given_id(request.receipt_id, "receipt_id")
        payee = sender_of(request.payee) if request.HasField("payee") else None
        task = suspense_tasks.propose_refund(work, receipt_id, payee, request.reason)
        return suspense_pb.RefundReceiptResponse(task=_task(work, task))

    def ReleaseReceipt(
        self, request: suspense_pb.ReleaseReceiptRequest, work: Work
    ) -> suspense_pb.ReleaseReceiptResponse:
        receipt_id = given_id(request.receipt_id, "receipt_id")
        task = suspense_tasks.propose_release(work, receipt_id, request.reason)
        return suspense_pb.ReleaseReceiptResponse(task=_task(work, task))

    def ConfirmSuspenseTask(
        self, request: suspense_pb.ConfirmSuspenseTaskRequest, work: Work
    ) -> suspense_pb.ConfirmSuspenseTaskResponse:
        task = suspense_tasks.confirm(work, given_id(request.task_id, "task_id"))
        return suspense_pb.ConfirmSuspenseTaskResponse(task=_task(work, task))

    def RejectSuspenseTask(
        self, request: suspense_pb.RejectSuspenseTaskRequest, work: Work
    ) -> suspense_pb.RejectSuspenseTaskResponse:
        task = suspense_tasks.reject(work, given_id(request.task_id, "task_id"))
        return suspense_pb.RejectSuspenseTaskResponse(task=_task(work, task))

    def PlaceAppealHold(
        self, request: suspense_pb.PlaceAppealHoldRequest, work: Work
    ) -> suspense_pb.PlaceAppealHoldResponse:
        day = to_date(request.appealed_on, "appealed_on")
        if day is None:
            raise invalid_field("appealed_on", "must be said")
        placed = holding.place_appeal(work, given_id(request.obligor_id, "obligor_id"), day)
        return suspense_pb.PlaceAppealHoldResponse(hold=_appeal(placed))

    def EndAppealHold(
        self, request: suspense_pb.EndAppealHoldRequest, work: Work
    ) -> suspense_pb.EndAppealHoldResponse:
        day = to_date(request.decided_on, "decided_on")
        if day is None:
            raise invalid_field("decided_on", "must be said")
        ended = holding.end_appeal(work, given_id(request.obligor_id, "obligor_id"), day)
        return suspense_pb.EndAppealHoldResponse(hold=_appeal(ended))


SERVICERS = (
    Servicer("childsupport.payments.v1.SuspenseReadService", SuspenseReads()),
    Servicer("childsupport.payments.v1.SuspenseService", SuspenseWork()),
)


def _written(work: Work, row: Item) -> dict[str, str]:
    if row.written is None:
        return {}
    facts: dict[str, str] = json.loads(work.keys.decrypt(WRITTEN, row.written))
    return facts


def _item(work: Work, row: Item) -> suspense_pb.SuspenseItem:
    return suspense_pb.SuspenseItem(
        receipt=pb.Receipt(
            receipt_id=row.receipt_id,
            submission_id=row.submission_id,
            line_number=row.line_number,
            trace_number=row.trace_number,
            state=row.state,  # type: ignore[arg-type]
            reason=row.reason,  # type: ignore[arg-type]
            detail=row.detail,
            amount_cents=row.amount_cents,
            credited_cents=row.credited_cents,
            obligor_id=row.obligor_id or "",
            collection_date=from_date(row.collection_date),
            settlement_date=from_date(row.settlement_date),
            posting_date=from_date(row.posting_date),
        ),
        days=max(0, (work.clock.today() - row.settlement_date).days),
        task_id=row.task_id or "",
        sender_name=suspense_tasks.sender_of(work, row.written, row.employer_name).name,
    )


def _ages(work: Work, today: date) -> Iterable[suspense_pb.AgeGroup]:
    """Return suspense by the ages that policy names; the last group has no end."""
    ends = [int(end) for end in load(work.settings.jurisdiction).codes("suspense.ages", today)]
    starts = [0, *(end + 1 for end in ends)]
    groups = [
        suspense_pb.AgeGroup(from_days=start, to_days=end)
        for start, end in zip(starts, [*ends, 0], strict=True)
    ]
    for day, count, cents in suspense.by_day(work.session):
        age = max(0, (today - day).days)
        group = next(g for g in groups if not g.to_days or age <= g.to_days)
        group.receipt_count += count
        group.amount_cents += cents
    return groups


def _candidates(work: Work, row: Item, name: str) -> list[suspense_pb.Candidate]:
    """Return whom a receipt may be for; who has the most that speaks for him first."""
    grounds: dict[str, list[str]] = {}
    words = [word for word in name.upper().replace(",", " ").split() if len(word) > 1]
    by_case = receiving.obligors_by_key(work.session, [row.case_key or ""])
    by_ssn = receiving.obligors_by_number(work.session, [row.ssn_hash] if row.ssn_hash else [])
    for ground, found in (
        ("case_identifier", [id_ for ids in by_case.values() for id_ in ids]),
        ("ssn", [id_ for ids in by_ssn.values() for id_ in ids]),
        ("name", suspense.obligors_named(work.session, words, MAX_CANDIDATES)),
        ("sender_history", _paid_for(work, row)),
    ):
        for id_ in found:
            grounds.setdefault(id_, []).append(ground)
    people = suspense.people(work.session, grounds)
    people.sort(key=lambda person: (-len(grounds[person.obligor_id]), person.obligor_id))
    return [
        suspense_pb.Candidate(
            obligor_id=person.obligor_id,
            name=person.name,
            case_number=person.case_number,
            grounds=grounds[person.obligor_id],
        )
        for person in people[:MAX_CANDIDATES]
    ]


def _paid_for(work: Work, row: Item) -> list[str]:
    if not row.sender_key:
        return []
    return suspense.obligors_paid_for(
        work.session, row.sender_key, row.amount_cents, MAX_CANDIDATES
    )


def _task(work: Work, task: Task) -> suspense_pb.SuspenseTask:
    return suspense_pb.SuspenseTask(
        task_id=task.task_id,
        receipt_id=task.receipt_id,
        action=task.action,  # type: ignore[arg-type]
        state=task.state,  # type: ignore[arg-type]
        parts=[
            suspense_pb.SplitPart(obligor_id=obligor_id, amount_cents=cents)
            for obligor_id, cents in task.parts
        ],
        reason=task.reason,
        proposed_by=task.proposed_by,
        propose_time=from_instant(task.proposed_at),
        decided_by=task.decided_by,
        payee=_payee(work, task),
    )


def _payee(work: Work, task: Task) -> receipt_pb.Sender | None:
    payee = suspense_tasks.payee_of(work, task)
    if payee is None or payee.address is None:
        return None
    place = payee.address
    return receipt_pb.Sender(
        name=payee.name,
        address=case_pb.PostalAddress(
            line1=place.line1,
            line2=place.line2,
            city=place.city,
            state=place.state,
            zip_code=place.zip_code,
        ),
    )


def _hold(work: Work, hold: Hold) -> suspense_pb.ReceiptHold:
    """Return a hold; why and until when tells where the money comes from (26 USC 6103)."""
    message = suspense_pb.ReceiptHold(
        receipt_id=hold.receipt_id,
        obligor_id=hold.obligor_id,
        amount_cents=hold.amount_cents,
        held_on=from_date(hold.held_on),
    )
    if may_see(work):
        method = "SuspenseReadService/ListReceiptHolds"
        note_shown(work, method, [(hold.receipt_id, hold.source)])
        message.reason = hold.reason
        if hold.held_until is not None:
            message.held_until.CopyFrom(from_date(hold.held_until))
    return message


def _appeal(appeal: Appeal) -> suspense_pb.AppealHold:
    return suspense_pb.AppealHold(
        obligor_id=appeal.obligor_id,
        appealed_on=from_date(appeal.appealed_on),
        decided_on=from_date(appeal.decided_on),
        due_date=from_date(appeal.due_date),
    )
