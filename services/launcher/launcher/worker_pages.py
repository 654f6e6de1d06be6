"""What `childsupport worker` asks identity, and what it prints."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

import grpc

from chassis.clock import SystemClock
from chassis.dates import to_instant
from chassis.ids import new_id
from childsupport.identity.v1 import worker_service_pb2 as pb
from childsupport.identity.v1.worker_service_pb2_grpc import (
    WorkerAccountServiceStub,
    WorkerReadServiceStub,
)
from launcher.console import channels
from launcher.hiring import shown_now
from launcher.platform import LOGINS_FILE
from launcher.tables import page_console, print_json, table

PAGE_SIZE = 200
MAX_PAGES = 200
_ROLE, _STATE = "WORKER_ROLE_", "WORKER_STATE_"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A worker who is to be made."""

    worker_id: str
    display_name: str
    email: str
    roles: tuple[str, ...]
    office_ids: tuple[str, ...]
    language: str


class Workers:
    """The workers of a running platform."""

    def __init__(self, identity: grpc.Channel) -> None:
        """Take a channel to identity."""
        self._accounts = WorkerAccountServiceStub(identity)
        self._reads = WorkerReadServiceStub(identity)

    def add(self, wanted: Wanted) -> pb.Worker:
        """Make a worker; the invitation goes out by mail."""
        roles = [pb.WorkerRole.Value(_ROLE + r.replace("-", "_").upper()) for r in wanted.roles]
        request = pb.CreateWorkerRequest(
            request_id=new_id(),
            worker_id=wanted.worker_id,
            display_name=wanted.display_name,
            email=wanted.email,
            office_ids=wanted.office_ids,
            roles=roles,
            language=wanted.language,
        )
        return self._accounts.CreateWorker(request).worker

    def end(self, worker_id: str, reason: str) -> pb.Worker:
        """End a worker."""
        request = pb.EndWorkerRequest(request_id=new_id(), worker_id=worker_id, reason=reason)
        return self._accounts.EndWorker(request).worker

    def reset(self, worker_id: str) -> pb.Worker:
        """Start a worker's reset."""
        request = pb.StartWorkerResetRequest(request_id=new_id(), worker_id=worker_id)
        return self._accounts.StartWorkerReset(request).worker

    def list(self, office_id: str, *, ended: bool) -> Sequence[pb.Worker]:
        """Return the workers, by id."""
        request = pb.ListWorkersRequest(office_id=office_id, ended=ended, page_size=PAGE_SIZE)
        found: list[pb.Worker] = []
        for _ in range(MAX_PAGES):
            page = self._reads.ListWorkers(request)
            found += page.workers
            request.page_token = page.next_page_token
            if not request.page_token:
                break
        return found


@contextmanager
def opened(data: Path) -> Iterator[Workers]:
    """Open a running platform's identity. Raises ValueError without a secret to ask with."""
    with channels(data, "identity") as (identity,):
        yield Workers(identity)


def show(workers: Sequence[pb.Worker], *, as_json: bool) -> None:
    """Print workers."""
    if as_json:
        print_json({"workers": [_facts(one) for one in workers]})
        return
    if not workers:
        page_console().print("There are no workers.")
        return
    rows = [
        (one.worker_id, "\n".join(_roles(one)), "\n".join(one.office_ids) or "-", _stands(one))
        for one in workers
    ]
    page_console().print(table(("Worker", "Roles", "Offices", "State"), rows, wide=3))


def show_one(worker: pb.Worker, *, as_json: bool) -> None:
    """Print one worker."""
    if as_json:
        print_json(_facts(worker))
        return
    show([worker], as_json=False)


def show_code(data: Path, worker_id: str, *, as_json: bool) -> None:
    """Print what the app of a demonstration's worker shows. Raises ValueError where there is none.

    Identity reads these codes by the machine's clock, wherever the demonstration's own stands.
    """
    now_s = SystemClock().now().timestamp()
    code, seconds = shown_now(data / LOGINS_FILE, worker_id, now_s)
    if as_json:
        print_json({"worker": worker_id, "code": code, "seconds": seconds})
        return
    page_console().print(f"{code}  good for {seconds} s; it can be used once")


def _stands(one: pb.Worker) -> str:
    """Say how far a worker is, and until when the mailed link can be used."""
    state = pb.WorkerState.Name(one.state).removeprefix(_STATE).lower()
    if not one.HasField("link_expire_time"):
        return state
    until = to_instant(one.link_expire_time).astimezone(UTC)
    return f"{state}, link until {until:%Y-%m-%d %H:%M} UTC"


def _roles(one: pb.Worker) -> list[str]:
    return [
        pb.WorkerRole.Name(role).removeprefix(_ROLE).lower().replace("_", "-") for role in one.roles
    ]


def _facts(one: pb.Worker) -> dict[str, object]:
    until = to_instant(one.link_expire_time) if one.HasField("link_expire_time") else None
    return {
        "worker": one.worker_id,
        "name": one.display_name,
        "roles": _roles(one),
        "offices": list(one.office_ids),
        "state": pb.WorkerState.Name(one.state).removeprefix(_STATE).lower(),
        "link_until": until.isoformat() if until else None,
    }
