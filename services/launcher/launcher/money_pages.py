"""The pages of `childsupport receipts` and `childsupport suspense`."""

from rich.text import Text

from childsupport.payments.v1 import receipt_service_pb2 as receipt_pb
from childsupport.payments.v1 import suspense_service_pb2 as suspense_pb
from launcher.tables import iso, money, page_console, print_json, table

GROUNDS = {
    "case_identifier": "the case number",
    "ssn": "the Social Security number",
    "name": "the name",
    "sender_history": "the sender paid the same for him before",
}


def show_import(answer: receipt_pb.ImportCollectionsResponse, *, as_json: bool) -> None:
    """Print what became of a file."""
    batch = answer.batch
    if as_json:
        print_json(
            {
                "taken": not answer.problems,
                "duplicate": answer.duplicate,
                "problems": list(answer.problems),
                "submission_id": batch.submission_id,
                "lines": batch.line_count,
                "amount_cents": batch.amount_cents,
                "identified": batch.identified_count,
                "held": batch.held_count,
                "suspended": batch.suspended_count,
                "adjustments": batch.adjustment_count,
                "adjustment_cents": batch.adjustment_cents,
            }
        )
        return
    console = page_console()
    if answer.problems:
        console.print(Text("Refused: nothing of the file is posted.", style="bold red"))
        for problem in answer.problems:
            console.print(Text(f"  {_plain(problem)}"))
        return
    if answer.duplicate:
        console.print(Text("The same file was taken before; nothing was posted again.", "yellow"))
    else:
        console.print(Text("Taken.", style="bold green"))
    rows = [
        ("lines", f"{batch.line_count:,}", money(batch.amount_cents)),
        ("identified", f"{batch.identified_count:,}", ""),
        ("of them held by law", f"{batch.held_count:,}", ""),
        ("to suspense", f"{batch.suspended_count:,}", ""),
    ]
    if batch.adjustment_count:
        back = money(-batch.adjustment_cents)
        rows.append(("taken back", f"{batch.adjustment_count:,}", back))
    console.print(table(("", "LINES", "AMOUNT"), rows, amounts=(1, 2)))
    console.print(f"submission {batch.submission_id}")


def show_suspense(answer: suspense_pb.ListSuspenseResponse, *, as_json: bool) -> None:
    """Print suspense by age, and its receipts."""
    if as_json:
        print_json(
            {
                "ages": [
                    {
                        "from_days": group.from_days,
                        "to_days": group.to_days or None,
                        "receipts": group.receipt_count,
                        "amount_cents": group.amount_cents,
                    }
                    for group in answer.ages
                ],
                "receipts": [_facts(item) for item in answer.items],
                "more": bool(answer.next_page_token),
            }
        )
        return
    console = page_console()
    groups = [
        (_days(group), f"{group.receipt_count:,}", money(group.amount_cents))
        for group in answer.ages
    ]
    count = sum(group.receipt_count for group in answer.ages)
    cents = sum(group.amount_cents for group in answer.ages)
    groups.append(("in all", f"{count:,}", money(cents)))
    heads = ("DAYS", "RECEIPTS", "AMOUNT")
    console.print(table(heads, groups, amounts=(1, 2), last_is_sum=True))
    if not answer.items:
        return
    console.print()
    rows = [
        (item.receipt.receipt_id, str(item.days), money(item.receipt.amount_cents), _why(item))
        for item in answer.items
    ]
    console.print(table(("RECEIPT", "DAYS", "AMOUNT", "WHY"), rows, amounts=(1, 2), wide=3))
    if answer.next_page_token:
        console.print("There are more; --most shows them.")


def show_item(answer: suspense_pb.GetSuspenseItemResponse, *, as_json: bool) -> None:
    """Print one receipt, and whom it may be for."""
    if as_json:
        candidates = [
            {
                "obligor_id": one.obligor_id,
                "name": one.name,
                "case_number": one.case_number,
                "grounds": list(one.grounds),
            }
            for one in answer.candidates
        ]
        written = {
            "case_identifier": answer.identity.case_identifier,
            "name": answer.identity.name,
        }
        print_json({**_facts(answer.item), "written": written, "candidates": candidates})
        return
    console = page_console()
    item, receipt = answer.item, answer.item.receipt
    rows = [
        ("receipt", receipt.receipt_id),
        ("amount", money(receipt.amount_cents)),
        ("received", f"{iso(receipt.settlement_date)}, {item.days} days ago"),
        ("sender", _plain(item.sender_name) or "not known"),
        ("case or order written", _plain(answer.identity.case_identifier) or "none"),
        ("name written", _plain(answer.identity.name) or "none"),
        ("why it waits", _why(item)),
    ]
    console.print(table(("", ""), rows, wide=1))
    if not answer.candidates:
        console.print("\nNothing speaks for anybody.")
        return
    console.print("\nIt may be for:")
    for one in answer.candidates:
        said = ", ".join(GROUNDS.get(ground, ground) for ground in one.grounds)
        console.print(Text(f"  {_plain(one.name)}, case {one.case_number}: {said}"))
        console.print(Text(f"    {one.obligor_id}", style="dim"))


def _facts(item: suspense_pb.SuspenseItem) -> dict[str, object]:
    receipt = item.receipt
    return {
        "receipt_id": receipt.receipt_id,
        "amount_cents": receipt.amount_cents,
        "received_on": iso(receipt.settlement_date),
        "days": item.days,
        "reason": int(receipt.reason),
        "detail": receipt.detail,
        "sender": item.sender_name,
        "task_id": item.task_id or None,
    }


def _why(item: suspense_pb.SuspenseItem) -> str:
    waits = " A proposal waits for a second person." if item.task_id else ""
    return f"{_plain(item.receipt.detail)}{waits}"


def _days(group: suspense_pb.AgeGroup) -> str:
    end = f" to {group.to_days}" if group.to_days else " and more"
    return f"{group.from_days}{end}"


def _plain(text: str) -> str:
    """Return a text of somebody else without what a terminal would take for orders."""
    return "".join(c if c.isprintable() else " " for c in text)
