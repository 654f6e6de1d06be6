"""Business days against published schedules, and for any date."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy import RuleNotInForce, WrongUnit, load, years_after
from policy.calendars import MAX_BUSINESS_DAYS, easter_sunday

# Published by the Federal Reserve Banks of Richmond (2025-2027) and St. Louis (2024). Of these,
# 2026-07-04, 2027-06-19 and 2027-12-25 are Saturdays: the banks are open on the Friday before.
FEDERAL_RESERVE = {
    2024: "01-01 01-15 02-19 05-27 06-19 07-04 09-02 10-14 11-11 11-28 12-25",
    2025: "01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25",
    2026: "01-01 01-19 02-16 05-25 06-19 09-07 10-12 11-11 11-26 12-25",
    2027: "01-01 01-18 02-15 05-31 07-05 09-06 10-11 11-11 11-25",
}
# KRS 18A.190 and 2.190 by hand; 2024 has a presidential election, in 2026 and 2027 Saturday
# holidays move to Friday. The days that the Governor designates are not among them.
STATE_OFFICES = {
    2024: "01-01 01-15 05-27 06-19 07-04 09-02 11-05 11-11 11-28 11-29 12-25",
    2025: "01-01 01-20 05-26 06-19 07-04 09-01 11-11 11-27 11-28 12-25",
    2026: "01-01 01-19 05-25 06-19 07-03 09-07 11-11 11-26 11-27 12-25",
    2027: "01-01 01-18 05-31 06-18 07-05 09-06 11-11 11-25 11-26 12-24 12-31",
}
CALENDARS = ("state_offices", "federal_reserve", "employers")
days = st.dates(date(2000, 1, 1), date(2090, 1, 1))
calendars = st.sampled_from(CALENDARS)


@pytest.mark.parametrize("year", FEDERAL_RESERVE)
def test_federal_reserve_keeps_its_published_holidays(kentucky, year):
    holidays = kentucky.calendar("federal_reserve").holidays(year)
    assert [f"{day:%m-%d}" for day in holidays] == FEDERAL_RESERVE[year].split()


@pytest.mark.parametrize("year", STATE_OFFICES)
def test_state_offices_keep_the_holidays_of_the_statute(kentucky, year):
    holidays = kentucky.calendar("state_offices").holidays(year)
    assert [f"{day:%m-%d}" for day in holidays] == STATE_OFFICES[year].split()


def test_employers_move_saturday_holidays_to_friday(kentucky):
    employers = kentucky.calendar("employers")
    assert not employers.is_business_day(date(2026, 7, 3))
    assert not employers.is_business_day(date(2021, 12, 31))  # New Year's Day 2022
    assert kentucky.calendar("federal_reserve").is_business_day(date(2026, 7, 3))


def test_half_day_of_good_friday_is_a_business_day(kentucky):
    assert easter_sunday(2025) == date(2025, 4, 20)
    assert kentucky.calendar("state_offices").is_business_day(date(2025, 4, 18))


def test_juneteenth_counts_from_when_it_was_made_a_holiday(kentucky):
    assert kentucky.calendar("state_offices").is_business_day(date(2023, 6, 19))
    assert not kentucky.calendar("state_offices").is_business_day(date(2024, 6, 19))
    assert not kentucky.calendar("federal_reserve").is_business_day(date(2023, 6, 19))


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(1961, 4, 2), (2000, 4, 23), (2008, 3, 23), (2024, 3, 31), (2038, 4, 25)],
)
def test_easter(year, month, day):
    assert easter_sunday(year) == date(year, month, day)


def test_two_business_days_over_thanksgiving(kentucky):
    wednesday = date(2024, 11, 27)
    assert kentucky.due_date("sdu.disburse", wednesday) == date(2024, 12, 3)
    assert kentucky.due_date("disbursement.ach_lead", wednesday) == date(2024, 11, 29)
    assert kentucky.calendar("federal_reserve").next_business_day(wednesday) == date(2024, 11, 29)


def test_before_the_data_begins_nothing_is_guessed(kentucky):
    with pytest.raises(RuleNotInForce):
        kentucky.calendar("state_offices").is_business_day(date(1999, 12, 31))
    with pytest.raises(KeyError, match="no calendar 'moon'"):
        kentucky.calendar("moon")


@pytest.mark.parametrize("count", [-1, MAX_BUSINESS_DAYS + 1])
def test_count_of_days_has_bounds(kentucky, count):
    with pytest.raises(ValueError, match=f"read {count}"):
        kentucky.calendar("employers").add_business_days(date(2024, 1, 1), count)


@given(calendars, days, st.integers(0, 60))
def test_result_is_a_business_day_with_that_many_between(name, day, count):
    calendar = load().calendar(name)
    result = calendar.add_business_days(day, count)
    assert calendar.is_business_day(result)
    passed = (day + timedelta(days=n) for n in range(1, (result - day).days + 1))
    counted = sum(calendar.is_business_day(step) for step in passed)
    assert counted == count or (count == 0 and counted <= 1)
    assert result >= day


@given(calendars, st.lists(days, min_size=2, max_size=5), st.integers(0, 30))
def test_later_start_or_more_days_never_end_earlier(name, starts, count):
    calendar = load().calendar(name)
    ends = [calendar.add_business_days(day, count) for day in sorted(starts)]
    assert all(earlier <= later for earlier, later in pairwise(ends))
    assert ends[0] <= calendar.add_business_days(min(starts), count + 1)


@given(calendars, days)
def test_no_stretch_of_closed_days_is_longer_than_five(name, day):
    calendar = load().calendar(name)
    assert any(calendar.is_business_day(day + timedelta(days=n)) for n in range(6))


def test_listed_day_of_the_governor_closes_that_year_only(world):
    world.write(
        "pretend/calendars.toml",
        '[[calendar]]\nid = "pt.calendar.offices"\ntitle = "t"\nfile = "days.csv"\n'
        'saturday_moves_to = "nowhere"\nsunday_moves_to = "nowhere"\nhalf_days_count = false\n'
        'effective_from = 2020-01-01\nauthority = "a"\nsource = "s"\nconfidence = "secondary"\n',
    )
    world.write(
        "pretend/days.csv",
        "holiday,kind,month,day,weekday,nth,offset_days,every_years,on_date,first_date,last_date,"
        "half_day,citation,confidence,note\n"
        "christmas_extra,listed,,,,,,,2024-12-24,,,no,c,secondary,\n"
        "good_friday,easter,,,,,-2,,,,,yes,c,secondary,\n",
    )
    offices = world.load().calendar("offices")
    assert offices.holidays(2024) == (date(2024, 3, 29), date(2024, 12, 24))
    assert offices.holidays(2025) == (date(2025, 4, 18),)


@pytest.mark.parametrize(
    ("rule", "start", "due"),
    [
        ("expedited.first_span", date(2026, 8, 31), date(2027, 2, 28)),
        ("expedited.second_span", date(2026, 8, 31), date(2027, 8, 31)),
        ("us.review.right_notice", date(2024, 2, 29), date(2027, 2, 28)),
        ("locate.repeat", date(2026, 11, 30), date(2027, 2, 28)),
        ("offset.submission", date(2026, 1, 15), date(2027, 1, 15)),
    ],
)
def test_months_and_years_end_on_their_day_or_the_months_last(kentucky, rule, start, due):
    assert kentucky.due_date(rule, start) == due


def test_who_was_born_on_a_leap_day_is_of_age_on_the_first_of_march():
    assert years_after(date(2008, 2, 29), 18) == date(2026, 3, 1)
    assert years_after(date(2008, 2, 29), 20) == date(2028, 2, 29)


def test_a_rule_that_counts_no_time_has_no_due_date(kentucky):
    with pytest.raises(WrongUnit):
        kentucky.due_date("agency.name", date(2026, 1, 15))
