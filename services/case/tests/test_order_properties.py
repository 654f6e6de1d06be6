"""What holds for the terms of any obligation, however often and whenever it was changed."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

import policy
from case_service.domain.model import Obligation, Term
from case_service.domain.orders import checking, terms
from case_service.domain.orders.converting import month_worth, term_from
from case_service.domain.orders.model import AmountChange, Modification, StatedTerm
from case_service.domain.orders.reaching import permitted_from

LAW = policy.load()
TODAY = date(2026, 3, 6)
FREQUENCIES = ("weekly", "biweekly", "semimonthly", "monthly", "quarterly", "yearly")
DAY = timedelta(days=1)

days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
amounts = st.integers(0, 500_000)
frequencies = st.sampled_from(FREQUENCIES)


@st.composite
def changes(draw: st.DrawFn) -> tuple[str, date, int, str]:
    kind = draw(st.sampled_from(("change", "end", "extend")))
    return kind, draw(days), draw(amounts), draw(frequencies)


@st.composite
def beginnings(draw: st.DrawFn) -> tuple[Term, ...]:
    first = draw(days)
    last = draw(st.none() | st.integers(0, 3_000).map(lambda n: first + n * DAY))
    stated = StatedTerm(first, last, draw(amounts), draw(frequencies))
    return (term_from(stated, LAW),)


def after(owed: tuple[Term, ...], change: tuple[str, date, int, str]) -> tuple[Term, ...]:
    """Do to terms what a court or a life does to them, where the checks would let it."""
    kind, day, cents, frequency = change
    first, last = owed[0].effective_from, owed[-1].effective_to
    if kind == "change" and first <= day <= (last or terms.FOREVER):
        return terms.changed_from(owed, term_from(StatedTerm(day, None, cents, frequency), LAW))
    if kind == "end" and first - DAY <= day < (last or terms.FOREVER):
        return terms.ended_after(owed, day)
    if kind == "extend" and day >= (last or terms.FOREVER):
        return terms.extended_to(owed, day)
    return owed


@given(beginnings(), st.lists(changes(), max_size=8))
def test_terms_follow_one_another_without_gap_or_overlap(
    owed: tuple[Term, ...], done: list[tuple[str, date, int, str]]
) -> None:
    for change in done:
        owed = after(owed, change)
    for term, following in pairwise(owed):
        assert term.effective_to is not None
        assert term.effective_to + DAY == following.effective_from
    assert all(t.effective_to is None or t.effective_from <= t.effective_to for t in owed)


@given(beginnings(), st.lists(changes(), max_size=8), days)
def test_any_day_has_exactly_one_amount(
    owed: tuple[Term, ...], done: list[tuple[str, date, int, str]], day: date
) -> None:
    for change in done:
        owed = after(owed, change)
    holding = [t for t in owed if t.effective_from <= day <= (t.effective_to or terms.FOREVER)]
    within = owed[0].effective_from <= day <= (owed[-1].effective_to or terms.FOREVER)
    assert len(holding) == (1 if within else 0)
    assert terms.monthly_on(owed, day) == sum(t.monthly_cents for t in holding)


@given(beginnings(), changes())
def test_a_change_done_twice_is_a_change_done_once(
    owed: tuple[Term, ...], change: tuple[str, date, int, str]
) -> None:
    once = after(owed, change)
    assert terms.differing_days(once, after(once, change)) is None


@given(beginnings(), st.lists(changes(), max_size=5), changes(), days)
def test_a_touched_span_holds_every_day_that_differs(
    owed: tuple[Term, ...],
    done: list[tuple[str, date, int, str]],
    change: tuple[str, date, int, str],
    day: date,
) -> None:
    for one in done:
        owed = after(owed, one)
    changed = after(owed, change)
    touched = terms.differing_days(owed, changed)
    was, now = terms.term_on(owed, day), terms.term_on(changed, day)
    said = [(t.amount_cents, t.frequency) if t else None for t in (was, now)]
    if touched is None or not touched[0] <= day <= (touched[1] or terms.FOREVER):
        assert said[0] == said[1]


@given(
    beginnings(),
    days,
    st.integers(0, 400),
    st.none() | st.integers(0, 400),
    st.none() | st.integers(0, 400),
    amounts,
)
def test_a_modification_never_changes_a_day_before_its_permitted_start(
    owed: tuple[Term, ...],
    first: date,
    entered: int,
    filed: int | None,
    noticed: int | None,
    cents: int,
) -> None:
    """42 USC 666(a)(9)(C); KRS 403.213(1): whatever passes the checks leaves those days alone."""
    entered_on = TODAY - entered * DAY
    filed_on = None if filed is None else entered_on - filed * DAY
    notice_on = None if noticed is None else entered_on - noticed * DAY
    earliest, _ = permitted_from(entered_on, filed_on, notice_on, LAW, TODAY)
    assert earliest <= entered_on
    for said in (filed_on, notice_on):
        assert (
            said is None
            or (filed_on and notice_on and earliest >= said)
            or (earliest == entered_on)
        )
    one = terms.present(Obligation("1", "child", 0, 0, None, None, ()), owed, TODAY)
    change = Modification(
        first, entered_on, (AmountChange("1", cents),), filed_on=filed_on, notice_on=notice_on
    )
    if list(checking.modification_violations(change, [one], [], TODAY, earliest)):
        return
    new = term_from(StatedTerm(first, None, cents, "monthly"), LAW)
    touched = terms.differing_days(owed, terms.changed_from(owed, new))
    assert touched is None or touched[0] >= earliest


@given(amounts, frequencies)
def test_a_year_of_months_is_a_year_of_payments_to_the_cent_of_a_month(
    cents: int, frequency: str
) -> None:
    """45 CFR 302.51(a)(2): rounding loses half a cent a month at the most."""
    monthly, _ = month_worth(cents, frequency, LAW, TODAY)
    times = {"weekly": 52, "biweekly": 26, "semimonthly": 24, "monthly": 12, "quarterly": 4}
    assert abs(12 * monthly - cents * times.get(frequency, 1)) <= 6


@given(beginnings(), st.lists(changes(), max_size=5), days)
def test_the_present_amount_is_that_of_the_term_in_force(
    owed: tuple[Term, ...], done: list[tuple[str, date, int, str]], today: date
) -> None:
    for change in done:
        owed = after(owed, change)
    one = terms.present(Obligation("1", "child", 0, 0, None, None, ()), owed, today)
    assert (one.effective_from, one.effective_to) == (
        owed[0].effective_from,
        owed[-1].effective_to,
    )
    if today < owed[0].effective_from:
        assert one.monthly_amount_cents == owed[0].monthly_cents
    elif terms.term_on(owed, today):
        assert one.monthly_amount_cents == terms.monthly_on(owed, today)
    else:
        assert one.monthly_amount_cents == owed[-1].monthly_cents


@given(amounts, days)
def test_what_is_owed_once_is_owed_in_its_own_month_alone(cents: int, first: date) -> None:
    term = term_from(StatedTerm(first, None, cents, "once"), LAW)
    assert term.monthly_cents == cents
    assert term.effective_to is not None
    assert (term.effective_to.year, term.effective_to.month) == (first.year, first.month)
    assert (term.effective_to + DAY).day == 1
