"""What requests about money have in common: days, whom money is for, who sent it."""

from datetime import date

from google.type.date_pb2 import Date

from chassis.dates import to_date
from chassis.errors import invalid_field
from chassis.runtime import Work
from childsupport.payments.v1 import payments_service_pb2 as pb
from childsupport.payments.v1 import receipt_service_pb2 as receipt_pb
from payments_service.domain.receiving import Address, Sender, ssn_digits
from policy import load

DAYS_BACK = "remittance.settlement_days_back"
MAX_CENTS = 10**10
"""A hundred million dollars: what is more than this is a slip of the hand."""


def cents_of(value: int, field: str) -> int:
    """Return an amount that money can be."""
    if not 0 < value <= MAX_CENTS:
        raise invalid_field(field, f"must be 1 to {MAX_CENTS} cents; read {value}")
    return value


def received_on(work: Work, value: Date, field: str) -> date:
    """Return a day on which money can have been received: today or not long before."""
    day, today = to_date(value, field), work.clock.today()
    if day is None:
        raise invalid_field(field, "must be said")
    back = load(work.settings.jurisdiction).days(DAYS_BACK, today)
    if day > today or (today - day).days > back:
        raise invalid_field(field, f"must be today, {today}, or up to {back} days before")
    return day


def sender_of(message: receipt_pb.Sender) -> Sender:
    """Return who sent money; an address without its first line is none."""
    place = message.address
    address = None
    if place.line1:
        address = Address(place.line1, place.line2, place.city, place.state, place.zip_code)
    return Sender(message.name.strip(), address)


def ssn_of(identity: receipt_pb.PayerIdentity, field: str) -> str:
    """Return a Social Security number as digits; "" for none."""
    if identity.ssn and not ssn_digits(identity.ssn):
        raise invalid_field(f"{field}.ssn", "must have nine digits")
    return ssn_digits(identity.ssn)


def source_name(source: int) -> str:
    """Return a source as the contract calls it."""
    return pb.ReceiptSource.Name(source)  # type: ignore[arg-type]
