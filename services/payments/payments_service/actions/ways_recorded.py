"""Ways of paying that workers record: debit cards, and the accounts of other States' agencies."""

import json

from chassis.errors import PlatformError, invalid_field, not_found
from chassis.runtime import Work
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.common.v1.errors_pb2 import ErrorReason
from formats.ach.codes import routing_number_holds
from payments_service.actions.ways import PAYMENT, address_fields
from payments_service.store import payees
from payments_service.store.disbursements import CHECK, STATE_EFT
from payments_service.store.payees import Agency

TWO_PEOPLE = "an agency's account takes two people: one records it, another confirms"
TWO_FOR_A_CARD = "a debit card takes two people: another worker must record the same one"
NOT_THE_SAME = "is not what the first person recorded: read the paper again, or record it anew"
ACCOUNT_MAX, CARD_MAX, FIPS_LENGTHS = 17, 64, (5, 7)


def set_card(work: Work, payee_id: str, card_id: str) -> None:
    """Record the vendor's id of somebody's debit card; empty: there is no card any more.

    It is in force when a second person records the same; until then the payee has none.
    """
    if not payees.is_known(work.session, payee_id):
        raise not_found("participant", payee_id)
    if len(card_id) > CARD_MAX:
        raise invalid_field("card_id", f"must have at most {CARD_MAX} characters")
    by, today, given = work.caller.person, work.clock.today(), card_id.strip()
    if not given:
        payees.set_card(work.session, payee_id, b"", by, today, active=False)
        return
    plain = json.dumps({"card": given})
    known = payees.lock_card(work.session, payee_id)
    is_same = known is not None and work.keys.decrypt(PAYMENT, known.card) == plain
    if known is not None and is_same and known.active:
        return
    if known is not None and is_same and known.changed_by == by:
        raise PlatformError(ErrorReason.ERROR_REASON_FAILED_PRECONDITION, TWO_FOR_A_CARD)
    card = work.keys.encrypt(PAYMENT, plain)
    payees.set_card(work.session, payee_id, card, by, today, active=is_same)


def record_agency(
    work: Work,
    payee_id: str,
    name: str,
    fips: str,
    account: case_pb.BankAccount,
    address: case_pb.PostalAddress,
) -> None:
    """Record how an agency is paid: by CCD+ to its account, or by check. Another confirms it."""
    if not name.strip():
        raise invalid_field("name", "must be said")
    if fips and not (fips.isascii() and fips.isdigit() and len(fips) in FIPS_LENGTHS):
        raise invalid_field("fips", f"must have 5 or 7 digits; read {fips!r}")
    plain = _payment(fips, account, address)
    agency = Agency(
        payee_id=payee_id,
        name=name.strip(),
        fips=fips,
        method=STATE_EFT if "routing" in plain else CHECK,
        payment=work.keys.encrypt(PAYMENT, json.dumps(plain)),
        asked_by=work.caller.person,
        confirmed_by="",
    )
    payees.record_agency(work.session, agency, work.clock.today())


def _payment(
    fips: str, account: case_pb.BankAccount, address: case_pb.PostalAddress
) -> dict[str, object]:
    plain: dict[str, object] = {}
    if account.routing_number or account.account_number:
        plain = _account(account, fips)
    elif not (address.line1 and (address.zip_code or not fips)):
        raise invalid_field("address", "must be said where there is no account")
    if address.line1:
        plain["address"] = list(address_fields(address))
    return plain


def _account(account: case_pb.BankAccount, fips: str) -> dict[str, object]:
    if not fips:
        raise invalid_field("account", "an agency abroad is paid by check")
    if not routing_number_holds(account.routing_number):
        raise invalid_field("account.routing_number", "must be nine digits that hold")
    number = account.account_number
    if not 0 < len(number) <= ACCOUNT_MAX or not (number.isascii() and number.isprintable()):
        raise invalid_field("account.account_number", f"must have 1 to {ACCOUNT_MAX} characters")
    return {"routing": account.routing_number, "account": number, "savings": account.savings}


def confirm_agency(
    work: Work,
    payee_id: str,
    fips: str,
    account: case_pb.BankAccount,
    address: case_pb.PostalAddress,
) -> None:
    """Put in force how an agency is paid, as the second of two people, who writes it down again.

    So nobody confirms what he has not seen, nor what was changed since he looked.
    """
    agency = payees.lock_agency(work.session, payee_id)
    if agency is None:
        raise not_found("agency", payee_id)
    if agency.asked_by == work.caller.person:
        raise PlatformError(ErrorReason.ERROR_REASON_FAILED_PRECONDITION, TWO_PEOPLE)
    recorded = json.loads(work.keys.decrypt(PAYMENT, agency.payment))
    if fips != agency.fips:
        raise invalid_field("fips", NOT_THE_SAME)
    if _payment(fips, account, address) != recorded:
        raise invalid_field("account", NOT_THE_SAME)
    by, today = work.caller.person, work.clock.today()
    payees.confirm_agency(work.session, payee_id, by, today)
