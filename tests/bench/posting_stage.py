"""The posting stage by itself: receipts that are staged already, taken through the ledger.

    python tests/bench/posting_stage.py --payments 16000 --workers 2 --profile

A PostgreSQL of its own, durable; the population of the bench; two paydays. The first finds nobody
charged for the month, the second is a payday like any other. What counts is processor time a
payment, here and in the database server, beside COPY of the payment's eight ledger rows in the same
run. On a machine that others use too a page costs up to three times what it costs alone, so the
quietest quarter of the pages is told beside the whole.
"""

import argparse
import cProfile
import json
import multiprocessing
import os
import pstats
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil
import psycopg
from pydantic import SecretStr
from sqlalchemy import make_url, text

from chassis import migrate
from chassis.clock import SteppedClock
from chassis.crypto import load_keys, write_key_files
from chassis.dates import from_date
from chassis.ids import new_id
from chassis.runtime import Runtime, Work
from childsupport.case.v1.events_pb2 import CasesChanged
from childsupport.withholding.v1.events_pb2 import RemittanceLine, RemittancesReleased
from childsupport.withholding.v1.withholding_service_pb2 import (
    SUSPENSE_REASON_UNKNOWN_CASE,
    SUSPENSE_REASON_UNSPECIFIED,
)
from launcher.bench import baseline, machine, population
from launcher.postgres import EmbeddedPostgres
from payments_service import handlers
from payments_service.actions.charging import open_obligations
from payments_service.actions.posting import post_receipts
from payments_service.service import SERVICE
from payments_service.store import totals

ROOT = Path("var") / "bench"
MORNING = datetime(2026, 3, 9, 14, tzinfo=ZoneInfo("UTC"))
PAYDAYS = (date(2026, 3, 5), date(2026, 3, 6))
PAGE_LINES = 1_000
FILE_LINES = 20_000
COPY_PAYMENTS = 20_000
QUIET_SHARE = 4
WATCH_SECONDS = 0.02
LEAST_PAGE = 200
"""Smaller pages are not counted: what a page costs by itself would be all that they show."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a page took, in seconds of processor time."""

    payments: int
    python: float
    database: float

    @property
    def cost(self) -> float:
        """Microseconds a payment."""
        return (self.python + self.database) / self.payments * 1e6


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage: all of it, and its quiet pages; microseconds of processor time a payment."""

    name: str
    wall_seconds: float
    pages: list[Page]

    @property
    def all_us(self) -> float:
        """Over all pages."""
        return _mean(self.pages)[0] + _mean(self.pages)[1]

    @property
    def quiet(self) -> tuple[float, float]:
        """Python and PostgreSQL, over the cheapest quarter of the pages."""
        whole = [page for page in self.pages if page.payments >= LEAST_PAGE] or self.pages
        ordered = sorted(whole, key=lambda page: page.cost)
        return _mean(ordered[: max(1, len(ordered) // QUIET_SHARE)])


def _mean(pages: list[Page]) -> tuple[float, float]:
    payments = sum(page.payments for page in pages) or 1
    python, database = (sum(page.python for page in pages), sum(page.database for page in pages))
    return python / payments * 1e6, database / payments * 1e6


class Meter:
    """Processor time by page: of this process, and of the database server's processes."""

    def __init__(self, server_pid: int) -> None:
        """Take the database server's first process."""
        self._server = psutil.Process(server_pid)
        self._seen: dict[int, float] = {}

    def __call__(self) -> tuple[float, float]:
        """Return both, in seconds."""
        for process in (self._server, *self._server.children()):
            with suppress(FileNotFoundError, ProcessLookupError):
                run = Path(f"/proc/{process.pid}/schedstat").read_text().split()[0]
                self._seen[process.pid] = int(run) / 1e9
        return time.process_time(), sum(self._seen.values())

    def page(self, work: Callable[[], int]) -> tuple[Page, int]:
        """Run a page that says how many payments it was."""
        before = self()
        payments = work()
        after = self()
        return Page(payments, after[0] - before[0], after[1] - before[1]), payments


class Bench:
    """One database, one population, measured stage by stage."""

    def __init__(self, server: EmbeddedPostgres, root: Path, seed: int) -> None:
        """Migrate the database and make a runtime as the payments service has it."""
        self.root, self.seed, self.owner_url = root, seed, server.owner_url("payments")
        self.url = server.url("payments")
        migrate.upgrade(SERVICE, self.owner_url)
        write_key_files(root / "keys", ["payments"])
        self.runtime = runtime(self.url, root)
        self.meter = Meter(server.pid)
        self.stages: list[Stage] = []

    def know(self, payments: int) -> None:
        """Tell the cases, and book what they bring."""
        for page in population.import_pages(payments, self.seed):
            for case in page.cases:
                case.version = 1
            with self.runtime.work() as work:
                handlers.on_cases_changed(CasesChanged(cases=page.cases), work)
        repeat(self.runtime, open_obligations)

    def copy(self) -> None:
        """COPY eight rows a payment, as the bench's baseline does."""
        with psycopg.connect(plain(self.owner_url), autocommit=True) as connection:
            connection.execute("CREATE TABLE bench_plain (LIKE line)")
            statement = f"COPY bench_plain ({baseline.COLUMNS}) FROM STDIN".encode()

            def copy(content: bytes) -> int:
                with (
                    connection.transaction(),
                    connection.cursor() as cursor,
                    cursor.copy(statement) as into,
                ):
                    into.write(content)
                return PAGE_LINES

            self._measure("copy", [partial(copy, page) for page in baseline._pages(COPY_PAYMENTS)])
            connection.execute("DROP TABLE bench_plain")

    def stage(self, payday: int, payments: int) -> None:
        """Stage a payday's files."""
        lines = list(self._lines(payday, payments))
        pages = [
            page
            for start in range(0, len(lines), FILE_LINES)
            for page in _pages(lines[start : start + FILE_LINES], PAYDAYS[payday])
        ]

        def stage(page: RemittancesReleased) -> int:
            with self.runtime.work() as work:
                handlers.on_remittances_released(page, work)
            return len(page.lines)

        self._measure(f"stage {payday + 1}", [partial(stage, page) for page in pages])

    def post(self, payday: int) -> None:
        """Post what is staged, page by page."""
        began, pages = time.perf_counter(), []
        more, waiting = True, self._waiting()
        while more:
            before = self.meter()
            with self.runtime.work() as work:
                more = post_receipts(work)
            after = self.meter()
            left = self._waiting()
            if waiting > left:
                pages.append(Page(waiting - left, after[0] - before[0], after[1] - before[1]))
            waiting = left
        self.stages.append(Stage(f"post {payday + 1}", time.perf_counter() - began, pages))

    def post_side_by_side(self, payday: int, workers: int) -> None:
        """Post what is staged by several processes, from when all of them are ready."""
        waiting, context = self._waiting(), multiprocessing.get_context("spawn")
        gates = [context.Event() for _ in range(workers + 1)]
        used: Queue[float] = context.Queue()
        started = [
            context.Process(target=post_all, args=(self.url, self.root, gate, gates[-1], used))
            for gate in gates[:-1]
        ]
        for process in started:
            process.start()
        for gate in gates[:-1]:
            gate.wait()
        before, began = self.meter(), time.perf_counter()
        gates[-1].set()
        after = before
        while any(process.is_alive() for process in started):
            # While they run: what a session used is gone when it ends.
            after = self.meter()
            started[0].join(WATCH_SECONDS)
        wall = time.perf_counter() - began
        python = sum(used.get() for _ in started)
        page = Page(waiting, python, after[1] - before[1])
        self.stages.append(Stage(f"post {payday + 1} x{workers}", wall, [page]))

    def _measure(self, name: str, calls: list[Callable[[], int]]) -> None:
        began = time.perf_counter()
        pages = [self.meter.page(call)[0] for call in calls]
        self.stages.append(Stage(name, time.perf_counter() - began, pages))

    def _waiting(self) -> int:
        with self.runtime.work() as work:
            return int(work.session.scalar(text("SELECT count(*) FROM waiting")) or 0)

    def _lines(self, payday: int, payments: int) -> Iterator[RemittanceLine]:
        known: dict[str, str] = {}
        withheld: list[tuple[str, int]] = []
        for made in population.households(payments, self.seed):
            known |= {case.case_number: case.obligor_id for case in made.cases}
            withheld += made.withheld
        for number, (case_number, cents) in enumerate(withheld[:payments], 1):
            unknown = number % population.UNKNOWN_EVERY == 0
            yield RemittanceLine(
                receipt_id=new_id(),
                line_number=number,
                sequence=1,
                trace_number=f"{number:015d}",
                amount_cents=cents,
                credited_cents=cents,
                pay_date=from_date(PAYDAYS[payday]),
                obligor_id="" if unknown else known[case_number],
                reason=SUSPENSE_REASON_UNKNOWN_CASE if unknown else SUSPENSE_REASON_UNSPECIFIED,
                detail="Nobody has this case number." if unknown else "",
            )


def plain(url: str) -> str:
    """Return SQLAlchemy's URL as libpq's."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def runtime(url: str, root: Path) -> Runtime:
    """Return the payments service on a database, with the clock at a payday's morning."""
    settings = SERVICE.settings.from_environment(
        "payments",
        database_url=SecretStr(url),
        keys_file=root / "keys" / "payments.keys.json",
        data_dir=root / "data",
        max_database_connections=4,
    )
    keys = load_keys("payments", settings.keys_file)
    return Runtime(SERVICE, settings, clock=SteppedClock(MORNING), keys=keys)


def repeat(service: Runtime, timer: Callable[[Work], bool]) -> None:
    """Run a timer until it has nothing left to do."""
    more = True
    while more:
        with service.work() as work:
            more = timer(work)


def post_all(url: str, root: Path, ready: Event, go: Event, used: "Queue[float]") -> None:
    """Post whatever waits, as one of several workers: a process of its own."""
    service = runtime(url, root)
    with service.work() as work:
        work.session.execute(text("SELECT 1"))
    ready.set()
    go.wait()
    began = time.process_time()
    repeat(service, post_receipts)
    used.put(time.process_time() - began)
    service.close()


def main(arguments: list[str]) -> int:
    """Measure and print; 0 only when the books balance."""
    options = _options(arguments)
    root = (ROOT / f"posting-{options.payments}-{os.getpid()}").absolute()
    root.mkdir(parents=True)
    server = EmbeddedPostgres(root / "postgres", ["payments"], connections=20)
    with ExitStack() as last:
        last.callback(shutil.rmtree, root, ignore_errors=True)
        last.callback(server.destroy)
        server.start()
        bench = Bench(server, root, population.SEED)
        bench.copy()
        bench.know(options.payments)
        for payday in range(len(PAYDAYS)):
            bench.stage(payday, options.payments)
            if options.workers > 1:
                bench.post_side_by_side(payday, options.workers)
            elif options.profile and payday:
                _profiled(bench, payday)
            else:
                bench.post(payday)
        bench.copy()
        with bench.runtime.work() as work:
            totals.see_one_state(work.session)
            found = totals.verify(work.session)
        made = str(machine.describe(plain(bench.url)))
        bench.runtime.close()
    _report(made, bench.stages, found.findings, as_json=options.json)
    return 1 if found.findings else 0


def _profiled(bench: Bench, payday: int) -> None:
    profile = cProfile.Profile()
    profile.enable()
    bench.post(payday)
    profile.disable()
    pstats.Stats(profile, stream=sys.stderr).sort_stats("tottime").print_stats(45)


def _report(made: str, stages: list[Stage], findings: tuple[str, ...], *, as_json: bool) -> None:
    copied = min(sum(stage.quiet) for stage in stages if stage.name == "copy")
    rows = [
        {
            "stage": stage.name,
            "payments": sum(page.payments for page in stage.pages),
            "wall_seconds": round(stage.wall_seconds, 2),
            "cpu_us": round(stage.all_us, 1),
            "quiet_python_us": round(stage.quiet[0], 1),
            "quiet_database_us": round(stage.quiet[1], 1),
            "quiet_cpu_us": round(sum(stage.quiet), 1),
            "of_copy": round(sum(stage.quiet) / copied, 2),
        }
        for stage in stages
    ]
    if as_json:
        print(json.dumps({"machine": made, "stages": rows, "findings": findings}, indent=2))
        return
    print(made)
    print("  ".join(rows[0]))
    for row in rows:
        cells = zip(row, row.values(), strict=True)
        print("  ".join(f"{value!s:>{len(name)}}" for name, value in cells))
    print(f"findings: {findings}")


def _pages(lines: list[RemittanceLine], settled: date) -> Iterator[RemittancesReleased]:
    submission = new_id()
    count = -(-len(lines) // PAGE_LINES)
    for number in range(count):
        yield RemittancesReleased(
            submission_id=submission,
            employer_id=new_id(),
            employer_name="Synthetic Works",
            page_number=number + 1,
            page_count=count,
            file_amount_cents=sum(line.amount_cents for line in lines),
            file_line_count=len(lines),
            settlement_date=from_date(settled),
            lines=lines[number * PAGE_LINES : (number + 1) * PAGE_LINES],
        )


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--payments", type=int, default=16_000)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--profile", action="store_true", help="of the second payday's posting")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
