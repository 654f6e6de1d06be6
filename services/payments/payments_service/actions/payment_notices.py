"""Telling payees of their payments: facts that the service notification puts into words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chassis.dates import from_date
from chassis.ids import derived_id
from chassis.runtime import Work
from childsupport.case.v1.events_pb2 import Notice
from childsupport.payments.v1 import events_pb2 as events
from payments_service import messages
from payments_service.domain.model import Payee
from payments_service.store import paying
from payments_service.store.paying import Sent

PEOPLE = (Payee.FAMILY, Payee.OBLIGOR)


@dataclass(frozen=True, slots=True)
class Told:
    """What one person is told. `case`: id and number; `about_id` makes it one however often.

    `letter`: whether it goes out on paper, too.
    """

    kind: str
    participant_id: str
    about_id: str
    case: tuple[str, str] | None
    facts: Mapping[str, str]
    letter: bool = True


def of_payment(work: Work, kind: str, sent: Sent, **facts: str) -> Told | None:
    """Return what the payee of a payment is told; None where no person was paid."""
    if sent.payee_kind not in PEOPLE:
        return None
    amounts = {"amount_cents": str(sent.amount_cents), "sent_on": sent.business_date.isoformat()}
    case = paying.case_of(work.session, sent.payee_id, sent.disbursement_id)
    return Told(kind, sent.payee_id, sent.disbursement_id, case, amounts | facts)


def tell(work: Work, told: Iterable[Told | None]) -> None:
    """Issue notices."""
    today = work.clock.today()
    notices = (
        Notice(
            notice_id=derived_id("notice", one.kind, one.about_id, one.participant_id),
            case_id=one.case[0] if one.case else "",
            case_number=one.case[1] if one.case else "",
            participant_id=one.participant_id,
            kind=one.kind,
            on_date=from_date(today),
            letter=one.letter,
            facts=dict(one.facts),
        )
        for one in told
        if one is not None
    )
    for page in messages.pages(notices):
        work.emit(events.PaymentNoticesIssued(notices=page), subject=f"notices/{today.isoformat()}")
