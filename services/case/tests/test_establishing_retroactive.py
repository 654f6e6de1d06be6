"""Support for the time before an order (KRS 406.031; IRG Q6.4), service, and locating."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import policy
from case_service.domain.establishing import locating, serving
from case_service.domain.establishing.retroactive import (
    Petition,
    permitted_from,
    retroactive,
)

LAW = policy.load("kentucky")
BORN = date(2025, 3, 4)


@pytest.mark.parametrize(
    ("born", "filed", "paternity", "first"),
    [
        (BORN, date(2027, 3, 3), True, BORN),
        (BORN, date(2027, 3, 4), True, date(2027, 3, 4)),
        (BORN, date(2026, 3, 3), False, date(2026, 3, 3)),
        (BORN, date(2025, 1, 3), False, BORN),
        (date(2017, 6, 30), date(2021, 6, 28), True, date(2017, 6, 30)),
        (date(2017, 6, 30), date(2021, 6, 29), True, date(2021, 6, 29)),
    ],
)
def test_support_reaches_back_to_the_birth_for_a_child_under_two(
    born: date, filed: date, paternity: bool, first: date
) -> None:
    """KRS 406.031(1), four years before the change of 2021."""
    found, step = permitted_from(Petition(filed, paternity), born, LAW)
    assert found == first
    assert step.inputs["filed_on"] == str(filed)


def test_whole_months_and_days_over() -> None:
    from_birth = permitted_from(Petition(date(2026, 1, 5), paternity=True), BORN, LAW)
    found = retroactive(from_birth, date(2026, 3, 19), 30_000, LAW)
    assert (found.first_day, found.last_day) == (BORN, date(2026, 3, 18))
    assert (found.months, found.days) == (12, 15)
    assert found.amount_cents == 12 * 30_000 + 15 * 30_000 // 31


def test_only_the_time_in_which_the_parents_lived_apart() -> None:
    """IRG Q6.4.1."""
    from_birth = permitted_from(Petition(date(2026, 1, 5), paternity=True), BORN, LAW)
    found = retroactive(from_birth, date(2026, 3, 1), 30_000, LAW, date(2025, 12, 1))
    assert (found.first_day, found.months, found.days) == (date(2025, 12, 1), 3, 0)
    assert found.steps[-1].rule_id == "ky.retroactivity.proof"


DAYS = st.dates(date(2001, 1, 1), date(2040, 12, 31))


@given(DAYS, DAYS, st.booleans(), DAYS, st.integers(0, 1_000_000), st.none() | DAYS)
def test_support_never_reaches_before_the_birth_or_the_permitted_day(
    born: date, filed: date, paternity: bool, until: date, cents: int, apart: date | None
) -> None:
    permitted = permitted_from(Petition(filed, paternity), born, LAW)
    found = retroactive(permitted, until, cents, LAW, apart)
    assert permitted[0] >= born
    assert permitted[0] in {born, filed}
    assert min(permitted[0], until) <= found.first_day <= max(until, permitted[0])
    assert found.amount_cents <= cents * (found.months + (1 if found.days else 0))
    if until <= permitted[0]:
        assert found.amount_cents == 0
    else:
        longer = retroactive(permitted, until + timedelta(days=40), cents, LAW, apart)
        assert longer.amount_cents >= found.amount_cents


PROCESS = serving.Process(
    "p", "c", "john", "paternity", date(2026, 1, 5), "26-J-1", "served", (), date(2026, 2, 2)
)


def test_a_default_needs_service_and_no_answer_in_time() -> None:
    """42 USC 666(a)(5)(H); CR 12.01."""
    by = serving.answer_by(date(2026, 2, 2), "sheriff", LAW)
    assert by == date(2026, 2, 22)
    served = replace(PROCESS, answer_by=by)
    assert serving.why_no_default(served, by) == f"it can be answered until {by}"
    assert not serving.why_no_default(served, by + timedelta(days=1))
    answered = replace(served, answered_on=by)
    assert "answered" in serving.why_no_default(answered, by + timedelta(days=1))
    assert "not served" in serving.why_no_default(replace(PROCESS, served_on=None), by)


def test_a_diligent_effort_takes_attempts_in_more_than_one_way() -> None:
    """45 CFR 303.3(c), 303.4(d); the settings service.diligent_…."""
    one = serving.Attempt("a", "sheriff", date(2026, 1, 9), "not_found")
    three = replace(PROCESS, attempts=(one, one, one))
    assert not serving.diligence(three, date(2026, 2, 1), LAW)[0]
    mixed = replace(PROCESS, attempts=(one, one, replace(one, method="certified_mail")))
    enough, step = serving.diligence(mixed, date(2026, 2, 1), LAW)
    assert enough
    assert step.confidence == "unverified"


def test_a_quarterly_attempt_may_ask_less_but_the_workforce_files() -> None:
    """45 CFR 303.3(b)(5)."""
    every = locating.required_sources(locating.FIRST, BORN, LAW)
    assert {"federal_parent_locator", "state_workforce", "snap", "postmaster"} <= set(every)
    assert locating.required_sources(locating.NEW_INFORMATION, BORN, LAW) == every
    assert locating.required_sources(locating.AGAIN, BORN, LAW) == ("state_workforce",)
