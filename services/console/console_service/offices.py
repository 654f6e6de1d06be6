"""Offices and colleagues: whom something can be handed to."""

from collections.abc import Mapping, Sequence

from chassis.errors import PlatformError
from childsupport.case.v1 import office_service_pb2 as office_pb
from childsupport.case.v1.office_service_pb2_grpc import OfficeReadServiceStub
from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.identity.v1 import worker_service_pb2 as pb
from childsupport.identity.v1.worker_service_pb2_grpc import WorkerReadServiceStub
from web.visit import Visit

OFFICES_MAX = 1_000
WORKERS_MAX = 200


def names(visit: Visit) -> Mapping[str, str]:
    """Return the offices' counties by office, in their order."""
    reads = visit.stub("case", OfficeReadServiceStub)
    asked = office_pb.ListOfficesRequest(page_size=OFFICES_MAX)
    found = reads.ListOffices(asked, **visit.as_person).offices
    return {one.office_id: one.county for one in found}


def colleagues(visit: Visit, office_id: str) -> Sequence[pb.Worker]:
    """Return the workers of an office who are in force; the pages show ids and names alone."""
    reads = visit.stub("identity", WorkerReadServiceStub)
    asked = pb.ListWorkersRequest(office_id=office_id, page_size=WORKERS_MAX)
    return list(reads.ListWorkers(asked, **visit.as_person).workers)


def is_colleague(visit: Visit, worker_id: str) -> bool:
    """Tell whether a worker is known and in force: what goes to a slip of the pen would be lost."""
    reads = visit.stub("identity", WorkerReadServiceStub)
    try:
        asked = pb.GetWorkerRequest(worker_id=worker_id)
        found = reads.GetWorker(asked, **visit.as_person).worker
    except PlatformError as error:
        if error.reason != ErrorReason.ERROR_REASON_NOT_FOUND:
            raise
        return False
    return found.state != pb.WORKER_STATE_ENDED
