"""What both kinds of paying ask for: an amount, and the card or account that the gateway knows.

A card's or an account's number never comes here. The gateway gives the browser a token for it; the
sandbox, which charges nobody, has test accounts in the place of its form.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from childsupport.payments.v1 import party_service_pb2 as pb
from childsupport.payments.v1 import receipt_service_pb2 as receipt_pb
from portal_service.money import reading
from web.forms import Form
from web.i18n import N_
from web.visit import Visit

CURRENT, ALL, OTHER = "current", "all", "other"
INSTRUMENTS: Final = {
    "card": receipt_pb.INSTRUMENT_CARD,
    "bank": receipt_pb.INSTRUMENT_BANK_DEBIT,
}
TEST_ACCOUNTS: Final = (
    ("approved", N_("The payment goes through")),
    ("declined", N_("The bank declines")),
    ("answer_lost", N_("The payment goes through, but the bank’s answer is lost at first")),
    ("silent", N_("The bank never answers")),
    ("charged_back", N_("The payment goes through, and the bank takes it back days later")),
)
"""Tokens of the sandbox (payments_service.gateway)."""
TOO_LITTLE = N_("This is less than can be paid online.")
TOO_MUCH = N_("This is more than can be paid online at once.")
NO_AMOUNT = N_("Enter the amount that you want to pay.")


@dataclass(frozen=True, slots=True)
class Payer:
    """The participant who pays, with what he can pay."""

    participant_id: str
    options: pb.GetMyPaymentOptionsResponse

    @property
    def instruments(self) -> Sequence[str]:
        """Return the codes of what he can pay by."""
        return [code for code, one in INSTRUMENTS.items() if one in self.options.instruments]

    @property
    def everything_cents(self) -> int:
        """Return all that is owed now."""
        return int(self.options.current_due_cents + self.options.arrears_cents)

    @property
    def suggestions(self) -> dict[str, int]:
        """Return amounts worth suggesting, by code."""
        current, everything = self.options.current_due_cents, self.everything_cents
        least, most = self.options.least_cents, self.options.most_cents
        found = {CURRENT: current} if current else {}
        if everything > current:
            found[ALL] = everything
        return {code: cents for code, cents in found.items() if least <= cents <= most}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the payer wants to pay, by what."""

    cents: int
    instrument: str
    token: str


def payer_of(visit: Visit) -> Payer | None:
    """Return the person as one who pays; None when he pays in no case."""
    participant_id = next((one.participant_id for one in reading.accounts(visit) if one.pays), None)
    if participant_id is None:
        return None
    asked = pb.GetMyPaymentOptionsRequest(participant_id=participant_id)
    return Payer(participant_id, reading.plans(visit).GetMyPaymentOptions(asked, **visit.as_person))


def wanted(form: Form, payer: Payer) -> Wanted:
    """Read amount, instrument and token; what is wrong stands in the form."""
    cents = _amount(form, payer)
    instrument = form.choice("instrument", payer.instruments)
    token = form.choice("account", [code for code, _ in TEST_ACCOUNTS])
    return Wanted(cents, instrument, token)


def _amount(form: Form, payer: Payer) -> int:
    """Return the suggestion that was chosen, else what was typed."""
    suggested = payer.suggestions
    chosen = form.raw("choice")
    if chosen in suggested:
        return suggested[chosen]
    if suggested and chosen != OTHER:
        form.choice("choice", (*suggested, OTHER))
        return 0
    if not form.raw("amount").strip():
        form.wrong("amount", NO_AMOUNT)
        return 0
    cents = form.cents("amount")
    if form.error("amount"):
        return 0
    if cents < payer.options.least_cents:
        form.wrong("amount", TOO_LITTLE)
    elif cents > payer.options.most_cents:
        form.wrong("amount", TOO_MUCH)
    return cents
