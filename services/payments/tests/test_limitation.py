"""Barred arrears: 15 years after current support ends for the last child (rule arrears.limitation).

The figure is the answer to question 3.1 of Kentucky's profile in the Intergovernmental Reference
Guide; that barred arrears are not erased is what the profile's "limitation" says of collecting.
"""

from datetime import date

import pytest

from chassis.dates import from_date
from childsupport.payments.v1 import payments_service_pb2 as pb
from payments_service.api import reads as api
from payments_service.domain.limitation import Owed, barred_on
from payments_service.domain.model import Support
from policy import load

TODAY = date(2026, 3, 6)
CHILD, MEDICAL, SPOUSAL = Support.CHILD, Support.MEDICAL, Support.SPOUSAL


@pytest.mark.parametrize(
    ("owed", "expected"),
    [
        ([Owed("o", CHILD, 50_000, date(2012, 5, 31))], {"o": date(2027, 6, 1)}),
        (
            [
                Owed("o", CHILD, 50_000, date(2008, 5, 31)),
                Owed("o", MEDICAL, 5_000, date(2012, 2, 28)),
            ],
            {"o": date(2027, 3, 1)},
        ),
        (
            [Owed("o", CHILD, 50_000, date(2008, 5, 31)), Owed("o", CHILD, 40_000, None)],
            {},
        ),
        ([Owed("o", SPOUSAL, 50_000, date(2008, 5, 31))], {}),
        ([Owed("o", CHILD, 0, date(2008, 5, 31))], {}),
    ],
    ids=["one child", "the last child", "a child is still supported", "spousal", "arrears alone"],
)
def test_the_years_are_counted_from_the_end_for_the_last_child(
    owed: list[Owed], expected: dict[str, date]
) -> None:
    assert barred_on(owed, load("kentucky"), TODAY) == expected


def test_barred_arrears_are_listed_with_their_day_and_owed_still(world) -> None:
    obligation = world.obligation(1, 50_000, opening=[(1, 9_000)], starts=date(1996, 1, 1))
    obligation.effective_to.CopyFrom(from_date(date(2009, 5, 31)))
    obligation.opening_arrears[0].as_of.CopyFrom(from_date(date(2009, 5, 31)))
    world.participants(world.participant(1))
    world.cases(world.case(1, obligations=[obligation]))
    world.settle()
    obligor = world.line(1, 1, obligor=1).obligor_id
    with world.runtime.work() as work:
        asked = pb.ListBalancesRequest(obligor_id=obligor)
        (balance,) = api.LedgerReads().ListBalances(asked, work).balances
    assert (balance.due_cents, balance.barred_on) == (9_000, from_date(date(2024, 6, 1)))
