"""The main job, timed from outside on a running platform: employers' files in, families paid out.

A stage ends when the databases say so: a posted receipt is posted, an event is handled once it
stands in the inbox of every queue that it is for. On a live platform stages overlap; what each
costs by itself is measured by tests/bench/alone.py.
"""

import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

import psycopg
from psycopg.rows import TupleRow

from chassis import topology
from chassis.broker_queues import BrokerQueues
from childsupport.identity.v1.identity_service_pb2 import CreateClientRequest
from childsupport.payments.v1 import payments_service_pb2 as payments_pb
from childsupport.withholding.v1 import withholding_service_pb2 as withholding_pb
from launcher.bench import population
from launcher.bench.hosts import EMBEDDED, Host, Say
from launcher.bench.watching import BENCH, Cpu, Watch, kind_of
from launcher.clients import Clients, EmployerDoor
from launcher.employer_files import Withheld, ccd_file

BUSINESS_DATE = date(2026, 3, 6)
EARLIER_DATE = date(2026, 3, 5)
SENDERS: Final = 2
"""So many employers send at the same time."""
INTAKE: Final = "taken in and released"
POSTING: Final = "posted"
TELLING: Final = "told to all services"
PAYING: Final = "disbursed"
PAID: Final = "files written, families told"
SCOPES = ("withholding.remittances.submit", "withholding.remittances.read")
PAGES_A_CALL = 10
RPC_SECONDS = 600
POLL_SECONDS = 0.05
TELL_SECONDS = 5.0
STAGE_SECONDS_LEAST = 120.0
PAYMENTS_A_SECOND_LEAST = 100
"""Slower than this is taken for standing still."""


class BenchError(RuntimeError):
    """The job was not done as it should be: the measurement counts for nothing."""


@dataclass(slots=True)
class Stages:
    """What each stage took, in the order in which they ended."""

    payments: int
    watch: Watch
    seconds: dict[str, float] = field(default_factory=dict)
    """Wall time."""
    cpu_by_process: dict[str, dict[str, float]] = field(default_factory=dict)
    """By stage and process."""
    job_start_cpu_seconds: float = 0.0
    """What starting a job's process takes by itself: a day has it once, however long it is."""

    def time(self, name: str, work: Callable[[], object]) -> None:
        """Do a stage and note how long it took."""
        used, started = self.watch.cpu(), time.perf_counter()
        work()
        self.seconds[name] = time.perf_counter() - started
        now = self.watch.cpu()
        self.cpu_by_process[name] = {
            process: now[process] - used.get(process, 0.0)
            for process in now
            if process != BENCH and now[process] > used.get(process, 0.0)
        }

    @property
    def total_seconds(self) -> float:
        """From the first stage's start to the last one's end."""
        return sum(self.seconds.values())

    def cpu(self, name: str) -> Cpu:
        """Processor time of a stage."""
        sums = dict.fromkeys(("ours", "database", "broker"), 0.0)
        for process, seconds in self.cpu_by_process[name].items():
            sums[kind_of(process)] += seconds
        return Cpu(**sums)

    @property
    def total_cpu(self) -> Cpu:
        """Processor time of all stages."""
        used = [self.cpu(name) for name in self.cpu_by_process]
        return Cpu(*(sum(kinds) for kinds in zip(*used, strict=True)))


@dataclass(frozen=True, slots=True)
class File:
    """An employer's file, made before anything is timed, and whose door it goes in at."""

    name: str
    path: Path
    lines: int
    door: EmployerDoor


@dataclass(frozen=True, slots=True)
class World:
    """What a measurement begins with: everybody taken over, the employers' doors open."""

    host: Host
    clients: Clients
    doors: Sequence[EmployerDoor]
    payments: int
    cases: int
    seed: int
    root: Path
    say: Say

    @property
    def patience_seconds(self) -> float:
        """How long a stage may take."""
        return max(STAGE_SECONDS_LEAST, self.payments / PAYMENTS_A_SECOND_LEAST)


def prepare(
    host: Host, clients: Clients, size: tuple[int, int], seed: int, root: Path, say: Say
) -> World:
    """Take everybody over and charge the month: what is there before the first file comes.

    `size`: payments of a payday, cases.
    """
    payments, cases = size
    doors = _employers(host, clients, len(list(population.files(payments, seed))))
    world = World(host, clients, doors, payments, cases, seed, root, say)
    pages = population.import_pages(cases, seed)
    done = 0
    while some := list(islice(pages, PAGES_A_CALL)):
        clients.case_imports.ImportCases(iter(some), timeout=RPC_SECONDS)
        done += sum(len(page.cases) for page in some)
        say(f"  taking over cases: {done:,} of {cases:,}")
    host.platform.settle(RPC_SECONDS + world.patience_seconds)
    say("  charging the month's current support")
    host.platform.run_job("payments", "charge", BUSINESS_DATE)
    host.platform.settle(world.patience_seconds)
    _note_earlier_payments(host)
    return world


def payday(
    world: World, pay_date: date, payments: int | None = None, *, hot: bool = False
) -> list[File]:
    """Make the files of a payday, as many as employers send, each of another employer."""
    payments = world.payments if payments is None else payments
    folder = world.root / f"employers-{pay_date}"
    folder.mkdir()
    left = population.lines(payments, world.cases, world.seed, hot=hot)
    files = []
    for place, size in enumerate(population.files(payments, world.seed)):
        path = folder / f"{place:05d}.ach"
        path.write_bytes(employer_file(place, islice(left, size), pay_date))
        files.append(File(f"{pay_date}-{place:05d}.ach", path, size, world.doors[place]))
    return files


def employer_file(place: int, lines: Iterable[Withheld], pay_date: date) -> bytes:
    """Return the CCD+ file of the employer with a number, an entry for each line."""
    return ccd_file(_name(place), _company_id(place), pay_date, lines)


def submit(file: File) -> None:
    """Submit a file through the intake. Raises BenchError when it is not taken."""
    answer = file.door.submit(file.name, file.path.read_bytes(), file.name)
    if answer.body.get("state") not in {"released", "RELEASED"}:
        raise BenchError(f"the intake answered {answer.status}: {answer.body}")


def submit_all(world: World, files: Sequence[File]) -> None:
    """Submit files, several at a time. Raises BenchError."""
    done, told = 0, time.monotonic()
    with ThreadPoolExecutor(SENDERS) as senders:
        for file, _ in zip(files, senders.map(submit, files), strict=True):
            done += file.lines
            if time.monotonic() - told > TELL_SECONDS:
                told = time.monotonic()
                world.say(f"  taken in: {done:,} payments")


def live(world: World, files: Sequence[File], business_date: date) -> Stages:
    """Run the main job on the platform as it is, and time its stages."""
    platform, say = world.host.platform, world.say
    payments = sum(file.lines for file in files)
    stages = Stages(payments, world.host.watch)
    bytes_in = sum(file.path.stat().st_size for file in files)
    say(f"  {len(files):,} files of {bytes_in:,} bytes go in")
    already = _one_row(world.host.url("payments"), b"SELECT count(*) FROM submission")
    stages.time(INTAKE, lambda: submit_all(world, files))
    stages.time(POSTING, lambda: wait_posted(world, already + len(files)))
    say("  posted")
    stages.time(TELLING, lambda: wait_handled(world))
    stages.job_start_cpu_seconds = _start_of_a_job(world)
    say("  told; paying out")
    stages.time(PAYING, lambda: platform.run_job("payments", "disburse", business_date))
    stages.time(PAID, lambda: _wait_all(world))
    say("  paid out")
    platform.settle(world.patience_seconds)
    return stages


def _wait_all(world: World) -> None:
    wait_handled(world)
    wait_files(world)


def _start_of_a_job(world: World) -> float:
    """Run a job that has nothing to do, where a job is a process of its own; processor time."""
    if world.host.name == EMBEDDED:
        return 0.0
    job, platform = "retry_failed_letters", world.host.platform
    before = world.host.watch.cpu()
    platform.run_job("notification", job, BUSINESS_DATE)
    named = f"job: notification {job}"
    return world.host.watch.cpu().get(named, 0.0) - before.get(named, 0.0)


def wait_posted(world: World, files: int) -> None:
    """Wait until every receipt of so many files is in the ledger."""
    with psycopg.connect(world.host.url("payments"), autocommit=True) as connection:
        query = (
            b"SELECT (SELECT count(*) FROM submission WHERE state > 1) = %s"
            b" AND NOT EXISTS (SELECT FROM waiting)"
        )
        left = partial(_one, connection, b"SELECT count(*) FROM waiting")
        _wait(
            world,
            "receipts to be posted",
            lambda: _one(connection, query, files) is True,
            lambda: f"{left():,} receipts wait to be posted",
        )
    flaws = _rows(world.host.url("payments"), b"SELECT flaw FROM submission WHERE state = 3")
    if flaws:
        raise BenchError(f"a file was flagged: {flaws}")


def wait_files(world: World) -> None:
    """Wait until every file of the disbursement runs is on disk."""
    with psycopg.connect(world.host.url("payments"), autocommit=True) as connection:
        query = b"SELECT count(*) FROM file WHERE written_at IS NULL"
        _wait(world, "files to be written", lambda: _one(connection, query) == 0)


def wait_handled(world: World) -> None:
    """Wait until every event that was told stands in the inbox of every queue that it is for."""
    opened = {s.consumer for s in topology.subscriptions() if s.consumer}
    opened |= {topology.family(t) for s in topology.subscriptions() for t in s.types}
    connections = {
        service: psycopg.connect(world.host.url(service), autocommit=True) for service in opened
    }
    try:
        for queue in topology.subscriptions():
            if queue.consumer:
                told = connections[topology.family(queue.types[0])]
                handled = connections[queue.consumer]
                done = partial(_is_handled, queue, told, handled)
                _wait(world, f"queue {queue.queue}", done)
    finally:
        for connection in connections.values():
            connection.close()


def check_books(world: World, payments: int) -> dict[str, int]:
    """Return the totals; `payments` were sent.

    Raises BenchError when the books do not balance or a line is missing.
    """
    totals = world.clients.ledger.GetTotals(payments_pb.GetTotalsRequest(), timeout=RPC_SECONDS)
    if not totals.balanced:
        raise BenchError(f"the books do not balance: {totals}")
    parked = parked_messages(world)
    if parked:
        raise BenchError(f"messages were parked: {parked}")
    url = world.host.url("payments")
    (lines, cents), *_ = _rows(url, b"SELECT count(*), sum(amount_cents)::bigint FROM receipt")
    if lines != payments or cents != totals.received_cents:
        message = (
            f"{lines} lines of {cents} cents, received {totals.received_cents}; sent {payments}"
        )
        raise BenchError(message)
    entries = _one_row(world.host.url("notification"), b"SELECT count(*) FROM inbox_entry")
    if entries < lines:
        raise BenchError(f"{entries} inbox entries for {lines} payments")
    return {
        "received_cents": totals.received_cents,
        "disbursed_cents": totals.disbursed_cents,
        "held_cents": totals.held_cents,
        "suspense_cents": totals.suspense_cents,
        "payments": lines,
        "ledger_rows": _one_row(url, b"SELECT count(*) FROM line"),
        "inbox_entries": entries,
    }


def parked_messages(world: World) -> list[str]:
    """Return what no handler could take."""
    if world.host.amqp_url:
        queues = BrokerQueues(world.host.amqp_url, topology.RetryPolicy(topology.RETRY_DELAYS_MS))
        try:
            waiting = queues.waiting()
        finally:
            queues.close()
        return [
            f"{n}: {found}" for n, found in waiting.items() if n.endswith(topology.PARKED_SUFFIX)
        ]
    query = (
        b"SELECT queue || ': ' || coalesce(error, '') FROM local_delivery"
        b" WHERE parked_at IS NOT NULL"
    )
    found: list[str] = []
    for service in ("payments", "notification", "enforcement", "case", "withholding"):
        found += [str(row[0]) for row in _rows(world.host.url(service), query)]
    return found


def _name(place: int) -> str:
    return f"Bench Employer {place}"


def _company_id(place: int) -> str:
    return f"1{900_000_001 + place}"


def _employers(host: Host, clients: Clients, count: int) -> list[EmployerDoor]:
    host_url = host.platform.addresses.intake_url
    made = [_employer(clients, place) for place in range(count)]
    host.platform.settle(STAGE_SECONDS_LEAST)
    doors = []
    for place, employer_id in enumerate(made):
        client = clients.clients.CreateClient(
            CreateClientRequest(
                request_id=str(uuid.uuid4()),
                client_id=f"employer-bench-{place}",
                display_name=_name(place),
                scopes=SCOPES,
                employer_id=employer_id,
            ),
            timeout=RPC_SECONDS,
        )
        doors.append(EmployerDoor(host_url, client.client.client_id, client.client_secret))
    return doors


def _employer(clients: Clients, place: int) -> str:
    request = withholding_pb.CreateEmployerRequest(
        request_id=str(uuid.uuid4()),
        employer=withholding_pb.Employer(
            fein=f"{900_000_001 + place}",
            name=_name(place),
            ach_company_ids=[_company_id(place)],
            contact_email="payroll@bench.example",
            address_line1="1 Mill Road",
            city="Frankfort",
            state="KY",
            zip_code="40601",
        ),
    )
    return clients.employers.CreateEmployer(request, timeout=RPC_SECONDS).employer.employer_id


_EARLIER = b"""
INSERT INTO disbursement (payee_id, disbursement_id, business_date, payee_kind, method,
       amount_cents, number, reference, file_name, first_payment, payee_name)
SELECT DISTINCT obligee_id, md5(obligee_id::text || 'earlier')::uuid, date '2026-02-06', 1, 2,
       1, 0, '', '', true, '' FROM case_projection
"""
_NOT_EARLIER = b"DELETE FROM disbursement WHERE business_date = date '2026-02-06'"


def _note_earlier_payments(host: Host) -> None:
    """Have every family been paid before: first payments make letters, no part of the rate."""
    with psycopg.connect(host.url("payments"), autocommit=True) as connection:
        connection.execute(_EARLIER)


def forget_earlier_payments(host: Host) -> None:
    """Take back that every family was paid before: nobody was told of that."""
    with psycopg.connect(host.url("payments"), autocommit=True) as connection:
        connection.execute(_NOT_EARLIER)


def _is_handled(
    queue: topology.Subscription,
    told: "psycopg.Connection[TupleRow]",
    handled: "psycopg.Connection[TupleRow]",
) -> bool:
    types = list(queue.types)
    sent = _one(told, b"SELECT count(*) FROM outbox WHERE type = ANY(%s)", types)
    done = _one(handled, b"SELECT count(*) FROM inbox WHERE consumer = %s", queue.queue)
    return sent == done


def _wait(
    world: World, what: str, done: Callable[[], bool], progress: Callable[[], str] | None = None
) -> None:
    give_up = time.monotonic() + world.patience_seconds
    told = time.monotonic()
    while not done():
        now = time.monotonic()
        if now > give_up:
            parked = parked_messages(world)
            raise BenchError(f"waited {world.patience_seconds:.0f} s for {what}; parked: {parked}")
        if now - told > TELL_SECONDS:
            told = now
            world.say(f"  {progress() if progress else f'waiting for {what}'}")
        time.sleep(POLL_SECONDS)


def _one(connection: "psycopg.Connection[TupleRow]", query: bytes, *values: object) -> object:
    row = connection.execute(query, values).fetchone()
    return row[0] if row else None


def _one_row(url: str, query: bytes) -> int:
    return next(int(row[0]) for row in _rows(url, query))


def _rows(url: str, query: bytes) -> Sequence[TupleRow]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(query).fetchall()
