"""gRPC: message to domain to message."""

from chassis.errors import invalid_field
from chassis.grpc import paging
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.enforcement.v1 import enforcement_service_pb2 as pb
from enforcement_service.screening import message
from enforcement_service.store import arrears


class ArrearsReads:
    """Reads arrears and delinquencies."""

    def GetArrears(self, request: pb.GetArrearsRequest, work: Work) -> pb.GetArrearsResponse:
        """Return what an obligor is behind with, by case."""
        if not request.obligor_id:
            raise invalid_field("obligor_id", "must be set")
        found = arrears.of_obligor(work.session, request.obligor_id)
        return pb.GetArrearsResponse(cases=[message(record) for record in found])

    def ListDelinquencies(
        self, request: pb.ListDelinquenciesRequest, work: Work
    ) -> pb.ListDelinquenciesResponse:
        """List delinquent cases, the largest arrears first."""
        size = paging.page_size(request)
        token = paging.decode_token(work.keys, request.page_token)
        cents, _, case_id = token.partition(":")
        after = (int(cents), case_id) if token else None
        found = arrears.delinquent(work.session, after, size + 1)
        page, more = found[:size], len(found) > size
        last = f"{page[-1].arrears_cents}:{page[-1].case_id}" if more else ""
        return pb.ListDelinquenciesResponse(
            cases=[message(record) for record in page],
            next_page_token=paging.encode_token(work.keys, last) if more else "",
        )


SERVICERS = (Servicer("childsupport.enforcement.v1.ArrearsReadService", ArrearsReads()),)
