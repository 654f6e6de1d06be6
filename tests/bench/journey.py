"""The main job, timed from outside on a running platform: an employer's file in, families paid out.

A stage ends when the databases say so: a posted receipt is posted, an event is handled once it
stands in the inbox of every queue that it is for. On a live platform stages overlap; what each
costs by itself is measured in alone.py.
"""

import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import islice

import population
import psycopg
from hosts import Host, Say
from psycopg.rows import TupleRow
from watching import Cpu, CpuClock

from chassis import topology
from childsupport.identity.v1.identity_service_pb2 import CreateClientRequest
from childsupport.payments.v1 import payments_service_pb2 as payments_pb
from childsupport.withholding.v1 import withholding_service_pb2 as withholding_pb
from launcher.clients import Clients, EmployerDoor
from launcher.employer_files import Withheld, ccd_file

BUSINESS_DATE = date(2026, 3, 6)
EMPLOYER = "Bench Employer Inc"
COMPANY_ID = "1900000001"
SCOPES = ("withholding.remittances.submit", "withholding.remittances.read")
PAGES_A_CALL = 10
RPC_SECONDS = 600
POLL_SECONDS = 0.02
STAGE_SECONDS_LEAST = 120.0
PAYMENTS_A_SECOND_LEAST = 100
"""Slower than this is taken for standing still."""


class BenchError(RuntimeError):
    """The job was not done as it should be: the measurement counts for nothing."""


@dataclass(slots=True)
class Stages:
    """What each stage took, in the order in which they ended."""

    payments: int
    clock: CpuClock
    seconds: dict[str, float] = field(default_factory=dict)
    """Wall time."""
    cpu: dict[str, Cpu] = field(default_factory=dict)
    job_start_seconds: float = 0.0
    """What starting a job's process takes by itself; in no stage and not in the total."""

    def time(self, name: str, work: Callable[[], object]) -> None:
        """Do a stage and note how long it took."""
        used, started = self.clock(), time.perf_counter()
        work()
        self.seconds[name] = time.perf_counter() - started
        self.cpu[name] = self.clock().since(used)

    def leave_out(self, name: str, other: "Stages") -> None:
        """Take what `other` took out of a stage."""
        self.seconds[name] = max(0.0, self.seconds[name] - other.total_seconds)
        self.cpu[name] = self.cpu[name].since(other.total_cpu)

    @property
    def total_seconds(self) -> float:
        """From the first stage's start to the last one's end."""
        return sum(self.seconds.values())

    @property
    def total_cpu(self) -> Cpu:
        """Processor time of all stages."""
        used = self.cpu.values()
        return Cpu(sum(one.ours for one in used), sum(one.database for one in used))


@dataclass(frozen=True, slots=True)
class World:
    """What a measurement begins with: everybody taken over, the employer's door open."""

    host: Host
    clients: Clients
    door: EmployerDoor
    payments: int
    seed: int

    @property
    def patience_seconds(self) -> float:
        """How long a stage may take."""
        return max(STAGE_SECONDS_LEAST, self.payments / PAYMENTS_A_SECOND_LEAST)


def prepare(host: Host, clients: Clients, payments: int, seed: int, say: Say) -> World:
    """Take everybody over and charge the month: what is there before the first file comes."""
    door = _employer(host, clients)
    world = World(host, clients, door, payments, seed)
    pages = population.import_pages(payments, seed)
    done = 0
    while some := list(islice(pages, PAGES_A_CALL)):
        clients.case_imports.ImportCases(iter(some), timeout=RPC_SECONDS)
        done += sum(len(page.cases) for page in some)
        say(f"  taking over cases: {done:,}")
    host.platform.settle(world.patience_seconds)
    say("  charging the month's current support")
    host.platform.run_job("payments", "charge", BUSINESS_DATE)
    host.platform.settle(world.patience_seconds)
    _note_earlier_payments(host)
    return world


def payday(world: World, pay_date: date) -> bytes:
    """Return the employer's file of a payday."""
    return employer_file(population.lines(world.payments, world.seed), pay_date)


def employer_file(lines: Iterable[Withheld], pay_date: date) -> bytes:
    """Return a CCD+ file with an entry for each line."""
    return ccd_file(EMPLOYER, COMPANY_ID, pay_date, lines)


def submit(world: World, name: str, content: bytes) -> None:
    """Submit a file through the intake. Raises BenchError when it is not taken."""
    answer = world.door.submit(name, content, name)
    if answer.body.get("state") not in {"released", "RELEASED"}:
        raise BenchError(f"the intake answered {answer.status}: {answer.body}")


def live(world: World, say: Say) -> Stages:
    """Run the main job on the platform as it is, and time its stages."""
    stages = Stages(world.payments, world.host.cpu)
    content = payday(world, BUSINESS_DATE)
    platform = world.host.platform
    say(f"  a file of {len(content):,} bytes goes in")
    stages.time("submit, stage, release", lambda: submit(world, "live.ach", content))
    stages.time("post", lambda: wait_posted(world, 1))
    say("  posted")
    stages.time("notify of receipts", lambda: wait_handled(world))
    start = _start_of_a_job(world)
    stages.job_start_seconds = start.total_seconds
    stages.time("disburse", lambda: platform.run_job("payments", "disburse", BUSINESS_DATE))
    stages.leave_out("disburse", start)
    say("  paid out")
    stages.time("notify, files written", lambda: _wait_all(world))
    platform.settle(world.patience_seconds)
    return stages


def _wait_all(world: World) -> None:
    wait_handled(world)
    wait_files(world)


def _start_of_a_job(world: World) -> Stages:
    """Run a job that has nothing to do, where a job is a process of its own."""
    stages = Stages(world.payments, world.host.cpu)
    if world.host.name != "embedded":
        run_job = world.host.platform.run_job
        stages.time("start", lambda: run_job("notification", "retry_failed_letters", BUSINESS_DATE))
    return stages


def wait_posted(world: World, files: int) -> None:
    """Wait until every receipt of so many files is in the ledger."""
    with psycopg.connect(world.host.url("payments"), autocommit=True) as connection:
        query = (
            b"SELECT (SELECT count(*) FROM submission WHERE state > 1) = %s"
            b" AND NOT EXISTS (SELECT FROM waiting)"
        )
        _wait(world, "receipts to be posted", lambda: _one(connection, query, files) is True)
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


def check_books(world: World) -> dict[str, int]:
    """Return the totals. Raises BenchError when the books do not balance or a line is missing."""
    totals = world.clients.ledger.GetTotals(payments_pb.GetTotalsRequest(), timeout=RPC_SECONDS)
    if not totals.balanced:
        raise BenchError(f"the books do not balance: {totals}")
    parked = parked_messages(world)
    if parked:
        raise BenchError(f"messages were parked: {parked}")
    url = world.host.url("payments")
    (lines, cents), *_ = _rows(url, b"SELECT count(*), sum(amount_cents)::bigint FROM receipt")
    files = _one_row(url, b"SELECT count(*) FROM submission")
    if lines != files * world.payments or cents != totals.received_cents:
        raise BenchError(f"{lines} lines of {cents} cents, received {totals.received_cents}")
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
    query = (
        b"SELECT queue || ': ' || coalesce(error, '') FROM local_delivery"
        b" WHERE parked_at IS NOT NULL"
    )
    found: list[str] = []
    for service in ("payments", "notification", "enforcement", "case", "withholding"):
        found += [str(row[0]) for row in _rows(world.host.url(service), query)]
    return found


def _employer(host: Host, clients: Clients) -> EmployerDoor:
    employer = clients.employers.CreateEmployer(
        withholding_pb.CreateEmployerRequest(
            request_id=str(uuid.uuid4()),
            employer=withholding_pb.Employer(
                fein="900000001",
                name=EMPLOYER,
                ach_company_ids=[COMPANY_ID],
                contact_email="payroll@bench.example",
                address_line1="1 Mill Road",
                city="Frankfort",
                state="KY",
                zip_code="40601",
            ),
        ),
        timeout=RPC_SECONDS,
    ).employer
    host.platform.settle(STAGE_SECONDS_LEAST)
    made = clients.clients.CreateClient(
        CreateClientRequest(
            request_id=str(uuid.uuid4()),
            client_id="employer-bench",
            display_name=EMPLOYER,
            scopes=SCOPES,
            employer_id=employer.employer_id,
        ),
        timeout=RPC_SECONDS,
    )
    return EmployerDoor(
        host.platform.addresses.intake_url, made.client.client_id, made.client_secret
    )


_EARLIER = b"""
INSERT INTO disbursement (payee_id, disbursement_id, business_date, payee_kind, method,
       amount_cents, number, reference, file_name, first_payment, payee_name)
SELECT DISTINCT obligee_id, md5(obligee_id::text || 'earlier')::uuid, date '2026-02-06', 1, 2,
       1, 0, '', '', true, '' FROM case_projection
"""


def _note_earlier_payments(host: Host) -> None:
    """Have every family been paid before: first payments make letters, no part of the rate."""
    with psycopg.connect(host.url("payments"), autocommit=True) as connection:
        connection.execute(_EARLIER)


def _is_handled(
    queue: topology.Subscription,
    told: "psycopg.Connection[TupleRow]",
    handled: "psycopg.Connection[TupleRow]",
) -> bool:
    types = list(queue.types)
    sent = _one(told, b"SELECT count(*) FROM outbox WHERE type = ANY(%s)", types)
    done = _one(handled, b"SELECT count(*) FROM inbox WHERE consumer = %s", queue.queue)
    return sent == done


def _wait(world: World, what: str, done: Callable[[], bool]) -> None:
    give_up = time.monotonic() + world.patience_seconds
    while not done():
        if time.monotonic() > give_up:
            parked = parked_messages(world)
            raise BenchError(f"waited {world.patience_seconds:.0f} s for {what}; parked: {parked}")
        time.sleep(POLL_SECONDS)


def _one(connection: "psycopg.Connection[TupleRow]", query: bytes, *values: object) -> object:
    row = connection.execute(query, values).fetchone()
    return row[0] if row else None


def _one_row(url: str, query: bytes) -> int:
    return next(int(row[0]) for row in _rows(url, query))


def _rows(url: str, query: bytes) -> Sequence[TupleRow]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(query).fetchall()
