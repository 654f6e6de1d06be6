"""Allocation and distribution of a receipt. Each example says where its figures are from."""

from datetime import date
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payments_service.domain.books import Books, Fund
from payments_service.domain.model import (
    Assistance,
    Bucket,
    Case,
    Obligation,
    Opening,
    Payee,
    Receipt,
    Support,
)
from payments_service.domain.posting import post
from payments_service.domain.rules import rules_for

DAY = date(2026, 3, 6)
MONTH = date(2026, 3, 1)
RULES = rules_for("kentucky", DAY)
numbers = count(1)


def case(name="a", assistance=Assistance.NEVER, ura=0, *, iv_d=True, medicaid=False):
    since = date(2025, 1, 1)
    return Case(f"case-{name}", name, iv_d, assistance, since, ura, f"family-{name}", medicaid)


def owed(name, cents, *, case="a", support=Support.CHILD, ordered=0, order="", arrears=()):
    opening = tuple(Opening(b, amount, date(2026, 2, 28)) for b, amount in arrears)
    return Obligation(
        name, order or f"order-{case}", f"case-{case}", support, cents, ordered,
        MONTH, None, opening, MONTH,
    )  # fmt: skip


def books(cases, obligations):
    ordered = tuple(sorted(obligations, key=lambda o: o.obligation_id))
    return Books("obligor", {c.case_id: c for c in cases}, ordered)


def pay(ledger, cents, credited=None, day=DAY):
    receipt = Receipt(f"r{next(numbers)}", "obligor", cents, credited or cents, day, day)
    return post(ledger, receipt, rules_for("kentucky", day)).parts


def split(parts):
    return [
        (p.obligation_id, "current" if p.current else p.bucket.name, p.payee.name, p.amount_cents)
        for p in parts
    ]


class TestAmongOrders:
    def test_current_is_shared_in_proportion(self):
        """Published: worked_examples D3, orders of $700 and $350, $600 to share: $400 and $200."""
        ledger = books([case("a"), case("b")], [owed("1", 70_000), owed("2", 35_000, case="b")])
        assert split(pay(ledger, 60_000)) == [
            ("1", "current", "FAMILY", 40_000),
            ("2", "current", "FAMILY", 20_000),
        ]

    def test_an_orders_share_does_not_shrink_when_one_of_its_kinds_is_paid(self):
        """921 KAR 1:420 s1(2)-(3): by what each order is for a month; figures constructed."""
        ledger = books(
            [case("a"), case("b")],
            [
                owed("1", 30_000),
                owed("2", 10_000, support=Support.MEDICAL),
                owed("3", 40_000, case="b"),
            ],
        )
        pay(ledger, 64_000)
        parts = pay(ledger, 10_000)
        assert [(p.obligation_id, p.amount_cents) for p in parts] == [("2", 5_000), ("3", 5_000)]
        told = parts[0].steps[0].inputs
        assert (told["order_monthly_cents"], told["all_monthly_cents"]) == (40_000, 80_000)

    def test_what_is_over_one_orders_need_goes_to_the_others_current_first(self):
        """Constructed; 921 KAR 1:420 s1(4): arrears only when current is satisfied."""
        ledger = books(
            [case("a"), case("b")],
            [owed("1", 30_000, arrears=[(Bucket.NA, 90_000)]), owed("2", 30_000, case="b")],
        )
        pay(ledger, 40_000)
        assert split(pay(ledger, 21_000)) == [
            ("1", "current", "FAMILY", 10_000),
            ("2", "current", "FAMILY", 10_000),
            ("1", "NA", "FAMILY", 1_000),
        ]

    def test_child_then_medical_then_spousal_within_an_order(self):
        """Published rule: IRG Q7.14 (child, medical, spousal); figures constructed."""
        ledger = books(
            [case()],
            [
                owed("1", 10_000, support=Support.SPOUSAL),
                owed("2", 10_000, support=Support.MEDICAL),
                owed("3", 10_000, support=Support.CHILD),
            ],
        )
        assert [(p.support, p.amount_cents) for p in pay(ledger, 25_000)] == [
            (Support.CHILD, 10_000),
            (Support.MEDICAL, 10_000),
            (Support.SPOUSAL, 5_000),
        ]

    def test_ordered_arrears_are_shared_before_the_remaining(self):
        """Published rule: IRG Q7.11, 921 KAR 1:420 s1(4); figures constructed."""
        ledger = books(
            [case("a"), case("b"), case("c")],
            [
                owed("1", 10_000, ordered=2_000, arrears=[(Bucket.NA, 50_000)]),
                owed("2", 10_000, case="b", ordered=1_000, arrears=[(Bucket.NA, 50_000)]),
                owed("3", 0, case="c", arrears=[(Bucket.NA, 100_000)]),
            ],
        )
        pay(ledger, 20_000)
        assert split(pay(ledger, 1_500)) == [
            ("1", "NA", "FAMILY", 1_000),
            ("2", "NA", "FAMILY", 500),
        ]
        # The month's ordered amounts end at 2,000 and 1,000; what is over goes by balance.
        parts = pay(ledger, 1_500 + 1_970)
        by_stage = [
            (p.obligation_id, p.steps[0].rule.id.split(".")[-1], p.amount_cents) for p in parts
        ]
        assert by_stage == [
            ("1", "ordered_arrears", 1_000),
            ("2", "ordered_arrears", 500),
            ("1", "remaining_arrears", 480),
            ("2", "remaining_arrears", 490),
            ("3", "remaining_arrears", 1_000),
        ]

    def test_receipts_of_two_months_take_the_ordered_amount_once_a_month(self):
        """Constructed: April, a late one of March, April again; by balance, each gets half."""
        arrears = [(Bucket.NA, 1_000_000)]
        ledger = books(
            [case("a"), case("b")],
            [owed("1", 0, ordered=5_000, arrears=arrears), owed("2", 0, case="b", arrears=arrears)],
        )
        april = date(2026, 4, 3)
        taken = [
            [(p.obligation_id, p.amount_cents) for p in pay(ledger, cents, day=day)]
            for cents, day in ((5_000, april), (100, DAY), (2_000, april))
        ]
        assert taken[:2] == [[("1", 5_000)], [("1", 100)]]
        assert [id_ for id_, _ in taken[2]] == ["1", "2"]

    def test_the_excess_is_held(self):
        """45 CFR 302.51(b); constructed."""
        ledger = books([case()], [owed("1", 10_000)])
        assert split(pay(ledger, 10_001)) == [
            ("1", "current", "FAMILY", 10_000),
            ("", "CURRENT", "HELD", 1),
        ]


class TestDistribution:
    ARREARS = ((Bucket.NA, 100_000), (Bucket.CA, 40_000), (Bucket.PA, 200_000))

    @pytest.mark.parametrize(
        ("cents", "expected"),
        [
            (50_000, [("current", "FAMILY", 30_000), ("NA", "FAMILY", 20_000)]),
            (
                200_000,
                [
                    ("current", "FAMILY", 30_000),
                    ("NA", "FAMILY", 100_000),
                    ("CA", "FAMILY", 40_000),
                    ("PA", "STATE", 30_000),
                ],
            ),
        ],
    )
    def test_former_assistance(self, cents, expected):
        """Constructed table of worked_examples E: withholding of $500 and of $2,000."""
        ledger = books(
            [case(assistance=Assistance.FORMER, ura=240_000)],
            [owed("1", 30_000, arrears=self.ARREARS)],
        )
        assert [found[1:] for found in split(pay(ledger, cents))] == expected

    def test_the_state_keeps_no_more_than_the_assistance(self):
        """Published rule: 42 USC 657(a)(3); figures constructed."""
        ledger = books(
            [case(assistance=Assistance.CURRENT, ura=25_000)],
            [owed("1", 30_000, arrears=[(Bucket.PA, 10_000)])],
        )
        parts = pay(ledger, 40_000)
        assert split(parts) == [
            ("1", "current", "STATE", 25_000),
            ("1", "current", "FAMILY", 5_000),
            ("1", "PA", "FAMILY", 10_000),
        ]
        assert any(step.rule.id == "us.distribution.retained_limit" for step in parts[1].steps)

    def test_medical_support_goes_to_medicaid_only_when_it_is_assigned(self):
        """45 CFR 302.51(c)(1); constructed."""
        medical = owed("1", 5_000, support=Support.MEDICAL, arrears=[(Bucket.PA, 100)])
        assigned = books([case(medicaid=True)], [medical])
        assert {p.payee for p in pay(assigned, 5_100)} == {Payee.MEDICAID}
        kept = books([case()], [medical])
        assert {p.payee for p in pay(kept, 5_100)} == {Payee.FAMILY}

    def test_a_case_without_services_pays_the_family_whole(self):
        """45 CFR 302.32(a)(2); constructed."""
        ledger = books([case(iv_d=False)], [owed("1", 90_000)])
        assert split(pay(ledger, 60_000)) == [("1", "current", "FAMILY", 60_000)]

    def test_a_bucket_that_the_table_does_not_name_is_held_and_credited(self):
        """Constructed: temporarily assigned arrears, assistance begun after the DRA date."""
        ledger = books(
            [case(assistance=Assistance.CURRENT, ura=100_000)],
            [owed("1", 0, arrears=[(Bucket.TA, 5_000)])],
        )
        assert split(pay(ledger, 5_000)) == [("1", "TA", "HELD", 5_000)]
        assert ledger.due["1", Bucket.TA] == 0

    def test_temporarily_assigned_arrears_are_conditional_once_assistance_ended(self):
        """WAC 388-14A-2039(4) as reported; figures constructed."""
        ledger = books(
            [case(assistance=Assistance.FORMER, ura=100_000)],
            [owed("1", 0, arrears=[(Bucket.TA, 5_000)])],
        )
        assert split(pay(ledger, 5_000)) == [("1", "TA", "FAMILY", 5_000)]


class TestFee:
    def test_none_of_it_comes_out_of_the_first_550(self):
        """Published: 42 USC 654(6)(B)(ii) as in worked_examples E; figures constructed."""
        ledger = books([case()], [owed("1", 100_000)])
        assert split(pay(ledger, 55_000)) == [("1", "current", "FAMILY", 55_000)]
        assert split(pay(ledger, 1_000)) == [("1", "current", "FEE", 1_000)]
        assert split(pay(ledger, 10_000)) == [
            ("1", "current", "FAMILY", 7_500),
            ("1", "current", "FEE", 2_500),
        ]
        assert split(pay(ledger, 10_000)) == [("1", "current", "FAMILY", 10_000)]

    def test_it_crosses_the_threshold_within_a_payment(self):
        """Constructed."""
        ledger = books([case()], [owed("1", 100_000)])
        assert split(pay(ledger, 57_000)) == [
            ("1", "current", "FAMILY", 55_000),
            ("1", "current", "FEE", 2_000),
        ]

    def test_its_part_follows_the_familys_and_cites_its_own_rule(self):
        """Constructed; KRS 15.810, not the distribution row of the family."""
        ledger = books([case()], [owed("1", 2_000), owed("2", 60_000, support=Support.MEDICAL)])
        ledger.funds["case-a", 2026] = Fund(family_cents=55_000)
        parts = pay(ledger, 10_000)
        assert split(parts) == [
            ("2", "current", "FAMILY", 6_500),
            ("1", "current", "FEE", 2_000),
            ("2", "current", "FEE", 1_500),
        ]
        cited = [[step.rule.id for step in p.steps if p.payee == Payee.FEE] for p in parts]
        assert [rules[-1] for rules in cited[1:]] == ["ky.fee.annual"] * 2
        assert not [id_ for rules in cited for id_ in rules if "distribution" in id_]

    def test_a_new_fiscal_year_counts_anew(self):
        """Constructed; the federal fiscal year begins on 1 October."""
        ledger = books([case()], [owed("1", 100_000)])
        pay(ledger, 60_000, day=date(2026, 9, 30))
        assert [p.payee for p in pay(ledger, 50_000, day=date(2026, 10, 1))] == [Payee.FAMILY]

    @pytest.mark.parametrize("assistance", [Assistance.FORMER, Assistance.CURRENT])
    def test_only_never_assistance_cases_pay_it(self, assistance):
        """42 USC 654(6)(B)(ii)."""
        ledger = books([case(assistance=assistance)], [owed("1", 100_000)])
        assert Payee.FEE not in {p.payee for p in pay(ledger, 90_000)}


def test_cost_recovery_credits_the_debt_in_full_and_splits_the_cash_alike():
    """Constructed after ccd_ded.ach entry 7: 98.00 received, 100.00 credited."""
    ledger = books([case()], [owed("1", 6_000), owed("2", 8_000, support=Support.MEDICAL)])
    parts = pay(ledger, 9_800, credited=10_000)
    assert [(p.obligation_id, p.amount_cents, p.credited_cents) for p in parts] == [
        ("1", 5_880, 6_000),
        ("2", 3_920, 4_000),
    ]
    assert ledger.due["2", Bucket.CURRENT] == 4_000


class TestCharging:
    def test_a_month_is_charged_once_and_ages_when_it_is_over(self):
        """Constructed."""
        ledger = books([case()], [owed("1", 10_000)])
        pay(ledger, 4_000)
        assert ledger.due == {("1", Bucket.CURRENT): 6_000}
        pay(ledger, 1_000, day=date(2026, 5, 4))
        assert ledger.due == {("1", Bucket.CURRENT): 9_000, ("1", Bucket.NA): 16_000}

    def test_support_ends_with_the_order(self):
        """Constructed."""
        obligation = owed("1", 10_000)
        ended = Obligation(
            obligation.obligation_id, obligation.order_id, obligation.case_id, obligation.support,
            10_000, 0, MONTH, date(2026, 3, 31), (), MONTH,
        )  # fmt: skip
        ledger = books([case()], [ended])
        pay(ledger, 1)
        parts = pay(ledger, 20_000, day=date(2026, 4, 2))
        assert split(parts) == [("1", "NA", "FAMILY", 9_999), ("", "CURRENT", "HELD", 10_001)]


cents = st.integers(0, 200_000)
buckets = st.sampled_from([b for b in Bucket if b != Bucket.CURRENT])


@st.composite
def worlds(draw):
    cases, obligations = [], []
    for n in range(draw(st.integers(1, 3))):
        name = "abc"[n]
        cases.append(
            case(name, draw(st.sampled_from(Assistance)), draw(cents), iv_d=draw(st.booleans()))
        )
        for m in range(draw(st.integers(1, 3))):
            made = owed(
                f"{n}{m}",
                draw(cents),
                case=name,
                order=f"order-{name}-{draw(st.integers(0, 1))}",
                support=draw(st.sampled_from(Support)),
                ordered=draw(st.integers(0, 20_000)),
                arrears=draw(st.lists(st.tuples(buckets, cents), max_size=3)),
            )
            obligations.append(made)
    return cases, obligations


receipts = st.lists(
    st.tuples(
        st.integers(1, 300_000), st.integers(0, 500), st.sampled_from([DAY, date(2026, 4, 2)])
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=200, deadline=None)
@given(worlds(), receipts)
def test_whatever_is_paid_the_sums_hold(world, payments):
    cases, obligations = world
    ledger = books(cases, obligations)
    retained = dict.fromkeys(ledger.cases, 0)
    for amount, extra, day in sorted(payments, key=lambda payment: payment[2]):
        parts = pay(ledger, amount, amount + extra, day)
        assert sum(p.amount_cents for p in parts) == amount
        assert sum(p.credited_cents for p in parts) == amount + extra
        assert all(p.amount_cents >= 0 and p.credited_cents >= 0 for p in parts)
        for part in parts:
            if part.payee == Payee.STATE:
                retained[part.case_id] += part.amount_cents
            assert part.steps
        assert all(due >= 0 for due in ledger.due.values())
    for case_id, kept in retained.items():
        assert kept <= ledger.cases[case_id].assistance_cents
    for fund in ledger.funds.values():
        assert 0 <= fund.fee_cents <= RULES.fee.cents()
        if fund.fee_cents:
            assert fund.family_cents >= RULES.fee_threshold.cents()


@settings(max_examples=100, deadline=None)
@given(worlds(), st.integers(1, 300_000), st.randoms())
def test_the_order_in_which_obligations_come_does_not_matter(world, amount, random):
    cases, obligations = world
    shuffled = obligations[:]
    random.shuffle(shuffled)
    one = pay(books(cases, obligations), amount)
    other = pay(books(cases, shuffled), amount)
    assert split(one) == split(other)


@settings(max_examples=100, deadline=None)
@given(worlds(), st.integers(1, 300_000))
def test_the_steps_explain_each_part(world, amount):
    cases, obligations = world
    ledger = books(cases, obligations)
    for part in pay(ledger, amount):
        told = part.steps[-1].outputs
        left = part.payee == Payee.FAMILY and "left_cents" in told
        assert told["left_cents" if left else "amount_cents"] == part.amount_cents
        assert all(step.rule.citation for step in part.steps)


def test_money_that_was_kept_before_counts_against_the_limit():
    """42 USC 657(a)(3); constructed."""
    ledger = books([case(assistance=Assistance.CURRENT, ura=25_000)], [owed("1", 30_000)])
    ledger.funds["case-a", 2025] = Fund(retained_cents=24_000)
    assert [p.amount_cents for p in pay(ledger, 5_000) if p.payee == Payee.STATE] == [1_000]


def test_what_is_held_says_the_money_and_not_the_credit():
    """Steps explain the cents: 98.00 received for 100.00 credited, and 60.00 is owed."""
    ledger = books([case()], [owed("1", 6_000)])
    paid, held = pay(ledger, 9_800, credited=10_000)
    assert (held.payee.name, held.amount_cents, held.credited_cents) == ("HELD", 3_920, 4_000)
    assert held.steps[-1].outputs == {"amount_cents": 3_920}
    assert paid.steps[-1].outputs["amount_cents"] == 5_880
