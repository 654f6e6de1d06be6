"""The RPCs of the audit (protos/childsupport/identity/v1/audit_service.proto)."""

from typing import Final

from chassis.dates import from_instant, to_instant
from chassis.grpc.paging import decode_token, encode_token
from chassis.runtime import Work
from childsupport.identity.v1 import audit_service_pb2 as pb
from identity_service.store import audit as store
from identity_service.store.audit import Record, Sought

PAGE_SIZE: Final = 50
PAGE_SIZE_MAX: Final = 200


class AuditReads:
    """Searches the audit of identity."""

    def ListAuditRecords(
        self, request: pb.ListAuditRecordsRequest, work: Work
    ) -> pb.ListAuditRecordsResponse:
        """Return the records of a page. This search is on record already: it comes first."""
        sought = Sought(
            caller=request.caller,
            subject=request.subject,
            method=request.method,
            since=to_instant(request.since_time) if request.HasField("since_time") else None,
            until=to_instant(request.until_time) if request.HasField("until_time") else None,
            refused=request.refused,
        )
        listing = work.keys.lookup_hash("audit.listing", repr(sought)).hex()
        after = decode_token(work.keys, request.page_token, listing=listing)
        limit = min(request.page_size, PAGE_SIZE_MAX) or PAGE_SIZE
        found = store.search(work.session, sought, int(after) if after else None, limit + 1)
        last = str(found[limit - 1].number) if len(found) > limit else ""
        return pb.ListAuditRecordsResponse(
            records=[_message(one) for one in found[:limit]],
            next_page_token=encode_token(work.keys, last, listing=listing),
        )


def _message(one: Record) -> pb.AuditRecord:
    return pb.AuditRecord(
        record_number=one.number,
        record_time=from_instant(one.at),
        caller=one.caller,
        method=one.method,
        subjects=one.subjects,
        outcome=one.outcome,
        call_request_id=one.request_id,
    )
