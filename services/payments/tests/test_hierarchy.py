"""Who is paid: published statements of distribution law, the constructed table, row by row.

"Published" and "constructed" as in the law notes: a published statement is printed in its source,
figures of our own make it a test.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from payments_service.domain.assistance import aid_in
from payments_service.domain.books import Books
from payments_service.domain.model import (
    Assistance,
    Bucket,
    Case,
    Obligation,
    Opening,
    Part,
    Payee,
    Period,
    Program,
    Receipt,
    Source,
    Support,
)
from payments_service.domain.posting import post
from payments_service.domain.rules import rules_for
from policy import load

DAY = date(2026, 3, 6)
MONTH = date(2026, 3, 1)
OFFSET = Source.FEDERAL_TAX_OFFSET
NEVER, CURRENT, FORMER = Assistance.NEVER, Assistance.CURRENT, Assistance.FORMER
K_TAP, MEDICAID, FOSTER_CARE = Program.K_TAP, Program.MEDICAID, Program.FOSTER_CARE
OHIO, OHIO_ID = "3900000", "00000000-0000-8000-8001-000003900000"
BEFORE_DRA, FROM_DRA = date(2008, 1, 1), date(2025, 1, 1)
Arrears = Sequence[tuple[Bucket, int]]


def case(name: str = "a", assistance: Assistance = NEVER, ura: int = 0, **facts: object) -> Case:
    made = Case(f"case-{name}", name, True, assistance, FROM_DRA, ura, f"family-{name}")
    return replace(made, **facts)


def owed(
    name: str, cents: int, *arrears: tuple[Bucket, int], case: str = "a", **facts: object
) -> Obligation:
    opening = tuple(Opening(bucket, amount, date(2026, 2, 28)) for bucket, amount in arrears)
    made = Obligation(
        name, f"order-{case}", f"case-{case}", Support.CHILD, cents, 0, MONTH, None, opening, MONTH
    )
    return replace(made, **facts)


def books(cases: Sequence[Case], *obligations: Obligation) -> Books:
    ordered = tuple(sorted(obligations, key=lambda o: o.obligation_id))
    return Books("obligor", {c.case_id: c for c in cases}, ordered)


def pay(
    ledger: Books, cents: int, source: Source = Source.EMPLOYER, day: date = DAY
) -> tuple[Part, ...]:
    receipt = Receipt("r", "obligor", cents, cents, day, day, source)
    return post(ledger, receipt, rules_for("kentucky", day)).parts


def told(parts: Sequence[Part]) -> list[tuple[str, str, int]]:
    """Return what was paid for what to whom, in dollars."""
    return [
        (p.payee.name, "current" if p.current and p.obligation_id else p.bucket.name, cents)
        for p in parts
        if (cents := p.amount_cents / 100)
    ]


class TestConstructedTable:
    """worked_examples.md E: former case, current 300, NA 1,000, CA 400, PA 2,000, URA 2,400."""

    ARREARS = ((Bucket.NA, 100_000), (Bucket.CA, 40_000), (Bucket.PA, 200_000))

    @pytest.mark.parametrize(
        ("source", "cents", "expected"),
        [
            (
                Source.EMPLOYER,
                50_000,
                [("FAMILY", "current", 300), ("FAMILY", "NA", 200)],
            ),
            (
                Source.EMPLOYER,
                200_000,
                [
                    ("FAMILY", "current", 300),
                    ("FAMILY", "NA", 1_000),
                    ("FAMILY", "CA", 400),
                    ("STATE", "PA", 300),
                ],
            ),
            (OFFSET, 50_000, [("STATE", "PA", 500)]),
        ],
    )
    def test_split(self, source, cents, expected):
        ledger = books([case(assistance=FORMER, ura=240_000)], owed("1", 30_000, *self.ARREARS))
        assert told(pay(ledger, cents, source)) == expected
        if source == OFFSET:
            assert ledger.due["1", Bucket.CURRENT] == 30_000


class TestPublishedStatements:
    """worked_examples.md E, the statements one by one; figures constructed."""

    def test_a_tax_refund_of_a_former_case_repays_the_state_and_never_current_support(self):
        """DCL-08-43: assigned arrears (conditional and permanent) first, then the family."""
        arrears = [(Bucket.NA, 10_000), (Bucket.CA, 20_000), (Bucket.PA, 30_000)]
        ledger = books([case(assistance=FORMER, ura=900_000)], owed("1", 30_000, *arrears))
        assert told(pay(ledger, 100_000, OFFSET)) == [
            ("STATE", "PA", 300),
            ("STATE", "CA", 200),
            ("FAMILY", "NA", 100),
            ("OBLIGOR", "CURRENT", 400),
        ]
        assert ledger.due["1", Bucket.CURRENT] == 30_000

    def test_a_tax_refund_pays_no_support_that_the_program_does_not_collect(self):
        """42 USC 664(a)(1),(2)(A): withheld for assigned support and for what IV-D collects."""
        ledger = books(
            [case(), case("b", iv_d=False)],
            owed("1", 0, (Bucket.NA, 50_000)),
            owed("2", 0, (Bucket.NA, 150_000), case="b"),
        )
        assert told(pay(ledger, 80_000, OFFSET)) == [
            ("FAMILY", "NA", 500),
            ("OBLIGOR", "CURRENT", 300),
        ]
        assert ledger.due["2", Bucket.NA] == 150_000

    @pytest.mark.parametrize(
        ("source", "expected"),
        [
            (OFFSET, [("STATE", "CA", 250), ("FAMILY", "CA", 150)]),
            (Source.EMPLOYER, [("FAMILY", "CA", 400)]),
            (Source.STATE_TAX_OFFSET, [("FAMILY", "CA", 400)]),
            (Source.FEDERAL_ADMINISTRATIVE_OFFSET, [("FAMILY", "CA", 400)]),
        ],
    )
    def test_conditionally_assigned_arrears(self, source, expected):
        """WAC 388-14A-2039(3),(4): refund to the State up to URA; any other to the family."""
        ledger = books([case(assistance=FORMER, ura=25_000)], owed("1", 0, (Bucket.CA, 40_000)))
        assert told(pay(ledger, 40_000, source)) == expected

    @pytest.mark.parametrize("source", [Source.EMPLOYER, OFFSET])
    @pytest.mark.parametrize("status", [CURRENT, FORMER])
    def test_the_state_never_keeps_more_than_was_assigned(self, source, status):
        """42 USC 657(a)(3)."""
        ledger = books([case(assistance=status, ura=30_000)], owed("1", 0, (Bucket.PA, 90_000)))
        kept = [p.amount_cents for p in pay(ledger, 90_000, source) if p.payee == Payee.STATE]
        assert sum(kept) == 30_000

    @pytest.mark.parametrize(
        ("day", "status", "payee"),
        [
            (date(2026, 2, 27), NEVER, "FAMILY"),
            (date(2026, 3, 2), CURRENT, "STATE"),
            (date(2026, 5, 31), CURRENT, "STATE"),
            (date(2026, 6, 1), FORMER, "FAMILY"),
        ],
    )
    def test_a_month_with_cash_assistance_is_current_and_the_next_is_former(
        self, day, status, payee
    ):
        """Nevada's cards: a month with TANF issued; the next month after the last."""
        months = (Period(K_TAP, date(2026, 3, 1), date(2026, 5, 1), 100_000),)
        helped = case(assistance=FORMER, ura=100_000, assistance_since=date(2026, 6, 1))
        helped = replace(helped, periods=months)
        assert aid_in(helped, day.replace(day=1)).assistance == status
        obligation = owed("1", 30_000, effective_from=day.replace(day=1))
        obligation = replace(obligation, learnt_month=day.replace(day=1))
        assert told(pay(books([helped], obligation), 30_000, day=day)) == [(payee, "current", 300)]

    def test_no_fee_from_the_first_550_and_one_fee_a_year(self):
        """42 USC 654(6)(B)(ii)."""
        ledger = books([case()], owed("1", 100_000))
        assert told(pay(ledger, 55_000)) == [("FAMILY", "current", 550)]
        assert told(pay(ledger, 45_000)) == [("FAMILY", "current", 415), ("FEE", "current", 35)]

    def test_no_fee_where_the_family_had_assistance_in_a_month(self):
        """45 CFR 302.33(e)(1): never received; the month decides, not the status of today."""
        months = (Period(K_TAP, date(2020, 3, 1), date(2020, 5, 1), 0),)
        ledger = books([case(periods=months)], owed("1", 100_000))
        assert {p.payee for p in pay(ledger, 90_000)} == {Payee.FAMILY}


BUCKETS = {bucket.name: bucket for bucket in Bucket}
ROWS = [
    row
    for row in load("kentucky").table("distribution.hierarchy", DAY)
    if row.text("case_type") in {"never_assistance", "former_assistance", "current_assistance"}
    and row.text("bucket") not in {"fee", "future"}
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id.partition("hierarchy.")[2])
def test_the_hierarchy_row_by_row(row):
    """Each row of data/distribution_hierarchy.csv pays its payee, up to its limit."""
    code, type_ = row.text("bucket"), row.text("case_type")
    offset = row.text("collection_type") == "federal_tax_offset"
    status = Assistance[type_.split("_", maxsplit=1)[0].upper()]
    since = BEFORE_DRA if row.text("assignment") == "before_dra" else FROM_DRA
    bucket = BUCKETS.get(code, Bucket.NA)
    arrears = () if code in {"current", "excess"} else ((bucket, 10_000),)
    current = 10_000 if code == "current" or offset else 0
    ledger = books(
        [case(assistance=status, ura=6_000, assistance_since=since)],
        owed("1", current, *arrears),
    )
    parts = pay(ledger, 10_000, OFFSET if offset else Source.EMPLOYER)
    payee = Payee[row.text("payee").upper()]
    if row.text("limit") == "ura":
        assert [(p.payee, p.amount_cents) for p in parts] == [
            (payee, 6_000),
            (Payee.FAMILY, 4_000),
        ]
    else:
        assert [(p.payee, p.amount_cents) for p in parts] == [(payee, 10_000)]
    assert parts[0].steps[-1].rule.id == row.id
    assert not (offset and any(p.current and p.obligation_id for p in parts))


def test_the_rows_of_each_kind_are_taken_in_their_order():
    """The table's order is the order of payment, for every kind of case and money."""
    for status, since in (
        (NEVER, None),
        (FORMER, None),
        (CURRENT, BEFORE_DRA),
        (CURRENT, FROM_DRA),
    ):
        for source in (Source.EMPLOYER, OFFSET):
            named = [bucket for bucket in Bucket if bucket != Bucket.CURRENT]
            ledger = books(
                [case(assistance=status, ura=10**9, assistance_since=since)],
                owed("1", 100, *((bucket, 100) for bucket in named)),
            )
            parts = pay(ledger, 700, source)
            steps = [
                int(p.steps[-1].rule.id.rpartition(".")[2])
                for p in parts
                if p.payee not in {Payee.HELD, Payee.OBLIGOR}
            ]
            assert steps == sorted(steps), (status, since, source)


class TestOtherPayees:
    def test_foster_care_current_support(self):
        """45 CFR 302.52(b)(1),(2): up to the maintenance to the State, the rest to the agency."""
        care = Period(FOSTER_CARE, date(2026, 1, 1), date(2026, 6, 1), 120_000, "child")
        ledger = books(
            [case(assistance=CURRENT, ura=120_000, periods=(care,))],
            owed("1", 30_000, (Bucket.NA, 5_000), child_id="child"),
        )
        assert told(pay(ledger, 15_000)) == [("STATE", "current", 150)]
        assert told(pay(ledger, 20_000)) == [
            ("STATE", "current", 50),
            ("FOSTER_CARE", "current", 100),
            ("STATE", "NA", 50),
        ]

    def test_foster_care_arrears_above_what_was_paid_go_to_the_agency(self):
        """45 CFR 302.52(b)(3),(4)."""
        care = Period(FOSTER_CARE, date(2026, 1, 1), None, 0)
        ledger = books(
            [case(assistance=CURRENT, ura=3_000, periods=(care,))], owed("1", 0, (Bucket.PA, 5_000))
        )
        assert told(pay(ledger, 5_000)) == [("STATE", "PA", 30), ("FOSTER_CARE", "PA", 20)]

    @pytest.mark.parametrize("ura", [3_000, 9_000])
    def test_foster_care_and_a_tax_refund(self, ura):
        """45 CFR 303.72(h)(2): steps (b)(1) and (2) never, then (b)(3), (b)(4), then the filer."""
        care = Period(FOSTER_CARE, date(2026, 1, 1), None, 50_000)
        ledger = books(
            [case(assistance=CURRENT, ura=ura, periods=(care,))],
            owed("1", 10_000, (Bucket.PA, 5_000)),
        )
        kept = min(ura, 5_000) / 100
        rest = [("FOSTER_CARE", "PA", 50 - kept)] if kept < 50 else []
        expected = [("STATE", "PA", kept), *rest, ("OBLIGOR", "CURRENT", 10)]
        assert told(pay(ledger, 6_000, OFFSET)) == expected

    def test_another_childs_support_is_not_touched_by_foster_care(self):
        """45 CFR 302.52 speaks of support for the child in care."""
        care = Period(FOSTER_CARE, date(2026, 1, 1), None, 50_000, "one")
        ledger = books(
            [case(assistance=CURRENT, ura=50_000, periods=(care,))],
            owed("1", 10_000, child_id="one"),
            owed("2", 10_000, child_id="two"),
        )
        paid = {p.obligation_id: p.payee for p in pay(ledger, 20_000)}
        assert paid == {"1": Payee.STATE, "2": Payee.FAMILY}

    def test_support_for_several_children_is_shared_by_child(self):
        """ky.assistance.foster_care_joint_obligation, value share_by_child; one of three."""
        care = Period(FOSTER_CARE, date(2026, 1, 1), date(2026, 6, 1), 30_000, "one")
        ledger = books(
            [case(assistance=CURRENT, ura=30_000, periods=(care,), children=3)], owed("1", 30_000)
        )
        assert told(pay(ledger, 24_000)) == [
            ("STATE", "current", 50),
            ("FOSTER_CARE", "current", 30),
            ("FAMILY", "current", 160),
        ]
        assert told(pay(ledger, 6_000)) == [
            ("FOSTER_CARE", "current", 20),
            ("FAMILY", "current", 40),
        ]

    def test_maintenance_is_met_once_by_all_that_is_owed_for_a_child(self):
        """45 CFR 302.52(b)(1): the maintenance payment of the month, not of each obligation."""
        care = Period(FOSTER_CARE, date(2026, 1, 1), date(2026, 6, 1), 60_000, "one")
        ledger = books(
            [case(assistance=CURRENT, ura=60_000, periods=(care,))],
            owed("1", 8_000, child_id="one"),
            owed("2", 8_000, child_id="one", support=Support.CHILD_CARE),
        )
        paid = pay(ledger, 16_000)
        to_state = sum(p.amount_cents for p in paid if p.payee == Payee.STATE)
        assert (to_state, sum(p.amount_cents for p in paid)) == (10_000, 16_000)

    @pytest.mark.parametrize(
        ("last", "payee"), [(date(2026, 3, 1), Payee.MEDICAID), (date(2026, 2, 1), Payee.FAMILY)]
    )
    def test_medical_support_by_month(self, last, payee):
        """45 CFR 302.51(c)(1),(2): current while Medicaid is had, assigned arrears also after."""
        months = (Period(MEDICAID, date(2026, 1, 1), last, 0),)
        ledger = books(
            [case(periods=months)],
            owed("1", 5_000, (Bucket.PA, 2_000), (Bucket.NA, 1_000), support=Support.MEDICAL),
        )
        assert [(p.payee, p.amount_cents) for p in pay(ledger, 8_000)] == [
            (payee, 5_000),
            (Payee.MEDICAID, 2_000),
            (Payee.FAMILY, 1_000),
        ]

    @pytest.mark.parametrize("source", [Source.EMPLOYER, OFFSET])
    def test_a_case_that_we_only_collect_for_goes_whole_to_the_initiating_agency(self, source):
        """45 CFR 302.32(b)(1), 303.7(d)(6)(v): no hierarchy here and no fee."""
        ledger = books(
            [case(assistance=CURRENT, initiating_fips=OHIO)],
            owed("1", 60_000, (Bucket.PA, 60_000)),
        )
        parts = pay(ledger, 60_000, source)
        assert {(p.payee, p.payee_id) for p in parts} == {(Payee.OTHER_STATE, OHIO_ID)}

    def test_in_one_case_kentucky_comes_before_the_other_state(self):
        """Published: IRG Q8.4, first sentence."""
        ledger = books(
            [case(assistance=FORMER, ura=50_000)],
            owed("1", 0, (Bucket.PA, 5_000)),
            owed("2", 0, (Bucket.NA, 9_000), owed_to_fips=OHIO, monthly_arrears_cents=2_000),
        )
        parts = pay(ledger, 6_000)
        assert {p.payee_id: p.amount_cents for p in parts} == {"": 5_000, OHIO_ID: 1_000}

    def test_in_separate_cases_the_states_share_by_the_ordered_amounts(self):
        """Published: IRG Q8.4, second sentence, and 8.4.1."""
        theirs = owed("2", 0, (Bucket.NA, 90_000), case="b", monthly_arrears_cents=1_000)
        ledger = books(
            [case("a", FORMER, 50_000), case("b")],
            owed("1", 0, (Bucket.PA, 90_000), monthly_arrears_cents=2_000),
            replace(theirs, owed_to_fips=OHIO),
        )
        assert told(pay(ledger, 1_500)) == [("STATE", "PA", 10), ("OTHER_STATE", "NA", 5)]


class TestWithinACase:
    def test_the_buckets_of_a_case_are_paid_in_order_whichever_obligation_they_lie_in(self):
        """42 USC 657(a) distributes for a family; the former rows pay NA before PA."""
        ledger = books(
            [case(assistance=FORMER, ura=90_000)],
            owed("1", 0, (Bucket.PA, 9_000)),
            owed("2", 0, (Bucket.NA, 3_000), support=Support.SPOUSAL),
        )
        parts = pay(ledger, 4_000)
        assert [(p.obligation_id, p.payee.name, p.amount_cents) for p in parts] == [
            ("2", "FAMILY", 3_000),
            ("1", "STATE", 1_000),
        ]

    def test_a_refund_repays_the_state_whichever_obligation_it_lies_in(self):
        """DCL-08-43: assigned first."""
        ledger = books(
            [case(assistance=FORMER, ura=90_000)],
            owed("1", 0, (Bucket.NA, 9_000)),
            owed("2", 0, (Bucket.PA, 3_000), support=Support.SPOUSAL),
        )
        assert told(pay(ledger, 4_000, OFFSET)) == [("STATE", "PA", 30), ("FAMILY", "NA", 10)]

    def test_nothing_is_kept_for_the_future_while_anything_is_owed(self):
        """45 CFR 302.51(b): future months only when this and all past months are paid."""
        ledger = books(
            [case("a", CURRENT, 90_000), case("b")],
            owed("1", 10_000, (Bucket.UD, 1_000)),
            owed("2", 0, (Bucket.NA, 2_000), case="b"),
        )
        parts = pay(ledger, 14_000)
        assert not any(ledger.due.values())
        assert [(p.payee, p.amount_cents) for p in parts if not p.obligation_id] == [
            (Payee.HELD, 1_000)
        ]
