"""How somebody can be paid, as it is kept: encrypted, the account with a keyed hash beside it."""

import json
from typing import NamedTuple

from chassis.crypto import Keys
from childsupport.case.v1.case_service_pb2 import PostalAddress
from childsupport.case.v1.events_pb2 import ParticipantPayment

PAYMENT = "participant_projection.payment"
ACCOUNT = "payee_account.account"
METHOD_NONE, METHOD_DIRECT_DEPOSIT, METHOD_CHECK = 0, 1, 2


class Way(NamedTuple):
    """How a payee can be paid. `payment` holds account, address and SSN, whichever there is.

    The SSN is for the addenda that tell another State whose money it is paid.
    """

    method: int
    payment: bytes | None
    has_address: bool
    account_hash: bytes | None


NO_WAY = Way(METHOD_NONE, None, has_address=False, account_hash=None)


def way_of(payment: ParticipantPayment, keys: Keys) -> Way:
    """Return the way of somebody whose account or address is known; the account comes first."""
    plain: dict[str, object] = {}
    account, address = payment.bank_account, payment.address
    method, account_hash = METHOD_NONE, None
    if address.line1 and address.zip_code:
        plain["address"] = address_fields(address)
        method = METHOD_CHECK
    if account.routing_number and account.account_number:
        plain |= {
            "routing": account.routing_number,
            "account": account.account_number,
            "savings": account.savings,
        }
        method = METHOD_DIRECT_DEPOSIT
        account_hash = hash_of(keys, account.routing_number, account.account_number)
    if payment.ssn:
        plain["ssn"] = payment.ssn
    if not plain:
        return NO_WAY
    kept = keys.encrypt(PAYMENT, json.dumps(plain))
    return Way(method, kept, has_address="address" in plain, account_hash=account_hash)


def address_fields(address: PostalAddress) -> tuple[str, ...]:
    """Return an address as checks carry it."""
    return (address.line1, address.line2, address.city, address.state, address.zip_code)


def hash_of(keys: Keys, routing: str, account: str) -> bytes:
    """Return the keyed hash of an account, by which what the bank said of it is found again."""
    return keys.lookup_hash(ACCOUNT, f"{routing}/{account}")
