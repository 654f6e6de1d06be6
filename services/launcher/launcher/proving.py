"""The proof of the books over gRPC: the ledger from its lines, then every service against it."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import grpc

from childsupport.case.v1 import known_balance_service_pb2 as case_pb
from childsupport.case.v1 import known_balance_service_pb2_grpc as case_grpc
from childsupport.common.v1.digest_pb2 import HeldBalance, RangeDigest
from childsupport.enforcement.v1 import known_balance_service_pb2 as enforcement_pb
from childsupport.enforcement.v1 import known_balance_service_pb2_grpc as enforcement_grpc
from childsupport.notification.v1 import told_payment_service_pb2 as told_pb
from childsupport.notification.v1 import told_payment_service_pb2_grpc as told_grpc
from childsupport.payments.v1 import proof_service_pb2 as pb
from childsupport.payments.v1 import proof_service_pb2_grpc as proof_grpc
from policy.wording import dollars

SERVICES = ("payments", "case", "enforcement", "notification")
LANES = 16
TIMEOUT_SECONDS = 600
PAGE_SIZE = 1_000
MAX_PAGES = 10_000
MAX_RANGES = 20
"""Ranges of ids that are read one by one; digests that differ in more say so."""
MAX_FINDINGS = 20
"""Of one service; what is beyond is counted."""
TRY_AGAIN_SECONDS = 1.0
CURRENT = "current support"
BUCKETS = (CURRENT, "NA", "PA", "TA", "CA", "UD", "UP")
PARTS = (
    (pb.LEDGER_CHECK_ENTRIES, "lines", "Every entry balances in both books"),
    (pb.LEDGER_CHECK_BALANCES, "balances", "Every balance is the sum of its lines"),
    (pb.LEDGER_CHECK_TOTALS, "totals", "Every total is the sum of its lines"),
    (pb.LEDGER_CHECK_PARTS, "receipts", "The parts of every receipt sum to it"),
    (pb.LEDGER_CHECK_BOOKS, "accounts", "Money in is money out, held, in suspense and to pay"),
    (pb.LEDGER_CHECK_LAW, "", "The rules applied stand in the policy as they were"),
)
CHAIN = "The chain of hashes holds up to its head"

Say = Callable[[str, int, int], None]
"""Told before each step: what is looked at, its number, of how many."""
State = Mapping[tuple[str, int], HeldBalance]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the proof: what holds, how much was looked at, and what does not hold."""

    title: str
    row_count: int
    of_what: str
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """All parts of a proof."""

    parts: Sequence[Part]

    @property
    def findings(self) -> list[str]:
        """Everything that does not hold, a sentence each."""
        return [finding for part in self.parts for finding in part.findings]

    def facts(self) -> dict[str, Any]:
        """Return it as plain data."""
        parts = [
            {
                "part": p.title,
                "looked_at": p.row_count,
                "of": p.of_what,
                "findings": list(p.findings),
            }
            for p in self.parts
        ]
        return {"holds": not self.findings, "findings": self.findings, "parts": parts}


@dataclass(frozen=True, slots=True)
class _Holder:
    """A service that holds balances of the ledger: how it is asked for them."""

    name: str
    digests: Callable[[], Iterable[RangeDigest]]
    page: Callable[[str, str], Any]


@dataclass(slots=True)
class _Steps:
    say: Say
    total: int
    done: int = field(default=0)

    def next(self, what: str) -> None:
        self.done += 1
        self.say(what, self.done, self.total)


def prove(channels: Sequence[grpc.Channel], say: Say, wait_seconds: float = 0.0) -> Proof:
    """Prove the books of a running platform; `channels`: to SERVICES, in their order.

    What another service holds differently is read again until `wait_seconds` are over: an event
    may be under way. Raises PlatformError when a service cannot be asked.
    """
    payments, case, enforcement, notification = channels
    ledger = proof_grpc.LedgerProofReadServiceStub(payments)
    steps = _Steps(say, len(PARTS) + LANES + 3)
    parts = [_part(ledger, steps, *part) for part in PARTS]
    parts.append(_chain(ledger, steps))
    held_case = case_grpc.KnownBalanceReadServiceStub(case)
    held_enforcement = enforcement_grpc.KnownBalanceReadServiceStub(enforcement)
    holders = (
        _Holder(
            "case",
            lambda: (
                held_case.DigestKnownBalances(
                    case_pb.DigestKnownBalancesRequest(), timeout=TIMEOUT_SECONDS
                ).digests
            ),
            lambda end, token: held_case.ListKnownBalances(
                case_pb.ListKnownBalancesRequest(id_end=end, page_size=PAGE_SIZE, page_token=token)
            ),
        ),
        _Holder(
            "enforcement",
            lambda: (
                held_enforcement.DigestKnownBalances(
                    enforcement_pb.DigestKnownBalancesRequest(), timeout=TIMEOUT_SECONDS
                ).digests
            ),
            lambda end, token: held_enforcement.ListKnownBalances(
                enforcement_pb.ListKnownBalancesRequest(
                    id_end=end, page_size=PAGE_SIZE, page_token=token
                )
            ),
        ),
    )
    for holder in holders:
        steps.next(_holds(holder.name))
        parts.append(_waited(lambda h=holder: _balances(ledger, h), wait_seconds))  # type: ignore[misc]
    told = told_grpc.ToldPaymentReadServiceStub(notification)
    steps.next("What families were told of their payments")
    parts.append(_waited(lambda: _told(ledger, told), wait_seconds))
    return Proof(parts)


def _part(
    ledger: proof_grpc.LedgerProofReadServiceStub,
    steps: _Steps,
    check: pb.LedgerCheck.ValueType,
    of_what: str,
    title: str,
) -> Part:
    steps.next(title)
    found = ledger.VerifyLedger(pb.VerifyLedgerRequest(check=check), timeout=TIMEOUT_SECONDS)
    return Part(title, found.row_count, of_what, tuple(found.findings))


def _chain(ledger: proof_grpc.LedgerProofReadServiceStub, steps: _Steps) -> Part:
    rows = 0
    findings: list[str] = []
    for lane in range(LANES):
        steps.next(f"The chain of hashes of lane {lane}")
        request = pb.VerifyLedgerRequest(check=pb.LEDGER_CHECK_CHAIN, lane=lane)
        found = ledger.VerifyLedger(request, timeout=TIMEOUT_SECONDS)
        rows += found.row_count
        findings += found.findings
    return Part(CHAIN, rows, "lines", tuple(findings))


def _waited(look: Callable[[], Part], wait_seconds: float) -> Part:
    ends = time.monotonic() + wait_seconds
    while (found := look()).findings and time.monotonic() < ends:
        time.sleep(min(TRY_AGAIN_SECONDS, wait_seconds))
    return found


def _balances(ledger: proof_grpc.LedgerProofReadServiceStub, holder: _Holder) -> Part:
    ours = ledger.DigestBalances(pb.DigestBalancesRequest(), timeout=TIMEOUT_SECONDS).digests
    differing = _differing(ours, holder.digests())
    findings: list[str] = []
    for end in differing[:MAX_RANGES]:
        kept = _state(
            lambda token, end=end: ledger.ListRangeBalances(  # type: ignore[misc]
                pb.ListRangeBalancesRequest(id_end=end, page_size=PAGE_SIZE, page_token=token)
            )
        )
        held = _state(lambda token, end=end: holder.page(end, token))  # type: ignore[misc]
        findings += _balance_findings(holder.name, kept, held)
    return Part(
        _holds(holder.name),
        sum(digest.row_count for digest in ours),
        "balances",
        _bounded(findings, len(differing)),
    )


def _holds(service: str) -> str:
    return f"{service.capitalize()} holds the balances that the ledger has"


def _told(
    ledger: proof_grpc.LedgerProofReadServiceStub, told: told_grpc.ToldPaymentReadServiceStub
) -> Part:
    ours = ledger.DigestDisbursements(
        pb.DigestDisbursementsRequest(), timeout=TIMEOUT_SECONDS
    ).digests
    theirs = told.DigestToldPayments(
        told_pb.DigestToldPaymentsRequest(), timeout=TIMEOUT_SECONDS
    ).digests
    differing = _differing(ours, theirs)
    findings: list[str] = []
    for end in differing[:MAX_RANGES]:
        out = _ids(
            lambda token, end=end: ledger.ListRangeDisbursements(  # type: ignore[misc]
                pb.ListRangeDisbursementsRequest(id_end=end, page_size=PAGE_SIZE, page_token=token)
            )
        )
        said = _ids(
            lambda token, end=end: told.ListToldPayments(  # type: ignore[misc]
                told_pb.ListToldPaymentsRequest(id_end=end, page_size=PAGE_SIZE, page_token=token)
            )
        )
        findings += [f"Payment {id_} went out and its family was not told." for id_ in out - said]
        findings += [
            f"A family was told of payment {id_}; the ledger has none." for id_ in said - out
        ]
    return Part(
        "Families were told of every payment",
        sum(digest.row_count for digest in ours),
        "payments",
        _bounded(sorted(findings), len(differing)),
    )


def _differing(ours: Iterable[RangeDigest], theirs: Iterable[RangeDigest]) -> list[str]:
    """Return the ranges that differ."""
    kept = {d.id_end: (d.row_count, d.amount_cents, d.hash) for d in ours}
    held = {d.id_end: (d.row_count, d.amount_cents, d.hash) for d in theirs}
    return sorted(end for end in kept.keys() | held.keys() if kept.get(end) != held.get(end))


def _pages(read: Callable[[str], Any]) -> Iterator[Any]:
    token = ""
    for _ in range(MAX_PAGES):
        page = read(token)
        yield page
        token = page.next_page_token
        if not token:
            return


def _state(read: Callable[[str], Any]) -> State:
    return {(row.obligation_id, row.bucket): row for page in _pages(read) for row in page.balances}


def _ids(read: Callable[[str], Any]) -> set[str]:
    return {id_ for page in _pages(read) for id_ in page.disbursement_ids}


def _balance_findings(service: str, kept: State, held: State) -> list[str]:
    findings = []
    for key in sorted(kept.keys() | held.keys()):
        ours, theirs = kept.get(key), held.get(key)
        said = ours.due_cents if ours else 0
        heard = theirs.due_cents if theirs else 0
        if said == heard:
            continue
        obligation, bucket = key
        name = BUCKETS[bucket] if 0 <= bucket < len(BUCKETS) else f"bucket {bucket}"
        findings.append(
            f"Obligation {obligation}, {name}: {service} holds {dollars(heard)}, the ledger"
            f" {dollars(said)}"
            f" ({_why(ours, theirs)})."
        )
    return findings


def _why(ours: HeldBalance | None, theirs: HeldBalance | None) -> str:
    if ours is None:
        return "which knows no such balance"
    told = theirs.version if theirs else 0
    if told < ours.version:
        return f"version {ours.version}; it was told {told or 'none'}: an event is late or lost"
    return f"both version {told}: it did not come from the ledger"


def _bounded(findings: Sequence[str], ranges: int) -> tuple[str, ...]:
    shown = list(findings[:MAX_FINDINGS])
    beyond = len(findings) - len(shown)
    if beyond or ranges > MAX_RANGES:
        shown.append(
            f"{beyond} more in the {min(ranges, MAX_RANGES)} ranges of ids that were read;"
            f" {ranges} of 256 differ."
        )
    return tuple(shown)
