"""What becomes of payments out, and how payees are paid."""

from chassis.dates import from_date, to_date
from chassis.errors import invalid_field, not_found
from chassis.grpc.paging import decode_token, encode_token, page_size
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.payments.v1 import disbursement_service_pb2 as pay_pb
from childsupport.payments.v1 import payments_service_pb2 as pb
from formats.ach import AchFileRejected
from formats.positive_pay import PaidFileRejectedError
from payments_service.actions import checks, holding, redirecting, returns, ways_recorded
from payments_service.actions.payees import asks_for_prenotes
from payments_service.api.fields import given_id
from payments_service.api.reads import disbursement_message
from payments_service.store import payees, paying, reads
from payments_service.store.payees import Hold, Redirect
from policy import load

MAX_BYTES = 1 << 20
"""What a message may carry in one field (chassis.grpc.interceptors.decoding)."""


class PayeeReads:
    """Reads payees, redirects, and what the bank sent that fits nowhere."""

    def GetPayee(self, request: pay_pb.GetPayeeRequest, work: Work) -> pay_pb.GetPayeeResponse:
        payee_id = given_id(request.payee_id, "payee_id")
        return pay_pb.GetPayeeResponse(payee=_payee(work, payee_id))

    def ListRedirects(
        self, request: pay_pb.ListRedirectsRequest, work: Work
    ) -> pay_pb.ListRedirectsResponse:
        case_id = given_id(request.case_id, "case_id", required=False)
        listing, size = f"redirects/{case_id}", page_size(request)
        after = decode_token(work.keys, request.page_token, listing=listing)
        rows = payees.list_redirects(work.session, case_id, after, size + 1)
        shown = rows[:size]
        last = f"{shown[-1].state}/{shown[-1].redirect_id}" if len(rows) > size else ""
        return pay_pb.ListRedirectsResponse(
            redirects=[_redirect(row) for row in shown],
            next_page_token=encode_token(work.keys, last, listing=listing),
        )

    def ListUnmatchedBankItems(
        self, request: pay_pb.ListUnmatchedBankItemsRequest, work: Work
    ) -> pay_pb.ListUnmatchedBankItemsResponse:
        listing, size = "unmatched bank items", page_size(request)
        after = decode_token(work.keys, request.page_token, listing=listing)
        rows = paying.unmatched_items(work.session, after, size + 1)
        shown = rows[:size]
        last = shown[-1].item_id if len(rows) > size else ""
        return pay_pb.ListUnmatchedBankItemsResponse(
            items=[
                pay_pb.BankItem(
                    item_id=row.item_id,
                    kind=row.kind,
                    code=row.code,
                    reference=row.reference,
                    amount_cents=row.amount_cents,
                    on_date=from_date(row.on_date),
                    outcome=row.outcome,
                )
                for row in shown
            ],
            next_page_token=encode_token(work.keys, last, listing=listing),
        )


class BankFiles:
    """Takes what the bank says of payments that went out."""

    def TakeReturns(
        self, request: pay_pb.TakeReturnsRequest, work: Work
    ) -> pay_pb.TakeReturnsResponse:
        _check_size(request.content)
        try:
            taken = returns.take_returns(work, [request.content])
        except AchFileRejected as rejected:
            raise invalid_field("content", str(rejected)) from None
        return pay_pb.TakeReturnsResponse(
            returned=len(taken.returned),
            returned_cents=sum(sent.amount_cents for sent, _ in taken.returned),
            tests_failed=taken.tests_failed,
            changes=len(taken.changes) + taken.tests_changed,
            known=taken.known,
            unmatched=taken.unmatched,
        )

    def TakePaidChecks(
        self, request: pay_pb.TakePaidChecksRequest, work: Work
    ) -> pay_pb.TakePaidChecksResponse:
        _check_size(request.content)
        try:
            done = checks.take_paid_checks(work, request.content.decode())
        except UnicodeDecodeError:
            raise invalid_field("content", "must be text (UTF-8)") from None
        except PaidFileRejectedError as rejected:
            raise invalid_field("content", str(rejected)) from None
        return pay_pb.TakePaidChecksResponse(
            cleared=done.cleared,
            cleared_cents=done.cleared_cents,
            known=done.known,
            unmatched=done.unmatched,
        )


class Payees:
    """Changes what becomes of payments, and how payees are paid."""

    def StopCheck(self, request: pay_pb.StopCheckRequest, work: Work) -> pay_pb.StopCheckResponse:
        id_ = given_id(request.disbursement_id, "disbursement_id")
        checks.stop_check(work, id_, reissue=request.reissue)
        return pay_pb.StopCheckResponse(disbursement=_disbursement(work, id_))

    def ReissuePayment(
        self, request: pay_pb.ReissuePaymentRequest, work: Work
    ) -> pay_pb.ReissuePaymentResponse:
        id_ = given_id(request.disbursement_id, "disbursement_id")
        checks.reissue(work, id_)
        return pay_pb.ReissuePaymentResponse(disbursement=_disbursement(work, id_))

    def PlaceHold(self, request: pay_pb.PlaceHoldRequest, work: Work) -> pay_pb.PlaceHoldResponse:
        payee_id = given_id(request.payee_id, "payee_id")
        hold = holding.place(work, payee_id, request.reason, request.note)
        return pay_pb.PlaceHoldResponse(hold=_hold(hold))

    def ReleaseHold(
        self, request: pay_pb.ReleaseHoldRequest, work: Work
    ) -> pay_pb.ReleaseHoldResponse:
        payee_id, id_ = given_id(request.payee_id, "payee_id"), given_id(request.hold_id, "hold_id")
        return pay_pb.ReleaseHoldResponse(hold=_hold(holding.release(work, payee_id, id_)))

    def AskToRedirect(
        self, request: pay_pb.AskToRedirectRequest, work: Work
    ) -> pay_pb.AskToRedirectResponse:
        asked = redirecting.ask(
            work,
            given_id(request.case_id, "case_id"),
            given_id(request.to_payee_id, "to_payee_id"),
            (to_date(request.first_day, "first_day"), to_date(request.last_day, "last_day")),
            request.proof,
            request.evidence_id,
        )
        return pay_pb.AskToRedirectResponse(redirect=_redirect(asked))

    def DecideRedirect(
        self, request: pay_pb.DecideRedirectRequest, work: Work
    ) -> pay_pb.DecideRedirectResponse:
        id_ = given_id(request.redirect_id, "redirect_id")
        decided = redirecting.decide(work, id_, agreed=request.agreed)
        return pay_pb.DecideRedirectResponse(redirect=_redirect(decided))

    def EndRedirect(
        self, request: pay_pb.EndRedirectRequest, work: Work
    ) -> pay_pb.EndRedirectResponse:
        over = redirecting.end(work, given_id(request.redirect_id, "redirect_id"))
        return pay_pb.EndRedirectResponse(redirect=_redirect(over))

    def SetDebitCard(
        self, request: pay_pb.SetDebitCardRequest, work: Work
    ) -> pay_pb.SetDebitCardResponse:
        payee_id = given_id(request.payee_id, "payee_id")
        ways_recorded.set_card(work, payee_id, request.card_id)
        return pay_pb.SetDebitCardResponse(payee=_payee(work, payee_id))

    def RecordAgency(
        self, request: pay_pb.RecordAgencyRequest, work: Work
    ) -> pay_pb.RecordAgencyResponse:
        payee_id = given_id(request.payee_id, "payee_id")
        ways_recorded.record_agency(
            work, payee_id, request.name, request.fips, request.account, request.address
        )
        return pay_pb.RecordAgencyResponse(payee_id=payee_id)

    def ConfirmAgency(
        self, request: pay_pb.ConfirmAgencyRequest, work: Work
    ) -> pay_pb.ConfirmAgencyResponse:
        payee_id = given_id(request.payee_id, "payee_id")
        ways_recorded.confirm_agency(work, payee_id, request.fips, request.account, request.address)
        return pay_pb.ConfirmAgencyResponse(payee_id=payee_id)


SERVICERS = (
    Servicer("childsupport.payments.v1.PayeeReadService", PayeeReads()),
    Servicer("childsupport.payments.v1.BankFileService", BankFiles()),
    Servicer("childsupport.payments.v1.PayeeService", Payees()),
)


def _check_size(content: bytes) -> None:
    if not 0 < len(content) <= MAX_BYTES:
        raise invalid_field("content", f"must have 1 to {MAX_BYTES} bytes; read {len(content)}")


def _disbursement(work: Work, disbursement_id: str) -> pb.Disbursement:
    row = reads.get_disbursement(work.session, disbursement_id)
    if row is None:
        raise not_found("disbursement", disbursement_id)
    return disbursement_message(row)


def _payee(work: Work, payee_id: str) -> pay_pb.Payee:
    session, today = work.session, work.clock.today()
    prenotes = asks_for_prenotes(load(work.settings.jurisdiction), today)
    method = paying.can_be_paid(session, payee_id, prenotes=prenotes, on=today)
    return pay_pb.Payee(
        payee_id=payee_id,
        method=method,  # type: ignore[arg-type]
        accounts=[
            pay_pb.PayeeAccount(
                state=account.state,  # type: ignore[arg-type]
                code=account.code,
                changed_on=from_date(account.changed_on),
                on_file=account.on_file,
            )
            for account in payees.accounts_of(session, payee_id)
        ],
        holds=[_hold(hold) for hold in payees.open_holds(session, payee_id)],
        returned=[
            pay_pb.ReturnedPayment(
                disbursement_id=row.disbursement_id,
                amount_cents=row.amount_cents,
                cause=row.cause,
                came_on=from_date(row.came_on),
                state=row.state,  # type: ignore[arg-type]
                paid_by=row.paid_by or "",
            )
            for row in paying.came_back_of(session, payee_id)
        ],
        claims_cents=payees.claims_cents(session, payee_id),
    )


def _hold(hold: Hold) -> pay_pb.PayeeHold:
    return pay_pb.PayeeHold(
        hold_id=hold.hold_id,
        payee_id=hold.payee_id,
        reason=hold.reason,
        placed_by=hold.placed_by,
        placed_on=from_date(hold.placed_on),
        released_on=from_date(hold.released_on),
    )


def _redirect(row: Redirect) -> pay_pb.Redirect:
    return pay_pb.Redirect(
        redirect_id=row.redirect_id,
        case_id=row.case_id,
        payee_id=row.payee_id,
        to_payee_id=row.to_payee_id,
        first_day=from_date(row.first_day),
        last_day=from_date(row.last_day),
        proof=row.proof,
        evidence_id=row.evidence_id,
        state=row.state,  # type: ignore[arg-type]
        asked_by=row.asked_by,
        decided_by=row.decided_by,
    )
