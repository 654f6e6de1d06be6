"""Months of assistance: what they say of a family, and what they assign to the State."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from case_service.domain import assistance as domain
from case_service.domain.assigning import WHOLE, Rules, accruing, assigned_months
from case_service.domain.assistance import Account, Balance, Paid, add_months
from case_service.domain.model import AssistancePeriod, Case, Member, Obligation, Order, Term

JAN, FEB, MAR, APR, MAY, JUN = (date(2026, month, 1) for month in range(1, 7))
RULES = Rules(
    {
        "k_tap": frozenset({"child", "spousal", "child_care", "medical"}),
        "medicaid": frozenset({"medical"}),
        "foster_care": frozenset({"child", "child_care"}),
    }
)


def k_tap(first: date, last: date | None, period_id: str = "") -> AssistancePeriod:
    return AssistancePeriod(period_id or first.isoformat(), "k_tap", first, last, 0)


def owed(support_type: str, cents: int, child_id: str = "") -> Obligation:
    return Obligation(
        support_type, support_type, cents, 0, date(2025, 1, 1), None, (), (), child_id
    )


def case_with(*obligations: Obligation, assistance: tuple[AssistancePeriod, ...] = ()) -> Case:
    return Case(
        case_id="c",
        case_number="0000000018",
        case_type="iv_d",
        assistance_status="never",
        assistance_since=None,
        unreimbursed_assistance_cents=0,
        obligor_id="father",
        obligee_id="mother",
        county_fips="21073",
        opened_on=JAN,
        orders=(Order("o", "26-CI-1", income_withholding=True, obligations=obligations),),
        members=(Member("a", "child", None), Member("b", "child", None)),
        assistance=assistance,
    )


# 42 USC 608(a)(3): support accruing during assistance, not exceeding the assistance paid


def test_a_month_on_k_tap_assigns_its_support_and_a_month_off_it_does_not() -> None:
    case = case_with(owed("child", 30_000), assistance=(k_tap(FEB, MAR),))
    account = Account(case.assistance, (Paid("k_tap", "", FEB, MAR, 52_400),))
    found = {
        m.month: [(a.program, a.support_type, a.assigned_cents) for a in m.assigned]
        for m in assigned_months(case, account, RULES, [JAN, FEB, MAR, APR])
    }
    assert found == {
        JAN: [],
        FEB: [("k_tap", "child", 30_000)],
        MAR: [("k_tap", "child", 22_400)],
        APR: [],
    }


def test_months_before_those_asked_for_have_taken_their_part_of_the_limit() -> None:
    case = case_with(owed("child", 30_000), assistance=(k_tap(JAN, None),))
    account = Account(case.assistance, (Paid("k_tap", "", JAN, JAN, 40_000),))
    (march,) = assigned_months(case, account, RULES, [MAR])
    assert [(a.accruing_cents, a.assigned_cents) for a in march.assigned] == [(30_000, 0)]


def test_what_a_case_came_with_is_part_of_the_limit() -> None:
    case = case_with(owed("child", 30_000), assistance=(k_tap(JAN, None),))
    account = Account(case.assistance, (), Balance("former", None, 35_000))
    lines = [
        m.assigned[0].assigned_cents for m in assigned_months(case, account, RULES, [JAN, FEB])
    ]
    assert lines == [30_000, 5_000]


# 45 CFR 302.51(c): amounts designated for medical purposes go to the Medicaid agency


def test_medicaid_takes_medical_support_without_limit_and_nothing_else() -> None:
    periods = (AssistancePeriod("m", "medicaid", JAN, None, 0), k_tap(JAN, None))
    case = case_with(owed("child", 30_000), owed("medical", 5_000), assistance=periods)
    account = Account(periods, (Paid("k_tap", "", JAN, JAN, 100_000),))
    (january,) = assigned_months(case, account, RULES, [JAN])
    assert [(a.program, a.support_type, a.assigned_cents) for a in january.assigned] == [
        ("medicaid", "medical", 5_000),
        ("k_tap", "child", 30_000),
    ]
    assert january.status == "current"


def test_medicaid_alone_is_no_assistance_that_makes_a_case_a_former_one() -> None:
    periods = (AssistancePeriod("m", "medicaid", JAN, FEB, 0),)
    assert domain.status_on(periods, JAN) == "never"
    assert domain.status_on(periods, APR) == "never"
    assert domain.programs_on(periods, JAN) == ("medicaid",)


# 45 CFR 302.52: foster care under title IV-E


@pytest.mark.parametrize(("joint", "assigned"), [("share_by_child", 15_000), (WHOLE, 30_000)])
def test_foster_care_of_one_child_assigns_its_part_of_a_joint_obligation(
    joint: str, assigned: int
) -> None:
    periods = (AssistancePeriod("f", "foster_care", JAN, None, 0, child_id="a"),)
    case = case_with(owed("child", 30_000), assistance=periods)
    account = Account(periods, (Paid("foster_care", "a", JAN, JAN, 90_000),))
    (january,) = assigned_months(case, account, replace(RULES, joint=joint), [JAN])
    assert [(a.program, a.assigned_cents) for a in january.assigned] == [("foster_care", assigned)]


def test_foster_care_leaves_another_childs_own_obligation_alone() -> None:
    periods = (AssistancePeriod("f", "foster_care", JAN, None, 0, child_id="a"),)
    case = case_with(owed("child", 30_000, child_id="b"), assistance=periods)
    account = Account(periods, (Paid("foster_care", "a", JAN, JAN, 90_000),))
    (january,) = assigned_months(case, account, RULES, [JAN])
    assert january.assigned == ()


# what accrues in a month


def test_a_month_takes_the_amount_that_holds_when_it_begins() -> None:
    terms = (
        Term(date(2026, 1, 1), date(2026, 2, 14), 10_000, "monthly", 10_000),
        Term(date(2026, 2, 15), None, 20_000, "monthly", 20_000),
    )
    one = replace(owed("child", 20_000), effective_from=JAN, terms=terms)
    assert [accruing(one, m) for m in (date(2025, 12, 1), JAN, FEB, MAR)] == [
        0,
        10_000,
        10_000,
        20_000,
    ]


def test_what_is_owed_once_accrues_in_its_month_alone() -> None:
    terms = (Term(date(2026, 2, 10), None, 50_000, "once", 0),)
    one = replace(owed("child", 0), effective_from=date(2026, 2, 10), terms=terms)
    assert [accruing(one, m) for m in (JAN, FEB, MAR)] == [0, 50_000, 0]


# days and months


@pytest.mark.parametrize(
    ("first", "last", "rule", "months"),
    [
        (date(2026, 1, 20), date(2026, 3, 5), "whole_month", (JAN, MAR)),
        (date(2026, 1, 20), date(2026, 3, 5), "full_months_only", (FEB, FEB)),
        (date(2026, 1, 1), date(2026, 3, 31), "full_months_only", (JAN, MAR)),
        (date(2026, 1, 20), None, "full_months_only", (FEB, None)),
        (date(2026, 1, 20), date(2026, 1, 25), "full_months_only", None),
        (date(2025, 12, 31), date(2026, 1, 1), "whole_month", (date(2025, 12, 1), JAN)),
    ],
)
def test_a_month_in_which_assistance_begins_or_ends_counts_as_the_policy_says(
    first: date, last: date | None, rule: str, months: tuple[date, date | None] | None
) -> None:
    assert domain.whole_months(first, last, rule) == months


def test_since_is_the_first_month_of_an_unbroken_spell_or_the_one_after_the_last() -> None:
    periods = (k_tap(JAN, FEB), k_tap(MAR, MAR), k_tap(MAY, MAY))
    assert [domain.since(periods, m) for m in (date(2025, 12, 1), JAN, MAR, APR, MAY, JUN)] == [
        None, JAN, JAN, APR, MAY, JUN,
    ]  # fmt: skip


# a case that was taken over


def test_a_case_taken_over_with_assistance_goes_on_with_it_and_with_its_balance() -> None:
    came = replace(
        case_with(),
        assistance_status="current",
        assistance_since=date(2024, 5, 17),
        unreimbursed_assistance_cents=7_000,
    )
    account = domain.taken_over(came, "p", date(2026, 3, 6))
    after = domain.apply(came, account, date(2026, 3, 6))
    assert (after.assistance_status, after.assistance_since) == ("current", date(2024, 5, 1))
    assert after.unreimbursed_assistance_cents == 7_000


def test_what_is_paid_from_then_on_adds_to_the_balance_and_what_it_holds_does_not() -> None:
    came = replace(
        case_with(assistance=(replace(k_tap(JAN, None), paid_cents=50_000),)),
        assistance_status="current",
        unreimbursed_assistance_cents=20_000,
    )
    account = domain.taken_over(came, "p", date(2026, 3, 6))
    assert domain.unreimbursed_cents(account) == 20_000
    more = replace(account, paid=(*account.paid, Paid("k_tap", "", APR, APR, 3_000)))
    assert domain.unreimbursed_cents(more) == 23_000


# the months themselves: over many episodes

months = st.integers(0, 40).map(lambda n: add_months(date(2023, 1, 1), n))


@st.composite
def episodes(draw: st.DrawFn) -> tuple[AssistancePeriod, ...]:
    """Draw periods of the three programs that do not overlap within one."""
    found: list[AssistancePeriod] = []
    for program in ("k_tap", "medicaid", "foster_care"):
        edges = sorted(draw(st.sets(st.integers(0, 40), max_size=6)))
        for place in range(0, len(edges) - 1, 2):
            first, last = (add_months(date(2023, 1, 1), edges[place + n]) for n in (0, 1))
            child = "a" if program == "foster_care" else ""
            found.append(AssistancePeriod(f"{program}{place}", program, first, last, 0, child))
        if len(edges) % 2:
            first = add_months(date(2023, 1, 1), edges[-1])
            child = "a" if program == "foster_care" else ""
            found.append(AssistancePeriod(f"{program}open", program, first, None, 0, child))
    return tuple(found)


def naive(periods: tuple[AssistancePeriod, ...], month: date) -> tuple[str, date | None]:
    """Walk from the first month there is, one at a time, as a clerk would."""
    status, since = "never", None
    walked = date(2023, 1, 1)
    while walked <= month:
        has = any(
            p.program != "medicaid" and p.first_month <= walked <= (p.last_month or date.max)
            for p in periods
        )
        now = "current" if has else ("never" if status == "never" else "former")
        if now != status:
            status, since = now, walked
        walked = add_months(walked, 1)
    return status, since


@given(periods=episodes(), month=months)
def test_status_and_since_are_what_a_clerk_would_find_month_by_month(
    periods: tuple[AssistancePeriod, ...], month: date
) -> None:
    assert (domain.status_on(periods, month), domain.since(periods, month)) == naive(periods, month)


@given(periods=episodes(), month=months, cut=months)
def test_an_episode_that_is_split_gives_the_same_months(
    periods: tuple[AssistancePeriod, ...], month: date, cut: date
) -> None:
    split: list[AssistancePeriod] = []
    for p in periods:
        if p.first_month < cut and domain.covers(p, cut):
            split += [
                replace(p, last_month=add_months(cut, -1)),
                replace(p, period_id=p.period_id + "b", first_month=cut),
            ]
        else:
            split.append(p)
    assert domain.difference(Account(periods), Account(tuple(split))) == (None, None)
    for which in (domain.status_on, domain.since, domain.programs_on):
        assert which(split, month) == which(periods, month)


@given(
    paid=st.lists(
        st.tuples(st.integers(0, 11), st.integers(0, 5), st.integers(0, 200_000)), max_size=5
    ),
    support=st.integers(0, 60_000),
)
def test_no_more_is_ever_assigned_than_was_paid_or_accrued(
    paid: list[tuple[int, int, int]], support: int
) -> None:
    begin = date(2025, 1, 1)
    sums = tuple(
        Paid("k_tap", "", add_months(begin, first), add_months(begin, first + more), cents)
        for first, more, cents in paid
    )
    case = case_with(owed("child", support), assistance=(k_tap(begin, add_months(begin, 11)),))
    asked = list(domain.months(begin, add_months(begin, 23)))
    found = list(assigned_months(case, Account(case.assistance, sums), RULES, asked))
    total = sum(a.assigned_cents for m in found for a in m.assigned)
    assert total == min(sum(p.paid_cents for p in sums), 12 * support)
    assert sum(domain.paid_by_month(sums).values()) == sum(p.paid_cents for p in sums)
    assert sum(m.paid_cents for m in found) == sum(p.paid_cents for p in sums)


@given(before=episodes(), after=episodes())
def test_the_span_that_differs_holds_every_month_that_does(
    before: tuple[AssistancePeriod, ...], after: tuple[AssistancePeriod, ...]
) -> None:
    first, last = domain.difference(Account(before), Account(after))
    unlike = [
        month
        for month in domain.months(date(2023, 1, 1), date(2028, 1, 1))
        if domain.programs_on(before, month) != domain.programs_on(after, month)
    ]
    assert first == (unlike[0] if unlike else None)
    if unlike and last is not None:
        assert last == unlike[-1]
    elif unlike:
        assert unlike[-1] == date(2028, 1, 1)
