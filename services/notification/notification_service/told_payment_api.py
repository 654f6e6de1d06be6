"""Which payments families were told of, so that the ledger's proof can compare."""

from chassis.digests import NO_ID, digest_messages, id_end
from chassis.grpc import paging
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.notification.v1 import told_payment_service_pb2 as pb
from notification_service.store import told_payments


class ToldPaymentReads:
    """Shows which payments families were told of."""

    def DigestToldPayments(
        self, request: pb.DigestToldPaymentsRequest, work: Work
    ) -> pb.DigestToldPaymentsResponse:
        """Return a digest for each range of payments."""
        found = told_payments.digests(work.session)
        return pb.DigestToldPaymentsResponse(digests=digest_messages(found))

    def ListToldPayments(
        self, request: pb.ListToldPaymentsRequest, work: Work
    ) -> pb.ListToldPaymentsResponse:
        """List the payments of a range."""
        asked = id_end(request.id_end)
        size, listing = paging.page_size(request), f"told_payments/{asked}"
        after = paging.decode_token(work.keys, request.page_token, listing=listing)
        found = told_payments.of_range(work.session, asked, after or NO_ID, size + 1)
        last = found[size - 1] if len(found) > size else ""
        return pb.ListToldPaymentsResponse(
            disbursement_ids=found[:size],
            next_page_token=paging.encode_token(work.keys, last, listing=listing),
        )


SERVICERS = (Servicer("childsupport.notification.v1.ToldPaymentReadService", ToldPaymentReads()),)
