"""`childsupport bench day`: a day of a State, every role a process, measured beside COPY.

With `hot` or lines beforehand a smaller payday is measured first, on the same platform, so that the
cost of a payment under load is a ratio within one run.
"""

import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import psycopg

from launcher import proving
from launcher.bench import baseline, journey, machine, prefill, watching
from launcher.bench.baseline import Baseline
from launcher.bench.hosts import PROCESSES, Host, Say, running
from launcher.bench.journey import BUSINESS_DATE, EARLIER_DATE, BenchError, Stages, World
from launcher.bench.machine import MEBIBYTE, Machine
from launcher.clients import Clients
from launcher.registry import SERVICES

REFERENCE_PAYMENTS: Final = 10_000
"""The size that the cost of a payment is compared with."""
POST: Final = "payments: post_receipts"
PROOF_WAIT_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What a day is to be like."""

    payments: int
    cases: int
    seed: int
    prefill_lines: int = 0
    hot_account: bool = False
    posting_workers: int = 1

    @property
    def reference_payments(self) -> int:
        """How many payments the smaller payday has; 0 when there is nothing to compare."""
        if self.payments > REFERENCE_PAYMENTS or self.prefill_lines or self.hot_account:
            return min(self.payments, REFERENCE_PAYMENTS)
        return 0


@dataclass(frozen=True, slots=True)
class Payday:
    """One payday: its stages, what was busy, seconds within the posting timer."""

    stages: Stages
    busy: watching.Busy
    files: int

    @property
    def posting_per_second(self) -> float:
        """Payments a second of time that a worker spent in posting."""
        return self.stages.payments / self.busy[POST] if self.busy.get(POST) else 0.0

    @property
    def per_second(self) -> float:
        """Payments a second from the first file's way in to the last family told."""
        return self.stages.payments / self.stages.total_seconds

    @property
    def cpu_ms_per_payment(self) -> float:
        """Processor time of a payment: our processes, database and broker; no job's start."""
        used = sum(self.stages.total_cpu) - self.stages.job_start_cpu_seconds
        return 1_000 * used / self.stages.payments


def measure(asked: Asked, root: Path, say: Say) -> dict[str, Any]:
    """Run the day on a platform of its own; returns what was measured.

    `findings` in it is empty when every cent is where it should be. Raises BenchError when the job
    was not done.
    """
    root.mkdir(parents=True)
    load = os.getloadavg()
    try:
        with running(PROCESSES, root, say, asked.posting_workers) as host:
            clients = Clients(host.platform.addresses, host.platform.administrator)
            try:
                return _measured(asked, host, clients, root, say) | {
                    "load_average_before": round(load[0], 2),
                }
            finally:
                clients.close()
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _measured(asked: Asked, host: Host, clients: Clients, root: Path, say: Say) -> dict[str, Any]:
    owner_url = host.owner_url("payments")
    say("measuring COPY")
    copied = baseline.measure(owner_url, host.watch, baseline.PAYMENTS)
    say("making the population known")
    began = time.monotonic()
    world = journey.prepare(host, clients, (asked.payments, asked.cases), asked.seed, root, say)
    setup_seconds = time.monotonic() - began
    reference = None
    if asked.reference_payments:
        say(f"a smaller payday to compare with: {asked.reference_payments:,} payments")
        files = journey.payday(world, EARLIER_DATE, asked.reference_payments)
        reference = _payday(world, lambda: journey.live(world, files, EARLIER_DATE), len(files))
    if asked.prefill_lines:
        say(f"putting {asked.prefill_lines:,} earlier lines into the ledger")
        prefill.fill(host, asked.prefill_lines, say)
    say(f"the payday: {asked.payments:,} payments")
    files = journey.payday(world, BUSINESS_DATE, hot=asked.hot_account)
    main = _payday(world, lambda: journey.live(world, files, BUSINESS_DATE), len(files))
    say("checking the books")
    books, verify, findings = _check(world, asked)
    say("measuring COPY again")
    copied = copied.with_another(baseline.measure(owner_url, host.watch, baseline.PAYMENTS))
    return _as_data(
        asked,
        machine.describe(host.url("payments"), host.amqp_url),
        (reference, main),
        copied,
        {
            "setup_seconds": round(setup_seconds, 1),
            "database_bytes": _database_bytes(host),
            "ledger_verify": verify,
            "books": books,
            "findings": findings,
        },
        host.watch.peak_rss_bytes(),
    )


def _payday(world: World, run: Callable[[], Stages], files: int) -> Payday:
    before = world.host.busy()
    stages = run()
    return Payday(stages, watching.since(before, world.host.busy()), files)


def _check(world: World, asked: Asked) -> tuple[Mapping[str, int], Mapping[str, int], list[str]]:
    """Compare what went in with what stands in the books, and prove the ledger.

    Returns the totals, rows looked at by part of the proof, and findings.
    """
    findings: list[str] = []
    books: Mapping[str, int] = {}
    try:
        books = journey.check_books(world, asked.payments + asked.reference_payments)
    except BenchError as error:
        findings.append(str(error))
    journey.forget_earlier_payments(world.host)
    channels = [world.clients.channels[service] for service in proving.SERVICES]
    proof = proving.prove(
        channels, lambda what, n, of: world.say(f"  {n} of {of}: {what}"), PROOF_WAIT_SECONDS
    )
    verified = {part.title: part.row_count for part in proof.parts}
    return books, verified, [*findings, *(f"ledger verify: {one}" for one in proof.findings)]


def _database_bytes(host: Host) -> dict[str, int]:
    found = {}
    for service in SERVICES:
        with psycopg.connect(host.url(service)) as connection:
            row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
        found[service] = int(row[0]) if row else 0
    return found


def _as_data(
    asked: Asked,
    found: Machine,
    paydays: tuple[Payday | None, Payday],
    copied: Baseline,
    facts: Mapping[str, Any],
    peaks: Mapping[str, int],
) -> dict[str, Any]:
    reference, main = paydays
    ours = {n: rss for n, rss in peaks.items() if watching.kind_of(n) == "ours"}
    ours.pop(watching.BENCH, None)
    largest = max(ours, key=lambda name: ours[name])
    cpu_in_copies = main.cpu_ms_per_payment / 1_000 / copied.cpu_seconds_per_payment
    return {
        **asdict(asked),
        "machine": asdict(found),
        "payments_per_second": round(main.per_second, 1),
        "posting_payments_per_second": round(main.posting_per_second, 1),
        "peak_rss_mb": round(ours[largest] / MEBIBYTE, 1),
        "peak_rss_process": largest,
        "peak_rss_mb_by_process": {
            n: round(rss / MEBIBYTE, 1) for n, rss in sorted(peaks.items(), key=lambda i: -i[1])
        },
        **_payday_data(main),
        "database_mb": round(sum(facts["database_bytes"].values()) / MEBIBYTE, 1),
        **facts,
        "copy_baseline": {
            "payments_per_second": round(copied.plain_per_second),
            "with_keys_payments_per_second": round(copied.keyed_per_second),
            "cpu_in_copies_per_payment": round(cpu_in_copies, 1),
        },
        "reference": _payday_data(reference) if reference else None,
        "cost_ratio": _ratio(reference, main) if reference else None,
        "notes": NOTES,
    }


def _payday_data(one: Payday) -> dict[str, Any]:
    stages = one.stages
    return {
        "files": one.files,
        "seconds_by_stage": _rounded(stages.seconds),
        "job_start_cpu_seconds": round(stages.job_start_cpu_seconds, 2),
        "cpu_ms_per_payment": round(one.cpu_ms_per_payment, 4),
        "cpu_seconds_by_process": _by_process(stages),
        "cpu_seconds_by_stage": {
            name: _rounded(stages.cpu(name)._asdict()) for name in stages.seconds
        },
        "busy_seconds": one.busy,
    }


def _ratio(reference: Payday, main: Payday) -> dict[str, float]:
    return {
        "payments": main.stages.payments,
        "to_payments": reference.stages.payments,
        "wall": round(reference.per_second / main.per_second, 3),
        "cpu": round(main.cpu_ms_per_payment / reference.cpu_ms_per_payment, 3),
    }


def _by_process(stages: Stages) -> dict[str, float]:
    summed: dict[str, float] = {}
    for used in stages.cpu_by_process.values():
        for process, seconds in used.items():
            summed[process] = summed.get(process, 0.0) + seconds
    return _rounded(dict(sorted(summed.items(), key=lambda item: -item[1])))


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 3) for name, value in values.items()}


NOTES: Final[Mapping[str, str]] = {
    "payments_per_second": (
        "all payments over the seconds from the first file's way in to the last disbursement file"
        " on disk and the last inbox entry; the stages follow each other, and while one lasts the"
        " others' work goes on beside it"
    ),
    "posting_payments_per_second": (
        "all payments over the seconds that workers spent within the timer post_receipts,"
        " everything else running beside them"
    ),
    "job_start_cpu_seconds": (
        "processor time that starting a job's process takes by itself; a day has it once, so it is"
        " no part of cpu_ms_per_payment and of cost_ratio"
    ),
    "peak_rss_mb": "resident memory of the largest process of ours, looked at twice a second",
}
