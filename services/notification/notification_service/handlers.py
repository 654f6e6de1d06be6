"""Events in: whom we know, and what there is to tell them."""

from collections.abc import Sequence

import structlog

from chassis.runtime import Work
from chassis.service import Handler
from childsupport.case.v1.events_pb2 import CasesChanged, NoticesIssued, ParticipantsChanged
from childsupport.identity.v1.events_pb2 import AccountNoticesIssued
from childsupport.payments.v1 import events_pb2 as payments
from childsupport.withholding.v1.events_pb2 import EmployersChanged
from notification_service import account_mailing, messages
from notification_service.domain import case_notices, telling
from notification_service.domain.notices import Notice
from notification_service.settings import settings_of
from notification_service.store import inbox, letters, projections
from policy import load

_log = structlog.get_logger()

LETTER = "letter"
"""The code of the rules `notice.…` that asks for a letter beside the inbox entry."""


def on_participants_changed(message: ParticipantsChanged, work: Work) -> None:
    """Take participants: names, language, and where they are told."""
    projections.take_participants(
        work.session, work.keys, [messages.participant(p, work) for p in message.participants]
    )


def on_cases_changed(message: CasesChanged, work: Work) -> None:
    """Take who is party of what."""
    projections.take_cases(
        work.session,
        [
            projections.CaseState(c.case_id, c.version, c.case_number, c.obligor_id, c.obligee_id)
            for c in message.cases
        ],
    )


def on_employers_changed(message: EmployersChanged, work: Work) -> None:
    """Take employers: name and address."""
    projections.take_employers(
        work.session,
        [
            projections.EmployerState(
                employer_id=e.employer_id,
                version=e.version,
                name=e.name,
                contact_email=e.contact_email,
                address_line1=e.address_line1,
                city=e.city,
                state=e.state,
                zip_code=e.zip_code,
            )
            for e in message.employers
        ],
    )


def on_notices_issued(message: NoticesIssued | payments.PaymentNoticesIssued, work: Work) -> None:
    """Tell parties of their cases and payments: in the inbox, and by letter where one is asked for.

    A kind without words here (this service is older than its sender) is told as news of the case:
    its reader is not left without it, and what came with it is not held up.
    """
    told = [messages.notice(n, work) for n in message.notices]
    for one in told:
        if not case_notices.known(one.kind):
            _log.warning("notice_kind_unknown", notice_kind=one.kind, notice_id=one.notice_id)
    figures = messages.figures(work)
    notices = [(case_notices.notice(one, figures), one.letter) for one in told]
    _tell(work, [notice for notice, _ in notices])
    _write(work, [notice for notice, letter in notices if letter])


def on_collections_posted(message: payments.CollectionsPosted, work: Work) -> None:
    """Tell both sides what came in: the one who pays, and each family."""
    send_by = load(work.settings.jurisdiction).due_date("sdu.disburse", work.clock.today())
    notices: list[Notice] = []
    for posted in message.collections:
        collection = messages.collection(posted, work)
        notices.append(telling.to_obligor(collection))
        notices.extend(telling.to_families(collection, send_by))
    _tell(work, notices)


def on_collections_corrected(message: payments.CollectionsCorrected, work: Work) -> None:
    """Tell those for whom a payment that was told already is another now."""
    notices: list[Notice] = []
    for corrected in message.collections:
        notices.extend(telling.corrected(messages.correction(corrected, work)))
    _tell(work, notices)


def on_disbursements_issued(message: payments.DisbursementsIssued, work: Work) -> None:
    """Tell families that their money is on the way; write to both parents at the first payment."""
    found = [messages.disbursement(d, work) for d in message.disbursements]
    families = [d for d in found if d]
    _tell(work, [telling.sent(d) for d in families])
    if _asks_for_letter(work, "notice.first_payment"):
        first = [notice for d in families if d.first for notice in telling.first_payment(d)]
        _write(work, first)


def on_receipts_suspended(message: payments.ReceiptsSuspended, work: Work) -> None:
    """Ask the senders for what is missing; tell those who pay, where they are known."""
    receipts = [messages.suspended(r) for r in message.receipts]
    known = [r for r in receipts if r.obligor_id]
    _tell(work, [telling.waiting(r, "suspense") for r in known])
    if _asks_for_letter(work, "notice.suspense"):
        _write(work, telling.to_senders(receipts))
        _write(work, [telling.waiting(r, "suspense_obligor") for r in known])


def on_money_held(message: payments.MoneyHeld, work: Work) -> None:
    """Tell those whose money is held, and what would free it."""
    notices = [telling.held(messages.hold(h)) for h in message.holds if h.participant_id]
    _tell(work, notices)
    if _asks_for_letter(work, "notice.hold"):
        _write(work, notices)


def on_account_notices_issued(message: AccountNoticesIssued, work: Work) -> None:
    """Tell account holders: links and codes they asked for, and each change."""
    for notice in message.notices:
        account_mailing.take(notice, work)


def _asks_for_letter(work: Work, rule: str) -> bool:
    return load(work.settings.jurisdiction).code(rule, work.clock.today()) == LETTER


def _tell(work: Work, notices: Sequence[Notice]) -> None:
    mail_is_on = settings_of(work).mail_is_on
    inbox.write(work.session, work.keys, notices, work.clock.now(), mail_is_on=mail_is_on)


def _write(work: Work, notices: Sequence[Notice]) -> None:
    letters.queue(work.session, work.keys, notices, work.clock.now())


HANDLERS = (
    Handler(AccountNoticesIssued, on_account_notices_issued),
    Handler(ParticipantsChanged, on_participants_changed),
    Handler(CasesChanged, on_cases_changed),
    Handler(NoticesIssued, on_notices_issued),
    Handler(EmployersChanged, on_employers_changed),
    Handler(payments.CollectionsPosted, on_collections_posted),
    Handler(payments.CollectionsCorrected, on_collections_corrected),
    Handler(payments.DisbursementsIssued, on_disbursements_issued),
    Handler(payments.ReceiptsSuspended, on_receipts_suspended),
    Handler(payments.MoneyHeld, on_money_held),
    Handler(payments.PaymentNoticesIssued, on_notices_issued),
)
