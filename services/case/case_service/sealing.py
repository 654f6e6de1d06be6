"""What the other services may know of a participant: secrets and locations are sealed."""

from collections.abc import Sequence

from case_service.domain.model import Address, BankAccount, Employer, Participant
from chassis.crypto import Keys
from chassis.dates import from_date
from childsupport.case.v1 import case_service_pb2 as pb
from childsupport.case.v1 import events_pb2 as events
from childsupport.common.v1.sealed_pb2 import Sealed


def participant_state(
    p: Participant, version: int, keys: Keys, visible_to: Sequence[str]
) -> events.ParticipantState:
    """Return the state of a participant as it travels in an event.

    `visible_to` are the participants who may see where he can be found; they travel sealed too.
    """
    contact = events.ParticipantContact(
        address=address_message(p.address),
        email=p.email,
        email_notices=p.email_notices,
        phone=p.phone,
        preferred_contact=p.preferred_contact,
        visible_to=visible_to,
    )
    payment = events.ParticipantPayment(
        bank_account=bank_account_message(p.bank_account),
        address=address_message(p.address),
        visible_to=visible_to,
        ssn=p.ssn,
    )
    employment = events.ParticipantEmployment(
        employer=employer_message(p.employer), visible_to=visible_to
    )
    identity = events.ParticipantIdentity(
        birth_date=from_date(p.birth_date),
        ssn=p.ssn,
        address_state=p.address.state if p.address else "",
    )
    return events.ParticipantState(
        participant_id=p.participant_id,
        version=version,
        participant_number=p.participant_number,
        first_name=p.first_name,
        last_name=p.last_name,
        language=p.language,
        protected=p.protected,
        ssn_for_withholding=_sealed(keys, "withholding", p.ssn.encode()),
        contact_for_notification=_sealed(keys, "notification", contact.SerializeToString()),
        payment_for_payments=_sealed(keys, "payments", payment.SerializeToString()),
        employment_for_withholding=_sealed(
            keys, "withholding", employment.SerializeToString() if p.employer else b""
        ),
        identity_for_identity=_sealed(keys, "identity", identity.SerializeToString()),
    )


def address_message(a: Address | None) -> pb.PostalAddress | None:
    """Return the message for an address; None stays unset."""
    if a is None:
        return None
    return pb.PostalAddress(
        line1=a.line1, line2=a.line2, city=a.city, state=a.state, zip_code=a.zip_code
    )


def employer_message(e: Employer | None) -> pb.Employer | None:
    """Return the message for an employer; None stays unset."""
    if e is None:
        return None
    return pb.Employer(name=e.name, address=address_message(e.address), phone=e.phone)


def bank_account_message(b: BankAccount | None) -> pb.BankAccount | None:
    """Return the message for an account; None stays unset."""
    if b is None:
        return None
    return pb.BankAccount(
        routing_number=b.routing_number, account_number=b.account_number, savings=b.savings
    )


def _sealed(keys: Keys, reader: str, plaintext: bytes) -> Sealed | None:
    return keys.seal(reader, plaintext) if plaintext else None
