"""The proof of the ledger, its state as of a day, and what other services should hold of it."""

from collections.abc import Callable, Mapping

from chassis.dates import to_date
from chassis.digests import NO_ID, digest_messages, id_end
from chassis.errors import invalid_field
from chassis.grpc import paging
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.common.v1 import digest_pb2 as digests
from childsupport.payments.v1 import proof_service_pb2 as pb
from payments_service.actions.law_check import changed_rules
from payments_service.api.fields import given_id
from payments_service.domain.bookkeeping import Book
from payments_service.domain.lanes import LANES
from payments_service.store import proof, totals, unposted
from payments_service.store.totals import Checked
from policy import load


class LedgerProofReads:
    """Proves the ledger, and shows it as it stood on a day."""

    def VerifyLedger(self, request: pb.VerifyLedgerRequest, work: Work) -> pb.VerifyLedgerResponse:
        check = _CHECKS.get(request.check)
        if check is None:
            raise invalid_field("check", "must be one of the parts of the proof")
        if not 0 <= request.lane < LANES:
            raise invalid_field("lane", f"must be 0 to {LANES - 1}; read {request.lane}")
        totals.see_one_state(work.session)
        found = check(work, request.lane)
        return pb.VerifyLedgerResponse(findings=found.findings, row_count=found.row_count)

    def GetLedgerAsOf(
        self, request: pb.GetLedgerAsOfRequest, work: Work
    ) -> pb.GetLedgerAsOfResponse:
        day = to_date(request.as_of, "as_of")
        if day is None:
            raise invalid_field("as_of", "must be set")
        known = to_date(request.known, "known") or day
        obligor_id = given_id(request.obligor_id, "obligor_id", required=False)
        return pb.GetLedgerAsOfResponse(
            accounts=[
                pb.AccountSum(
                    book=Book(row.book).name.lower(),
                    account=totals.account_name(row.account),
                    effective_cents=row.effective_cents,
                    known_cents=row.known_cents,
                )
                for row in proof.as_of(work.session, day, known, obligor_id)
            ]
        )

    def DigestBalances(
        self, request: pb.DigestBalancesRequest, work: Work
    ) -> pb.DigestBalancesResponse:
        found = proof.balance_digests(work.session)
        return pb.DigestBalancesResponse(digests=digest_messages(found))

    def ListRangeBalances(
        self, request: pb.ListRangeBalancesRequest, work: Work
    ) -> pb.ListRangeBalancesResponse:
        asked = id_end(request.id_end)
        size, listing = paging.page_size(request), f"range_balances/{asked}"
        token = paging.decode_token(work.keys, request.page_token, listing=listing)
        obligation, _, bucket = token.partition("/")
        after = (obligation or NO_ID, int(bucket or -1))
        rows = proof.range_balances(work.session, asked, after, size + 1)
        more = len(rows) > size
        last = f"{rows[size - 1].obligation_id}/{rows[size - 1].bucket}" if more else ""
        return pb.ListRangeBalancesResponse(
            balances=[digests.HeldBalance(**row._asdict()) for row in rows[:size]],
            next_page_token=paging.encode_token(work.keys, last, listing=listing),
        )

    def DigestDisbursements(
        self, request: pb.DigestDisbursementsRequest, work: Work
    ) -> pb.DigestDisbursementsResponse:
        found = proof.family_payment_digests(work.session)
        return pb.DigestDisbursementsResponse(digests=digest_messages(found))

    def ListRangeDisbursements(
        self, request: pb.ListRangeDisbursementsRequest, work: Work
    ) -> pb.ListRangeDisbursementsResponse:
        asked = id_end(request.id_end)
        size, listing = paging.page_size(request), f"range_disbursements/{asked}"
        after = paging.decode_token(work.keys, request.page_token, listing=listing)
        found = proof.range_family_payments(work.session, asked, after or NO_ID, size + 1)
        last = found[size - 1] if len(found) > size else ""
        return pb.ListRangeDisbursementsResponse(
            disbursement_ids=found[:size],
            next_page_token=paging.encode_token(work.keys, last, listing=listing),
        )


def _books(work: Work, _: int) -> Checked:
    kept = totals.ledger_totals(work.session)
    late = unposted.findings(work.session, work.clock.now(), work.clock.today())
    owed = totals.check_owed(work.session)
    return Checked((*kept.findings, *late, *owed.findings), owed.row_count)


def _law(work: Work, _: int) -> Checked:
    changed = changed_rules(work, load(work.settings.jurisdiction))
    return Checked(tuple(changed), 0)


_CHECKS: Mapping[int, Callable[[Work, int], Checked]] = {
    pb.LEDGER_CHECK_ENTRIES: lambda work, _: totals.check_entries(work.session),
    pb.LEDGER_CHECK_BALANCES: lambda work, _: totals.check_balances(work.session),
    pb.LEDGER_CHECK_TOTALS: lambda work, _: totals.check_totals(work.session),
    pb.LEDGER_CHECK_CHAIN: lambda work, lane: totals.check_chain(work.session, lane),
    pb.LEDGER_CHECK_PARTS: lambda work, _: totals.check_parts(work.session),
    pb.LEDGER_CHECK_BOOKS: _books,
    pb.LEDGER_CHECK_LAW: _law,
}

SERVICERS = (Servicer("childsupport.payments.v1.LedgerProofReadService", LedgerProofReads()),)
