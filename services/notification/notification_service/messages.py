"""Messages of the contracts to the domain's dataclasses."""

from chassis.dates import to_date
from chassis.runtime import Work
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import events_pb2 as case_events
from childsupport.payments.v1 import events_pb2 as payments
from childsupport.payments.v1 import payments_service_pb2 as payments_pb
from childsupport.withholding.v1.withholding_service_pb2 import SuspenseReason
from notification_service.domain.case_notices import Figures, Told
from notification_service.domain.notices import Row
from notification_service.domain.payments import (
    Collection,
    Correction,
    Disbursement,
    Hold,
    Part,
    Payee,
    Suspended,
)
from notification_service.store.projections import Contact, ParticipantState
from policy import load

_PAYEES = {
    payments_pb.PAYEE_KIND_FAMILY: Payee.FAMILY,
    payments_pb.PAYEE_KIND_STATE: Payee.STATE,
    payments_pb.PAYEE_KIND_MEDICAID: Payee.MEDICAID,
    payments_pb.PAYEE_KIND_FEE: Payee.FEE,
    payments_pb.PAYEE_KIND_HELD: Payee.HELD,
    payments_pb.PAYEE_KIND_OBLIGOR: Payee.OBLIGOR,
    payments_pb.PAYEE_KIND_OTHER_STATE: Payee.OTHER_STATE,
    payments_pb.PAYEE_KIND_FOSTER_CARE: Payee.FOSTER_CARE,
}
PERCENT = 100
_REASON_PREFIX = "SUSPENSE_REASON_"


def participant(message: case_events.ParticipantState, work: Work) -> ParticipantState:
    """Return a participant, its contact opened: it was sealed for this service."""
    opened = work.keys.open(message.contact_for_notification)
    return ParticipantState(
        participant_id=message.participant_id,
        version=message.version,
        first_name=message.first_name,
        last_name=message.last_name,
        language=message.language,
        protected=message.protected,
        contact=None
        if opened is None
        else _contact(case_events.ParticipantContact.FromString(opened)),
    )


def collection(message: payments.Collection, work: Work) -> Collection:
    """Return a collection."""
    return Collection(
        receipt_id=message.receipt_id,
        obligor_id=message.obligor_id,
        amount_cents=message.amount_cents,
        credited_cents=message.credited_cents,
        collected_on=to_date(message.collection_date, "collection_date") or work.clock.today(),
        remitter_name=message.remitter_name,
        parts=tuple(_part(a) for a in message.allocations),
    )


def correction(message: payments.CorrectedCollection, work: Work) -> Correction:
    """Return a collection as it stands after a correction, with what it was before."""
    return Correction(
        collection(message.collection, work),
        message.revision,
        message.cause,
        tuple(_part(a) for a in message.before),
    )


def disbursement(message: payments.IssuedDisbursement, work: Work) -> Disbursement | None:
    """Return a payment to a family; None for one to the State, which is not told of it."""
    paid = message.disbursement
    if paid.payee_kind != payments_pb.PAYEE_KIND_FAMILY or not paid.payee_id:
        return None
    sent_on = to_date(paid.business_date, "business_date") or work.clock.today()
    by_check = paid.method == payments_pb.DISBURSEMENT_METHOD_CHECK
    # A direct deposit is settled on the next day that the Federal Reserve Banks are open.
    settles = load(work.settings.jurisdiction).calendar("federal_reserve")
    cases = {
        p.allocation.case_id: p.allocation.case_number
        for p in message.parts
        if p.allocation.case_id
    }
    return Disbursement(
        disbursement_id=paid.disbursement_id,
        payee_id=paid.payee_id,
        amount_cents=paid.amount_cents,
        sent_on=sent_on,
        expected_on=None if by_check else settles.next_business_day(sent_on),
        check_number=paid.reference if by_check else "",
        first=message.first_payment,
        cases=tuple(sorted(cases.items(), key=lambda case: case[1])),
        by_card=paid.method == payments_pb.DISBURSEMENT_METHOD_DEBIT_CARD,
    )


def suspended(message: payments.SuspendedReceipt) -> Suspended:
    """Return a payment in suspense. Its sentence is left out: ours say what is missing."""
    return Suspended(
        receipt_id=message.receipt_id,
        submission_id=message.submission_id,
        employer_id=message.employer_id,
        obligor_id=message.obligor_id,
        amount_cents=message.amount_cents,
        row=Row(
            line_number=message.line_number,
            trace_number=message.trace_number,
            amount_cents=message.amount_cents,
            reason=SuspenseReason.Name(message.reason).removeprefix(_REASON_PREFIX),
        ),
    )


def hold(message: payments.Hold) -> Hold:
    """Return money that is held. Its sentence is left out: it may speak of the other side."""
    return Hold(
        receipt_id=message.receipt_id,
        sequence=message.sequence,
        participant_id=message.participant_id,
        amount_cents=message.amount_cents,
        reason=message.reason,
    )


def notice(message: case_events.Notice, work: Work) -> Told:
    """Return a notice of the case service. Its text was sealed for this service, and opens here."""
    text = work.keys.open(message.text_for_notification)
    return Told(
        notice_id=message.notice_id,
        case_id=message.case_id,
        case_number=message.case_number,
        participant_id=message.participant_id,
        kind=message.kind,
        answer_by=to_date(message.answer_by, "answer_by"),
        letter=message.letter,
        facts=dict(message.facts),
        text=text.decode() if text else "",
    )


def figures(work: Work) -> Figures:
    """Return the figures of law that notices name, as of today."""
    law, today = load(work.settings.jurisdiction), work.clock.today()
    return Figures(
        review_cycle_years=law.count("review.cycle", today),
        review_days=law.days("review.complete", today),
        change_percent=int(law.percent("modification.material_change", today) * PERCENT),
        incarceration_days=law.days("review.incarceration_length", today),
    )


def _part(a: payments_pb.Allocation) -> Part:
    try:
        payee = _PAYEES[a.payee_kind]
    except KeyError:
        raise ValueError(f"allocations.payee_kind: read {a.payee_kind}, expected a payee") from None
    return Part(
        case_id=a.case_id,
        case_number=a.case_number,
        amount_cents=a.amount_cents,
        payee=payee,
        payee_id=a.payee_id,
        owed=bool(a.obligation_id),
        current=a.current,
    )


def _contact(message: case_events.ParticipantContact) -> Contact:
    return Contact(
        address_lines=_address_lines(message.address) if message.HasField("address") else (),
        email=message.email,
        email_notices=message.email_notices,
    )


def _address_lines(a: case_pb.PostalAddress) -> tuple[str, ...]:
    lines = (a.line1, a.line2, f"{a.city}, {a.state} {a.zip_code}")
    return tuple(line for line in lines if line)
