"""What a day did, asked from the services as any other program would ask: plain data."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from chassis.dates import from_date
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.common.v1.explanation_pb2 import AUDIENCE_WORKER
from childsupport.enforcement.v1.enforcement_service_pb2 import ListDelinquenciesRequest
from childsupport.notification.v1 import notification_service_pb2 as notification_pb
from childsupport.payments.v1 import payments_service_pb2 as payments_pb
from childsupport.withholding.v1 import withholding_service_pb2 as withholding_pb
from launcher.clients import Clients
from launcher.day import BUSINESS_DATE, Submitted
from launcher.proving import SERVICES as PROVED
from launcher.proving import prove
from launcher.world import World
from policy import Policy, Rule, Table, TableRow, load

JURISDICTION = "kentucky"
PAGE = 1000
TIMEOUT = 30
PROOF_SECONDS = 10
"""How long what a service holds otherwise may still be under way."""
_PAYEES = {
    payments_pb.PAYEE_KIND_FAMILY: "family",
    payments_pb.PAYEE_KIND_STATE: "state",
    payments_pb.PAYEE_KIND_MEDICAID: "medicaid",
    payments_pb.PAYEE_KIND_FEE: "fee",
    payments_pb.PAYEE_KIND_HELD: "held",
    payments_pb.PAYEE_KIND_OBLIGOR: "obligor",
    payments_pb.PAYEE_KIND_OTHER_STATE: "other_state",
    payments_pb.PAYEE_KIND_FOSTER_CARE: "foster_care",
}
_METHODS = {
    payments_pb.DISBURSEMENT_METHOD_DIRECT_DEPOSIT: "direct deposit",
    payments_pb.DISBURSEMENT_METHOD_CHECK: "check",
    payments_pb.DISBURSEMENT_METHOD_INTERFUND_TRANSFER: "transfer",
    payments_pb.DISBURSEMENT_METHOD_DEBIT_CARD: "debit card",
    payments_pb.DISBURSEMENT_METHOD_STATE_CREDIT: "credit to another State",
}

Report = dict[str, Any]


def gather(
    clients: Clients, world: World, submitted: Sequence[Submitted], data_dir: Path
) -> Report:
    """Ask every service what became of the day."""
    totals = clients.ledger.GetTotals(payments_pb.GetTotalsRequest(), timeout=TIMEOUT)
    lines = [line for one in submitted for line in _lines(clients, world, one)]
    return {
        "business_date": BUSINESS_DATE.isoformat(),
        "rules": _rules(lines),
        "submissions": [_submission(one) for one in submitted],
        "lines": lines,
        "received_cents": totals.received_cents,
        "disbursed_cents": totals.disbursed_cents,
        "retained_cents": totals.retained_cents,
        "held_cents": totals.held_cents,
        "suspense_cents": totals.suspense_cents,
        "payable_cents": totals.payable_cents,
        "ledger_balanced": totals.balanced,
        "ledger_findings": list(totals.findings),
        "proof": prove([clients.channels[s] for s in PROVED], _quiet, PROOF_SECONDS).facts(),
        "disbursements": list(_disbursements(clients, world)),
        "held": list(_held(lines)),
        "delinquent_cases": list(_delinquencies(clients, world)),
        "told": list(_told(clients, world)),
        "files": sorted(str(p.relative_to(data_dir)) for p in _files(data_dir)),
    }


def unaccounted(report: Report) -> list[str]:
    """Return what is wrong with a day, one sentence each; empty when every cent has its place."""
    wrong = [*report["ledger_findings"], *report["proof"]["findings"]]
    if not report["ledger_balanced"]:
        wrong.append("the ledger does not balance")
    for one in report["submissions"]:
        found = sum(1 for line in report["lines"] if line["file"] == one["file"])
        if found != one["line_count"]:
            wrong.append(f"{one['file']}: {one['line_count']} lines were sent, {found} are found")
    for line in report["lines"]:
        allocated = sum(a["amount_cents"] for a in line["allocations"])
        if line["outcome"] == "posted" and allocated != line["amount_cents"]:
            wrong.append(f"{line['trace_number']}: {line['amount_cents']} came, {allocated} went")
    came = sum(line["amount_cents"] for line in report["lines"])
    if came != report["received_cents"]:
        wrong.append(
            f"the lines carry {came} cents, the ledger received {report['received_cents']}"
        )
    held = sum(
        a["amount_cents"] for one in report["lines"] for a in one["allocations"] if a["held"]
    )
    if held != report["held_cents"]:
        wrong.append(
            f"{held} cents say that they are held, the ledger holds {report['held_cents']}"
        )
    went = sum(
        report[k] for k in ("disbursed_cents", "held_cents", "suspense_cents", "payable_cents")
    )
    if went != report["received_cents"]:
        wrong.append(f"received {report['received_cents']} cents, accounted for {went}")
    if report["payable_cents"]:
        wrong.append(f"{report['payable_cents']} cents are owed to payees and were not paid out")
    return wrong


def _quiet(_what: str, _done: int, _total: int) -> None:
    """The demonstration has said that it asks."""


def _rules(lines: Sequence[Report]) -> Report:
    """Every rule that the day used, by id, in the order of first use: its title and authority."""
    policy = load(JURISDICTION)
    used: Report = {}
    for line in lines:
        for step in [*line["steps"], *(s for a in line["allocations"] for s in a["steps"])]:
            if step["rule_id"] not in used:
                used[step["rule_id"]] = {
                    "title": _title(policy, step["rule_id"]),
                    "citation": step["citation"],
                    "confidence": step["confidence"],
                }
    return used


def _title(policy: Policy, rule_id: str) -> str:
    """Return what a rule is called; of a row of a table, what the row says."""
    for entry in policy.entries(BUSINESS_DATE):
        if isinstance(entry, Table):
            row = next((row for row in entry.rows if row.id == rule_id), None)
            if row is not None:
                return f"{entry.title}: {_row_title(row)}"
        if isinstance(entry, Rule | Table) and entry.id == rule_id:
            return entry.title
    return rule_id


def _row_title(row: TableRow) -> str:
    said = ("code", "kind", "bucket", "payee", "case_type")
    words = [str(row.cells[name]) for name in said if row.cells.get(name)]
    return ", ".join(words).replace("_", " ")


def _submission(one: Submitted) -> dict[str, Any]:
    body = one.submission
    return {
        "file": one.file_name,
        "employer": one.employer,
        "submission_id": body.get("submission_id", ""),
        "state": body.get("state", ""),
        "line_count": body.get("line_count", 0),
        "amount_cents": int(body.get("amount_cents", 0)),
        "problems": body.get("problems", []),
    }


def _lines(clients: Clients, world: World, one: Submitted) -> Iterator[dict[str, Any]]:
    """A line's outcome is withholding's for what carries no money, and payments' for what does."""
    submission_id = one.submission.get("submission_id", "")
    receipts = {r.receipt_id: r for r in _receipts(clients, submission_id)}
    for line in _remittance_lines(clients, submission_id):
        receipt = receipts.get(line.receipt_id)
        yield {
            "file": one.file_name,
            "line_number": line.line_number,
            "trace_number": line.trace_number,
            "sequence": line.sequence,
            "case_identifier": line.case_identifier,
            "outcome": _outcome(line, receipt),
            "reason": _reason(line, receipt),
            "detail": (receipt.detail if receipt else "") or line.detail,
            "warnings": list(line.warnings),
            "amount_cents": line.amount_cents,
            "credited_cents": line.credited_cents,
            "obligor": world.names.get(receipt.obligor_id if receipt else line.obligor_id, ""),
            "employment_ended": line.employment_ended,
            "medical_coverage": line.medical_coverage,
            **_explained(clients, world, receipt),
        }


def _explained(
    clients: Clients, world: World, receipt: payments_pb.Receipt | None
) -> dict[str, Any]:
    if receipt is None or receipt.state != payments_pb.RECEIPT_STATE_POSTED:
        return {"allocations": [], "steps": []}
    why = clients.receipts.ExplainReceipt(
        payments_pb.ExplainReceiptRequest(receipt_id=receipt.receipt_id, audience=AUDIENCE_WORKER),
        timeout=TIMEOUT,
    )
    return {
        "allocations": [_allocation(world, a) for a in why.receipt.allocations],
        "steps": [_step(s) for s in why.steps],
    }


def _allocation(world: World, a: payments_pb.Allocation) -> dict[str, Any]:
    return {
        "case_number": a.case_number,
        "support": case_pb.SupportType.Name(a.support_type).removeprefix("SUPPORT_TYPE_").lower()
        if a.obligation_id
        else "",
        "kind": "current" if a.current else _bucket(a.bucket),
        "amount_cents": a.amount_cents,
        "credited_cents": a.credited_cents,
        "payee_kind": _PAYEES.get(a.payee_kind, ""),
        "payee": world.names.get(a.payee_id, ""),
        "disbursement_id": a.disbursement_id,
        "held": bool(a.hold_reason),
        "hold_reason": a.hold_reason,
        "steps": [_step(s) for s in a.steps],
    }


def _held(lines: Sequence[Report]) -> Iterator[Report]:
    """What is held, part by part: for whom, why, and out of which line."""
    for line in lines:
        for a in line["allocations"]:
            if a["held"]:
                yield {
                    "payee": a["payee"],
                    "amount_cents": a["amount_cents"],
                    "hold_reason": a["hold_reason"],
                    "case_number": a["case_number"] or line["case_identifier"],
                    "trace_number": line["trace_number"],
                }


def _step(step: Any) -> dict[str, Any]:
    return {
        "rule_id": step.rule_id,
        "citation": step.citation,
        "confidence": step.confidence,
        "text": step.text,
    }


def _bucket(bucket: case_pb.ArrearsBucket.ValueType) -> str:
    if bucket == case_pb.ARREARS_BUCKET_UNSPECIFIED:
        return ""
    return case_pb.ArrearsBucket.Name(bucket).removeprefix("ARREARS_BUCKET_").lower()


def _outcome(line: withholding_pb.SubmissionLine, receipt: payments_pb.Receipt | None) -> str:
    if line.state == withholding_pb.LINE_STATE_NOTICE_ONLY:
        return "notice_only"
    if receipt is None:
        return "not posted"
    if receipt.state == payments_pb.RECEIPT_STATE_POSTED:
        return "posted"
    return "suspended" if receipt.state == payments_pb.RECEIPT_STATE_SUSPENDED else "received"


def _reason(line: withholding_pb.SubmissionLine, receipt: payments_pb.Receipt | None) -> str:
    reason = receipt.reason if receipt else line.reason
    if reason == withholding_pb.SUSPENSE_REASON_UNSPECIFIED:
        return ""
    return withholding_pb.SuspenseReason.Name(reason).removeprefix("SUSPENSE_REASON_").lower()


def _receipts(clients: Clients, submission_id: str) -> Iterator[payments_pb.Receipt]:
    token = ""
    while submission_id:
        page = clients.receipts.ListReceipts(
            payments_pb.ListReceiptsRequest(
                submission_id=submission_id, page_size=PAGE, page_token=token
            ),
            timeout=TIMEOUT,
        )
        yield from page.receipts
        token = page.next_page_token
        if not token:
            return


def _remittance_lines(
    clients: Clients, submission_id: str
) -> Iterator[withholding_pb.SubmissionLine]:
    token = ""
    while submission_id:
        page = clients.remittances.ListSubmissionLines(
            withholding_pb.ListSubmissionLinesRequest(
                submission_id=submission_id, page_size=PAGE, page_token=token
            ),
            timeout=TIMEOUT,
        )
        yield from page.lines
        token = page.next_page_token
        if not token:
            return


def _disbursements(clients: Clients, world: World) -> Iterator[dict[str, Any]]:
    page = clients.disbursements.ListDisbursements(
        payments_pb.ListDisbursementsRequest(
            business_date=from_date(BUSINESS_DATE), page_size=PAGE
        ),
        timeout=TIMEOUT,
    )
    for d in page.disbursements:
        yield {
            "payee_kind": _PAYEES.get(d.payee_kind, ""),
            "payee": world.names.get(d.payee_id, ""),
            "method": _METHODS.get(d.method, ""),
            "amount_cents": d.amount_cents,
            "reference": d.reference,
            "file": d.file_name,
        }


def _delinquencies(clients: Clients, world: World) -> Iterator[dict[str, Any]]:
    page = clients.arrears.ListDelinquencies(
        ListDelinquenciesRequest(page_size=PAGE), timeout=TIMEOUT
    )
    for case in page.cases:
        yield {
            "case_number": case.case_number,
            "obligor": world.names.get(case.obligor_id, ""),
            "arrears_cents": case.arrears_cents,
            "monthly_amount_cents": case.monthly_amount_cents,
            "steps": [_step(s) for s in case.steps],
        }


def _told(clients: Clients, world: World) -> Iterator[dict[str, Any]]:
    """Who was told what: counts by person and way, never the text itself."""
    letters = clients.inbox.ListLetters(
        notification_pb.ListLettersRequest(page_size=PAGE), timeout=TIMEOUT
    ).letters
    for participant_id, name in world.names.items():
        entries = clients.inbox.ListInboxEntries(
            notification_pb.ListInboxEntriesRequest(participant_id=participant_id, page_size=PAGE),
            timeout=TIMEOUT,
        ).entries
        own = [letter.kind for letter in letters if letter.participant_id == participant_id]
        if entries or own:
            yield {
                "who": name,
                "inbox": [e.subject for e in reversed(entries)],
                "emails": sum(_mailed(e.email_state) for e in entries),
                "letters": own,
            }
    to_employers = [letter.kind for letter in letters if letter.employer_id]
    if to_employers:
        yield {"who": "employers", "inbox": [], "emails": 0, "letters": to_employers}


def _mailed(state: notification_pb.EmailState.ValueType) -> bool:
    return state in (notification_pb.EMAIL_STATE_QUEUED, notification_pb.EMAIL_STATE_SENT)


def _files(data_dir: Path) -> Iterator[Path]:
    return (p for p in data_dir.rglob("*") if p.is_file())
