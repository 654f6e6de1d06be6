"""What is believed of a file, by the policy of the day that it is received on."""

from dataclasses import dataclass
from datetime import date, timedelta

from formats.dates import Days
from formats.remittance import Bounds
from policy import Policy


@dataclass(frozen=True, slots=True)
class Believed:
    """Beyond these a batch or a payment waits for a person.

    `settles` are the days that a batch may settle on, `payments` what a payment may say;
    `state_fips` is what DED08 begins with when a payment is ours.
    """

    settles: Days
    payments: Bounds
    state_fips: str


def believed(policy: Policy, received_on: date) -> Believed:
    """Return what is believed of a file that is received on a day."""
    return Believed(
        settles=_around(policy, "remittance.settlement", received_on),
        payments=Bounds(
            paid=_around(policy, "remittance.pay_date", received_on),
            kept_of_ded=policy.percent("remittance.cost_recovery_percent_max", received_on),
        ),
        state_fips=policy.code("sdu.fips_prefix", received_on),
    )


def _around(policy: Policy, rule_id: str, day: date) -> Days:
    return Days(
        day - timedelta(days=policy.days(f"{rule_id}_days_back", day)),
        day + timedelta(days=policy.days(f"{rule_id}_days_ahead", day)),
    )
