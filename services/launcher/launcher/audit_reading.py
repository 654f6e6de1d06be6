"""The audit of a service: identity's asked over gRPC, the others' read from their databases."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from chassis.dates import from_instant, to_instant
from chassis.runtime import Runtime
from childsupport.identity.v1 import audit_service_pb2 as pb
from childsupport.identity.v1.audit_service_pb2_grpc import AuditReadServiceStub
from identity_service.store.audit import Sought, search
from launcher.console import channels
from launcher.registry import service_named
from launcher.roles import settings_of

PAGE_SIZE = 200


@dataclass(frozen=True, slots=True)
class Found:
    """A call, as the audit has it."""

    at: datetime
    caller: str
    method: str
    outcome: str
    subjects: tuple[str, ...]


def ask(data: Path, sought: Sought, limit: int) -> list[Found]:
    """Ask identity for its records, newest first. Raises ValueError, PlatformError."""
    request = pb.ListAuditRecordsRequest(
        caller=sought.caller,
        subject=sought.subject,
        method=sought.method,
        since_time=from_instant(sought.since),
        refused=sought.refused,
    )
    found: list[Found] = []
    with channels(data, "identity") as (identity,):
        stub = AuditReadServiceStub(identity)
        while len(found) < limit:
            request.page_size = min(PAGE_SIZE, limit - len(found))
            page = stub.ListAuditRecords(request)
            found += [_told(one) for one in page.records]
            request.page_token = page.next_page_token
            if not request.page_token:
                break
    return found


def read(service: str, sought: Sought, limit: int) -> list[Found]:
    """Read the records of a service from its database. Raises KeyError, SQLAlchemyError."""
    runtime = Runtime(service_named(service), settings_of(service))
    try:
        with runtime.work() as work:
            rows = search(work.session, sought, None, limit)
    finally:
        runtime.close()
    return [Found(r.at, r.caller, r.method, r.outcome, tuple(r.subjects)) for r in rows]


def _told(one: pb.AuditRecord) -> Found:
    at = to_instant(one.record_time)
    return Found(at, one.caller, one.method, one.outcome, tuple(one.subjects))
