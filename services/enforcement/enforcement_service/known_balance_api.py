"""What this service holds of the ledger, so that its proof can compare."""

from chassis.digests import NO_ID, digest_messages, id_end
from chassis.grpc import paging
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.case.v1.case_service_pb2 import ArrearsBucket
from childsupport.common.v1.digest_pb2 import HeldBalance
from childsupport.enforcement.v1 import known_balance_service_pb2 as pb
from enforcement_service.store import known_balances
from enforcement_service.store.arrears import CURRENT

BUCKETS = (CURRENT, *(ArrearsBucket.Name(number) for number in sorted(ArrearsBucket.values())[1:]))
"""By number, as a balance's bucket is written here."""


class KnownBalanceReads:
    """Shows the balances that this service was told."""

    def DigestKnownBalances(
        self, request: pb.DigestKnownBalancesRequest, work: Work
    ) -> pb.DigestKnownBalancesResponse:
        """Return a digest for each range of obligations."""
        found = known_balances.digests(work.session, BUCKETS)
        return pb.DigestKnownBalancesResponse(digests=digest_messages(found))

    def ListKnownBalances(
        self, request: pb.ListKnownBalancesRequest, work: Work
    ) -> pb.ListKnownBalancesResponse:
        """List the balances of a range."""
        asked = id_end(request.id_end)
        size, listing = paging.page_size(request), f"known_balances/{asked}"
        token = paging.decode_token(work.keys, request.page_token, listing=listing)
        obligation, _, bucket = token.partition("/")
        after = (obligation or NO_ID, int(bucket or -1))
        rows = known_balances.of_range(work.session, BUCKETS, asked, after, size + 1)
        more = len(rows) > size
        last = f"{rows[size - 1].obligation_id}/{rows[size - 1].bucket}" if more else ""
        return pb.ListKnownBalancesResponse(
            balances=[HeldBalance(**row._asdict()) for row in rows[:size]],
            next_page_token=paging.encode_token(work.keys, last, listing=listing),
        )


SERVICERS = (Servicer("childsupport.enforcement.v1.KnownBalanceReadService", KnownBalanceReads()),)
