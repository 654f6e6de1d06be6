"""Which items a worker looks at: kept in the address, so that the next item is one of the same."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from urllib.parse import urlencode

from childsupport.case.v1 import worklist_service_pb2 as pb
from childsupport.case.v1.worklist_service_pb2_grpc import WorklistReadServiceStub
from console_service.keeper import session_of
from console_service.saying import KINDS
from web.visit import Visit

MINE, UNASSIGNED, OFFICE, WORKER = "mine", "unassigned", "office", "worker"
WHO = (MINE, UNASSIGNED, OFFICE, WORKER)
_KEY_CHARACTERS = 16


@dataclass(frozen=True, slots=True)
class Filters:
    """What is looked at. Empty means all."""

    who: str = MINE
    office: str = ""
    kind: str = ""
    overdue: bool = False
    escalated: bool = False
    worker: str = ""
    """With WORKER: whose items."""

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Return what keeps these filters, in an address or in a form. It names no person."""
        flags = (("overdue", self.overdue), ("escalated", self.escalated))
        pairs = [("who", self.who), ("office", self.office), ("kind", self.kind)]
        pairs += [(name, "1") for name, on in flags if on]
        pairs += [("w", worker_key(self.worker))] if self.who == WORKER else []
        return [(name, value) for name, value in pairs if value]

    @property
    def query(self) -> str:
        """Return these filters as the query of an address."""
        return urlencode(self.pairs)

    def but(self, **changed: str | bool) -> str:
        """Return the query of filters that differ in something."""
        return replace(self, **changed).query  # type: ignore[arg-type]


def worker_key(worker_id: str) -> str:
    """Return what names a worker in an address without telling the name."""
    return sha256(worker_id.encode()).hexdigest()[:_KEY_CHARACTERS] if worker_id else ""


def loads(visit: Visit, office_id: str) -> Sequence[pb.WorkerLoad]:
    """Return what is open in an office by worker and type."""
    reads = visit.stub("case", WorklistReadServiceStub)
    asked = pb.ListLoadsRequest(office_id=office_id)
    return list(reads.ListLoads(asked, **visit.as_person).loads)


def read(visit: Visit, known: Sequence[pb.WorkerLoad] | None = None) -> Filters:
    """Return the filters that an address or a form says; what it does not know it leaves out."""

    def said(name: str) -> str:
        return visit.form.raw(name) or visit.request.query_params.get(name, "")

    own = list(session_of(visit).office_ids)
    office = said("office") or (own[0] if own else "")
    who, key, worker = said("who"), said("w"), ""
    if who == WORKER:
        found = loads(visit, office) if known is None else known
        worker = next((one.worker_id for one in found if worker_key(one.worker_id) == key), "")
    kind = said("kind")
    return Filters(
        who=(who if who in WHO and (who != WORKER or worker) else MINE),
        office=office,
        kind=kind if kind in KINDS else "",
        overdue=bool(said("overdue")),
        escalated=bool(said("escalated")),
        worker=worker,
    )


def request(visit: Visit, wanted: Filters, size: int, token: str = "") -> pb.ListItemsRequest:
    """Return the request for the items of filters."""
    worker = {MINE: session_of(visit).worker_id, WORKER: wanted.worker}.get(wanted.who, "")
    return pb.ListItemsRequest(
        office_id="" if worker else wanted.office,
        worker_id=worker,
        unassigned=wanted.who == UNASSIGNED,
        kinds=[pb.WorklistKind.Value(f"WORKLIST_KIND_{wanted.kind}")] if wanted.kind else [],
        overdue=wanted.overdue,
        escalated=wanted.escalated,
        page_size=size,
        page_token=token,
    )
