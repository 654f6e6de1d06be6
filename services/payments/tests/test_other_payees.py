"""Money that is neither the family's nor our State's, from events to the payables."""

from datetime import date

from sqlalchemy import text

from chassis.dates import from_date
from childsupport.case.v1 import case_service_pb2 as case_pb
from payments_service.actions.charging import charge
from payments_service.domain.lanes import INSTITUTIONS, fips_of
from payments_service.domain.model import Bucket, Payee
from payments_service.store import reads, totals

MARCH = from_date(date(2026, 3, 1))


def payables(world) -> list[tuple[int, str, int]]:
    with world.runtime.work() as work:
        assert totals.verify(work.session).findings == ()
        rows = work.session.execute(
            text("SELECT payee_kind, payee_id::text, amount_cents FROM payable ORDER BY 1, 3")
        )
        return [tuple(row) for row in rows]


def test_a_responding_case_is_owed_to_the_agency_that_has_it(world):
    """45 CFR 302.32(b)(1), 303.7(d)(6)(v)."""
    told = world.case(1, obligations=[world.obligation(1, 50_000)])
    told.initiating_fips = "39000"
    world.cases(told)
    world.take(*world.pages([world.line(1, 30_000, obligor=1)]))
    world.settle()
    ((kind, payee, cents),) = payables(world)
    assert (kind, fips_of(payee), cents) == (Payee.OTHER_STATE, "3900000", 30_000)


def test_foster_care_by_child_and_months_as_the_case_tells_them(world):
    """45 CFR 302.52(b)(1),(2): the maintenance to the State, the rest to the agency."""
    child = case_pb.Obligation()
    child.CopyFrom(world.obligation(1, 30_000))
    child.child_id = "child"
    told = world.case(1, obligations=[child], assistance_cents=10_000)
    told.assistance.add(
        program=case_pb.ASSISTANCE_PROGRAM_FOSTER_CARE,
        first_month=MARCH,
        paid_cents=10_000,
        child_id="child",
    )
    world.cases(told)
    world.take(*world.pages([world.line(1, 30_000, obligor=1)]))
    world.settle()
    assert payables(world) == [
        (Payee.STATE, INSTITUTIONS[Payee.STATE], 10_000),
        (Payee.FOSTER_CARE, INSTITUTIONS[Payee.FOSTER_CARE], 20_000),
    ]


def test_arrears_owed_to_another_state(world):
    """IRG Q8.4."""
    theirs = world.obligation(1, 0, opening=[(case_pb.ARREARS_BUCKET_NEVER_ASSIGNED, 9_000)])
    theirs.owed_to_fips = "1800000"
    world.cases(world.case(1, obligations=[theirs]))
    world.take(*world.pages([world.line(1, 9_000, obligor=1)]))
    world.settle()
    ((kind, payee, cents),) = payables(world)
    assert (kind, fips_of(payee), cents) == (Payee.OTHER_STATE, "1800000", 9_000)


def test_months_of_assistance_that_are_told_late_move_what_is_owed_and_what_was_kept(world):
    """45 CFR 302.51(a): March had assistance after all; the State keeps no more than was paid."""
    owed = [world.obligation(1, 10_000)]
    told = world.case(1, obligations=owed)
    world.cases(told)
    world.take(*world.pages([world.line(1, 4_000, obligor=1)]))
    world.settle()
    assert payables(world) == [(Payee.FAMILY, told.obligee_id, 4_000)]
    late = world.case(1, obligations=owed, assistance=3, assistance_cents=9_000, version=2)
    late.assistance.add(
        program=case_pb.ASSISTANCE_PROGRAM_K_TAP,
        first_month=MARCH,
        last_month=MARCH,
        paid_cents=9_000,
    )
    world.cases(late)
    world.settle()
    assert payables(world) == [(Payee.STATE, INSTITUTIONS[Payee.STATE], 4_000)]
    world.go_to(date(2026, 4, 2))
    with world.runtime.work() as work:
        charge(work, date(2026, 4, 2))
    with world.runtime.work() as work:
        balances = reads.balances_of(work.session, told.obligor_id)
        assert totals.verify(work.session).findings == ()
    buckets = {b.bucket: b.due_cents for b in balances if b.due_cents}
    # March: 6,000 unpaid, of which 5,000 of the 9,000 are left after the 4,000 that were kept.
    assert buckets == {0: 10_000, Bucket.PA: 5_000, Bucket.UD: 1_000}
