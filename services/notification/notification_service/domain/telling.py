"""What the two sides of a case, and senders, are told about money: received, sent, waiting, held.

Each side is told from its own part alone. The obligor never reads who was paid, how or when, nor
whether the family has assistance; the family never reads who sent the money, which is where the
other parent works.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from notification_service.domain.notices import Facts, Notice, Row, Sentence
from notification_service.domain.payments import (
    Collection,
    Correction,
    Disbursement,
    Hold,
    Part,
    Payee,
    Suspended,
)

# What a family reads when its money went elsewhere: the kind of the notice, which names its words.
_ELSEWHERE = {
    Payee.STATE: "payment_to_state",
    Payee.MEDICAID: "payment_to_medicaid",
    Payee.FEE: "fee_kept",
}
TO_SENDER = "suspense"
"""Kind of the letter that asks a sender for what is missing."""
_TAKEN_BACK = {"nsf": "not_paid_by_bank", "chargeback": "charged_back"}
_HOLD_REASONS = frozenset({"excess", "no_payee_address"})


def to_obligor(collection: Collection) -> Notice:
    """Tell the one who pays: the sum, the sender, and what each part went to."""
    said: dict[str, str | int] = {
        "amount_cents": collection.amount_cents,
        "received_on": collection.collected_on.isoformat(),
    }
    first = Sentence("received", said)
    if collection.remitter_name:
        first = Sentence("received_from", {**said, "sender": collection.remitter_name})
    sums = _purposes(collection.parts)
    sentences = [first, *(_went_to(key, case, cents) for (key, case), cents in sums.items())]
    if collection.credited_cents > collection.amount_cents:
        sentences.append(Sentence("credited", {"credited_cents": collection.credited_cents}))
    return Notice(
        kind="payment_received",
        about_id=collection.receipt_id,
        participant_id=collection.obligor_id,
        facts=Facts(tuple(sentences)),
    )


def to_families(collection: Collection, send_by: date) -> list[Notice]:
    """Tell each family what came in for it, and what of it goes to the State or is kept.

    Support that is assigned names no payee: its notice goes to the obligee of the case
    (45 CFR 302.54: who assigned support is told what was collected).
    """
    own: dict[str, dict[str, int]] = {}
    elsewhere: dict[tuple[Payee, str, str], int] = defaultdict(int)
    for part in collection.parts:
        if part.payee is Payee.FAMILY:
            cases = own.setdefault(part.payee_id, {})
            cases[part.case_number] = cases.get(part.case_number, 0) + part.amount_cents
        elif part.payee in _ELSEWHERE and part.case_id:
            elsewhere[part.payee, part.case_id, part.case_number] += part.amount_cents
    notices = [
        Notice(
            kind="payment_for_family",
            about_id=collection.receipt_id,
            participant_id=payee_id,
            facts=Facts(
                (
                    *(
                        Sentence("for_family", {"amount_cents": cents, "case": case})
                        for case, cents in cases.items()
                    ),
                    Sentence("send_by", {"send_on": send_by.isoformat()}),
                )
            ),
        )
        for payee_id, cases in own.items()
    ]
    for (payee, case_id, case_number), cents in elsewhere.items():
        kind = _ELSEWHERE[payee]
        values: dict[str, str | int] = {
            "amount_cents": cents,
            "case": case_number,
            "collected_on": collection.collected_on.isoformat(),
        }
        notices.append(
            Notice(
                kind=kind,
                about_id=collection.receipt_id,
                case_id=case_id,
                facts=Facts((Sentence(kind, values),)),
            )
        )
    return notices


def corrected(correction: Correction) -> list[Notice]:
    """Tell those for whom a correction changes something; to the others it stays unsaid.

    The obligor is not told that money went to somebody else, nor the family why it is another sum.
    """
    notices: list[Notice] = []
    before, now = correction.before, correction.collection
    if not now.parts or _purposes(before) != _purposes(now.parts):
        notices.append(_corrected_for_obligor(correction))
    was, is_now = _by_family(before), _by_family(now.parts)
    for key in sorted(was.keys() | is_now.keys()):
        if was.get(key, 0) == is_now.get(key, 0):
            continue
        payee_id, case = key
        values: dict[str, str | int] = {
            "amount_cents": is_now.get(key, 0),
            "before_cents": was.get(key, 0),
            "case": case,
            "collected_on": now.collected_on.isoformat(),
        }
        notices.append(
            Notice(
                kind="support_corrected",
                about_id=now.receipt_id,
                participant_id=payee_id,
                part=f"{correction.revision}/{case}",
                facts=Facts((Sentence("support_corrected", values),)),
            )
        )
    return notices


def _corrected_for_obligor(correction: Correction) -> Notice:
    now = correction.collection
    said: dict[str, str | int] = {"received_on": now.collected_on.isoformat()}
    if now.parts:
        first = Sentence("payment_corrected", said | {"amount_cents": now.amount_cents})
        sentences = [first]
        sentences += [_went_to(*what, cents) for what, cents in _purposes(now.parts).items()]
    else:
        cents = sum(part.amount_cents for part in correction.before)
        key = _TAKEN_BACK.get(correction.cause, "recorded_by_mistake")
        sentences = [
            Sentence(key, said | {"amount_cents": cents}),
            Sentence("counts_no_more", {}),
        ]
    return Notice(
        kind="payment_corrected",
        about_id=now.receipt_id,
        participant_id=now.obligor_id,
        part=str(correction.revision),
        facts=Facts(tuple(sentences)),
    )


def _purposes(parts: Iterable[Part]) -> dict[tuple[str, str], int]:
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for part in parts:
        sums[_purpose(part)] += part.amount_cents
    return dict(sums)


def _by_family(parts: Iterable[Part]) -> dict[tuple[str, str], int]:
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for part in parts:
        if part.payee is Payee.FAMILY:
            sums[part.payee_id, part.case_number] += part.amount_cents
    return dict(sums)


def sent(disbursement: Disbursement) -> Notice:
    """Tell a family that its money is on the way."""
    return Notice(
        kind="payment_sent",
        about_id=disbursement.disbursement_id,
        participant_id=disbursement.payee_id,
        facts=Facts(_on_the_way(disbursement)),
    )


def first_payment(disbursement: Disbursement) -> list[Notice]:
    """Write to both parents at the first payment; the obligors are known by their cases."""
    numbers = ", ".join(number for _, number in disbursement.cases)
    reference = Sentence("case_reference", {"cases": numbers})
    family = Notice(
        kind="first_payment",
        about_id=disbursement.disbursement_id,
        participant_id=disbursement.payee_id,
        facts=Facts(
            (Sentence("first_payment", {}), *_on_the_way(disbursement), Sentence("next_ones", {})),
            action="nothing" if disbursement.expected_on else "ask_for_direct_deposit",
            reference=reference,
        ),
    )
    return [
        family,
        *(
            Notice(
                kind="first_payment_obligor",
                about_id=disbursement.disbursement_id,
                case_id=case_id,
                facts=Facts(
                    (
                        Sentence("first_payment_obligor", {"case": number}),
                        Sentence("each_payment_shown", {}),
                    ),
                    action="nothing",
                    reference=Sentence("case_reference", {"cases": number}),
                ),
            )
            for case_id, number in disbursement.cases
        ),
    ]


def waiting(suspended: Suspended, kind: str) -> Notice:
    """Tell the one who pays, when known, that a payment waits."""
    return Notice(
        kind=kind,
        about_id=suspended.receipt_id,
        participant_id=suspended.obligor_id,
        facts=Facts(
            (
                Sentence("waiting", {"amount_cents": suspended.amount_cents}),
                Sentence("asking_the_sender", {}),
            ),
            action="nothing",
            reference=Sentence("trace_reference", {"trace": suspended.row.trace_number}),
        ),
    )


def to_senders(suspended: Iterable[Suspended]) -> list[Notice]:
    """Ask each employer for what is missing, in one letter for all lines of a file."""
    files: dict[tuple[str, str], list[Suspended]] = defaultdict(list)
    for one in suspended:
        if one.employer_id:
            files[one.employer_id, one.submission_id].append(one)
    return [
        Notice(
            kind=TO_SENDER,
            about_id=submission_id or lines[0].receipt_id,
            employer_id=employer_id,
            part=lines[0].receipt_id,
            facts=missing(submission_id, [line.row for line in lines]),
        )
        for (employer_id, submission_id), lines in files.items()
    ]


def missing(submission_id: str, rows: Iterable[Row]) -> Facts:
    """Say what lines of a file need; never what was read, which could be somebody's number."""
    ordered = tuple(sorted(rows, key=lambda row: (row.line_number, row.trace_number)))
    reference = Sentence("trace_reference", {"trace": ordered[0].trace_number})
    if len(ordered) > 1 and submission_id:
        reference = Sentence("file_reference", {"file": submission_id})
    amount_cents = sum(row.amount_cents for row in ordered)
    return Facts(
        (Sentence("lines_wait", {"amount_cents": amount_cents}), Sentence("money_is_safe", {})),
        action="send_what_is_missing",
        reference=reference,
        rows=ordered,
    )


def held(hold: Hold) -> Notice:
    """Tell somebody that money is held, and what would free it."""
    reason = hold.reason if hold.reason in _HOLD_REASONS else "other"
    return Notice(
        kind="hold",
        about_id=hold.receipt_id,
        participant_id=hold.participant_id,
        part=str(hold.sequence),
        facts=Facts(
            (
                Sentence("held", {"amount_cents": hold.amount_cents}),
                Sentence(f"held_{reason}", {}),
            ),
            action="call_about_address" if reason == "no_payee_address" else "nothing",
        ),
    )


def _purpose(part: Part) -> tuple[str, str]:
    if part.payee is Payee.HELD:
        return "part_held", ""
    if part.payee is Payee.OBLIGOR:
        return "part_back", ""
    if not part.owed:
        return "part_fee", ""
    return ("part_current" if part.current else "part_past_due"), part.case_number


def _went_to(key: str, case: str, cents: int) -> Sentence:
    values: dict[str, str | int] = {"amount_cents": cents}
    return Sentence(key, values | {"case": case} if case else values)


def _on_the_way(disbursement: Disbursement) -> tuple[Sentence, ...]:
    values: dict[str, str | int] = {
        "amount_cents": disbursement.amount_cents,
        "sent_on": disbursement.sent_on.isoformat(),
    }
    if disbursement.expected_on is None:
        check = {"check": disbursement.check_number}
        return (Sentence("sent_check", values | check),)
    expected = {"expected_on": disbursement.expected_on.isoformat()}
    sent = "sent_card" if disbursement.by_card else "sent_direct_deposit"
    return (Sentence(sent, values), Sentence("expected", expected))
