"""The date of collection of a payment (45 CFR 302.51(a)(4), 42 USC 654b(c)(1))."""

from datetime import date

from payments_service.domain.model import Applied
from policy import Policy

BASIS = "collection_date.basis"
WITHHOLDING_DATE = "withholding_date_in_month_due"


def collection_date(
    policy: Policy, received_on: date, withheld_on: date | None
) -> tuple[date, Applied]:
    """Return the day that a payment counts as collected, and the rule that made it so.

    The day of receipt at the disbursement unit; where the State has so elected, the day of
    withholding, if the money was withheld in one month and received in a later one.
    """
    rule = policy.rule(BASIS, received_on)
    basis = rule.code()
    day = received_on
    if basis == WITHHOLDING_DATE and withheld_on is not None and withheld_on < received_on:
        other_month = (withheld_on.year, withheld_on.month) != (received_on.year, received_on.month)
        day = withheld_on if other_month else received_on
    inputs: dict[str, str | int] = {"received_date": received_on.isoformat(), "basis": basis}
    if withheld_on is not None:
        inputs["withheld_date"] = withheld_on.isoformat()
    return day, Applied(rule, inputs, {"collection_date": day.isoformat()})
