"""When support ends, by the statute: examples without a database."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

import policy
from case_service.domain.model import Obligation
from case_service.domain.orders import terms
from case_service.domain.orders.converting import term_from
from case_service.domain.orders.emancipation import Child, child_life, school_limit
from case_service.domain.orders.life import barred_on, life_of
from case_service.domain.orders.life_events import LifeEvent
from case_service.domain.orders.model import StatedTerm
from policy import years_after

LAW = policy.load()
TODAY = date(2026, 3, 6)


def event(kind: str, on: date, until: date | None = None) -> LifeEvent:
    return LifeEvent("e", "c", kind, on, "ann", until)


def owed(child_id: str = "", support_type: str = "child", last: date | None = None) -> Obligation:
    bare = Obligation("o", support_type, 0, 0, None, None, (), child_id=child_id)
    term = term_from(StatedTerm(date(2020, 1, 1), last, 40_000, "monthly"), LAW)
    return terms.present(bare, (term,), TODAY)


@pytest.mark.parametrize(
    ("born", "of_age"),
    [
        (date(2008, 5, 20), date(2026, 5, 20)),
        (date(2008, 2, 29), date(2026, 3, 1)),
    ],
)
def test_of_age_at_eighteen(born: date, of_age: date) -> None:
    """KRS 403.213(3); who was born on a 29th of February is of age on the 1st of March."""
    life = child_life(Child("ann", born), LAW, TODAY)
    assert life.end
    assert (life.end.on, life.end.ground) == (of_age, "majority")


@pytest.mark.parametrize(
    ("born", "limit"),
    [
        (date(2008, 5, 20), date(2027, 6, 30)),
        (date(2008, 6, 30), date(2027, 6, 30)),
        (date(2008, 7, 1), date(2028, 6, 30)),
    ],
)
def test_the_school_year_in_which_a_child_turns_nineteen(born: date, limit: date) -> None:
    """KRS 403.213(3)."""
    assert school_limit(born, LAW, TODAY) == limit


def test_school_that_is_over_before_the_age_keeps_nothing() -> None:
    school = event("school", date(2025, 9, 1), date(2026, 5, 1))
    life = child_life(Child("ann", date(2008, 5, 20), (school,)), LAW, TODAY)
    assert life.end
    assert (life.end.on, life.end.ground) == (date(2026, 5, 20), "majority")


def test_every_end_is_explained_by_its_rule() -> None:
    married = Child("ann", date(2010, 5, 20), (event("marriage_of_child", date(2026, 3, 1)),))
    steps = life_of(owed(), [married], (), LAW, TODAY).steps
    assert [step.rule_id for step in steps] == [
        "ky.emancipation.age",
        "ky.emancipation.ends_by_itself",
    ]
    assert "KRS 403.213(3)" in steps[1].citation


def test_incarceration_is_answered_with_why_it_ends_nothing() -> None:
    """45 CFR 302.56(c)(3)."""
    jailed = LifeEvent("e", "c", "incarceration", date(2026, 3, 1))
    life = life_of(owed(), [Child("ann", date(2015, 5, 20))], (jailed,), LAW, TODAY)
    assert life.end
    assert life.end.ground == "majority"
    step = life.steps[-1]
    assert step.rule_id == "ky.emancipation.incarceration_ends"
    assert "review" in step.text


def test_no_end_is_known_while_a_child_s_birth_is_not() -> None:
    children = [Child("ann", date(2008, 5, 20)), Child("ben", None)]
    life = life_of(owed(), children, (), LAW, TODAY)
    assert life.end is None
    assert [end.ground for end in life.court] == ["one_of_several"]


def test_an_amount_for_one_of_several_is_that_child_s_alone() -> None:
    children = [Child("ann", date(2008, 5, 20)), Child("ben", date(2012, 5, 20))]
    life = life_of(owed(child_id="ann"), children, (), LAW, TODAY)
    assert life.last_day == date(2026, 5, 19)
    assert life.court == ()


def test_arrears_are_barred_fifteen_years_after_the_last_child() -> None:
    """IRG Q3.1; barred, not erased."""
    children = [Child("ann", date(2008, 5, 20)), Child("ben", date(2012, 5, 20))]
    one = owed()
    life = life_of(one, children, (), LAW, TODAY)
    barred, steps = barred_on([one], [life], LAW, TODAY)
    assert barred == date(2045, 5, 20)
    assert [step.rule_id for step in steps] == ["ky.arrears.limitation"]
    unknown = life_of(one, [Child("ann", None)], (), LAW, TODAY)
    assert barred_on([one], [unknown], LAW, TODAY) == (None, [])


births = st.dates(date(2000, 1, 1), date(2026, 1, 1))


@given(st.lists(births, min_size=1, max_size=5))
def test_one_amount_lasts_as_long_as_the_youngest_is_owed_for(born: list[date]) -> None:
    children = [Child(f"child {n}", day) for n, day in enumerate(born)]
    life = life_of(owed(), children, (), LAW, TODAY)
    assert life.end
    assert life.end.on == max(years_after(day, 18) for day in born)
    assert all(end.needs_court and end.on < life.end.on for end in life.court)


@given(births, st.none() | st.dates(date(2015, 1, 1), date(2050, 1, 1)))
def test_school_neither_shortens_support_nor_goes_beyond_its_limit(
    born: date, until: date | None
) -> None:
    majority = years_after(born, 18)
    school = event("school", date(2015, 1, 1), until)
    life = child_life(Child("ann", born, (school,)), LAW, TODAY)
    assert life.end
    limit = school_limit(born, LAW, TODAY)
    assert majority <= life.end.on <= max(majority, limit + terms.DAY)
    assert years_after(born, 19) <= limit < years_after(born, 20) + terms.DAY
