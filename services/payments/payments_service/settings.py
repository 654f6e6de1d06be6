"""What the disbursement unit can be told beyond what every service can."""

from typing import Literal

from chassis.runtime import Work
from chassis.settings import ServiceSettings


class PaymentsSettings(ServiceSettings):
    """The unit's bank and how it names itself there. The defaults are those of a made-up bank."""

    bank_routing_number: str = "123456780"
    """Nine digits; the first eight begin every trace number (the ODFI)."""
    bank_name: str = "SYNTH SDU BANK"
    bank_account_number: str = "0000000001"
    """The account that checks are drawn on (positive pay)."""
    ach_company_name: str = "SYNTH STATE SDU"
    ach_company_id: str = "1900000002"
    """Ten characters, agreed with the bank."""
    payment_gateway: Literal["", "sandbox"] = ""
    """Who charges payments online; empty: none are taken. The sandbox charges nobody."""


def settings_of(work: Work) -> PaymentsSettings:
    """Return the settings of a unit of work of this service."""
    if not isinstance(work.settings, PaymentsSettings):
        raise TypeError(f"settings of {work.settings.service}, expected those of payments")
    return work.settings
