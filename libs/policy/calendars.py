"""Working calendars, computed for any year from rows of data.

A deadline names its calendar: State offices, the Federal Reserve (when ACH settles), employers.
"""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from policy.model import Column, Entry, TableRow
from policy.timeline import Timeline
from policy.units import ColumnKind

MAX_BUSINESS_DAYS: Final = 10_000
MONTHS_IN_YEAR: Final = 12
SATURDAY: Final = 5
SUNDAY: Final = 6
DAYS_IN_WEEK: Final = 7
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ONE_DAY: Final = timedelta(days=1)

HOLIDAY_COLUMNS: Final = (
    Column("holiday", ColumnKind.CODE, optional=False),
    Column("kind", ColumnKind.CODE, optional=False),
    Column("month", ColumnKind.COUNT, optional=True),
    Column("day", ColumnKind.COUNT, optional=True),
    Column("weekday", ColumnKind.CODE, optional=True),
    Column("nth", ColumnKind.CODE, optional=True),
    Column("offset_days", ColumnKind.TEXT, optional=True),
    Column("every_years", ColumnKind.COUNT, optional=True),
    Column("on_date", ColumnKind.DATE, optional=True),
    Column("first_date", ColumnKind.DATE, optional=True),
    Column("last_date", ColumnKind.DATE, optional=True),
    Column("half_day", ColumnKind.FLAG, optional=False),
    Column("citation", ColumnKind.TEXT, optional=False),
    Column("confidence", ColumnKind.CODE, optional=False),
    Column("note", ColumnKind.TEXT, optional=True),
)


@dataclass(frozen=True, slots=True)
class HolidayRule:
    """One holiday: how its date follows from the year, and from when to when it is kept."""

    id: str
    date_in: Callable[[int], date]
    every_years: int
    only_year: int | None
    first_date: date
    last_date: date
    half_day: bool

    def in_year(self, year: int) -> date | None:
        """The day before any move from a weekend, or None if it is not kept that year."""
        if year % self.every_years or (self.only_year is not None and year != self.only_year):
            return None
        day = self.date_in(year)
        return day if self.first_date <= day <= self.last_date else None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CalendarRules(Entry):
    """One dated version of a calendar. `half_days_count`: a half day is a business day."""

    holidays: tuple[HolidayRule, ...]
    saturday_moves: bool
    sunday_moves: bool
    half_days_count: bool

    def closed_days(self, year: int) -> frozenset[date]:
        """The weekdays of that year on which the offices are shut, moved holidays included."""
        closed = set()
        # A New Year's Day on a Saturday closes 31 December of the year before.
        for rule_year in (year, min(year + 1, date.max.year)):
            for holiday in self.holidays:
                day = holiday.in_year(rule_year)
                if day is None or (holiday.half_day and self.half_days_count):
                    continue
                closed.add(self._observed(day))
        return frozenset(day for day in closed if day.year == year and day.weekday() < SATURDAY)

    def _observed(self, day: date) -> date:
        if day.weekday() == SATURDAY and self.saturday_moves:
            return day - _ONE_DAY
        if day.weekday() == SUNDAY and self.sunday_moves:
            return day + _ONE_DAY
        return day


class Calendar:
    """Business days by the version of the calendar in force on each day."""

    def __init__(self, versions: Timeline[CalendarRules]) -> None:
        self._versions = versions
        self._closed: dict[tuple[str, int], frozenset[date]] = {}

    @property
    def id(self) -> str:
        return self._versions.id

    def is_business_day(self, day: date) -> bool:
        """False on Saturdays, Sundays and holidays; `RuleNotInForce` before the data begins."""
        version = self._versions.at(day)
        if day.weekday() >= SATURDAY:
            return False
        place = (version.checksum, day.year)
        closed = self._closed.get(place)
        if closed is None:
            closed = self._closed.setdefault(place, version.closed_days(day.year))
        return day not in closed

    def add_business_days(self, day: date, count: int) -> date:
        """The `count`-th business day after `day` (the day itself is never counted).

        0 gives the first business day on or after `day`.
        """
        if not 0 <= count <= MAX_BUSINESS_DAYS:
            raise ValueError(f"count: expected 0 to {MAX_BUSINESS_DAYS} days, read {count}")
        if count == 0:
            return day if self.is_business_day(day) else self.add_business_days(day, 1)
        while count:
            day += _ONE_DAY
            if self.is_business_day(day):
                count -= 1
        return day

    def next_business_day(self, day: date) -> date:
        """The first business day after `day`."""
        return self.add_business_days(day, 1)

    def holidays(self, year: int) -> tuple[date, ...]:
        """The weekdays of `year` that are not business days, in order."""
        first = date(year, 1, 1)
        days = (first + timedelta(days=n) for n in range((date(year, 12, 31) - first).days + 1))
        return tuple(d for d in days if d.weekday() < SATURDAY and not self.is_business_day(d))


def years_after(day: date, years: int) -> date:
    """The same day `years` later; of a 29th of February, in other years the 1st of March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def read_holiday(row: TableRow) -> HolidayRule:
    """A row of a holiday file as a rule; `ValueError` says what does not fit its kind."""
    kind = row.text("kind")
    reader = _KINDS.get(kind)
    if reader is None:
        raise ValueError(f"unknown kind {kind!r}; known: {', '.join(_KINDS)}")
    needed, build = reader
    missing = [name for name in needed if name not in row.cells]
    if missing:
        raise ValueError(f"{kind} needs {', '.join(missing)}")
    cells = row.cells
    every_years = row.number("every_years") if "every_years" in cells else 1
    if every_years < 1:
        raise ValueError("every_years must be 1 or more")
    return HolidayRule(
        id=row.id,
        date_in=build(row),
        every_years=every_years,
        only_year=row.date("on_date").year if "on_date" in cells else None,
        first_date=row.date("first_date") if "first_date" in cells else date.min,
        last_date=row.date("last_date") if "last_date" in cells else date.max,
        half_day=row.flag("half_day"),
    )


def _fixed(row: TableRow) -> Callable[[int], date]:
    month, day = row.number("month"), row.number("day")
    date(2001, month, day)  # a leap day cannot be a yearly holiday
    return lambda year: date(year, month, day)


def _weekday(row: TableRow) -> Callable[[int], date]:
    month, nth = row.number("month"), row.text("nth")
    if row.text("weekday") not in _WEEKDAYS or nth not in {"1", "2", "3", "4", "last"}:
        raise ValueError("expected weekday as a day's name and nth as 1, 2, 3, 4 or last")
    weekday = _WEEKDAYS.index(row.text("weekday"))
    offset = _offset(row)
    date(2001, month, 1)

    def in_year(year: int) -> date:
        if nth == "last":
            end = date(year, month, 28) + timedelta(days=4)
            last = end - timedelta(days=end.day)
            return last - timedelta(days=(last.weekday() - weekday) % DAYS_IN_WEEK) + offset
        first = date(year, month, 1)
        ahead = (weekday - first.weekday()) % DAYS_IN_WEEK + DAYS_IN_WEEK * (int(nth) - 1)
        return first + timedelta(days=ahead) + offset

    return in_year


def _easter(row: TableRow) -> Callable[[int], date]:
    offset = _offset(row)
    return lambda year: easter_sunday(year) + offset


def _listed(row: TableRow) -> Callable[[int], date]:
    on_date = row.date("on_date")
    return lambda _: on_date


def _offset(row: TableRow) -> timedelta:
    text = row.text("offset_days") if "offset_days" in row.cells else "0"
    try:
        return timedelta(days=int(text))
    except ValueError:
        raise ValueError(f"offset_days: expected a whole number, read {text!r}") from None


def add_months(day: date, count: int) -> date:
    """The same day of the `count`-th month after, or that month's last day if it is shorter."""
    year, month = divmod(day.year * MONTHS_IN_YEAR + day.month - 1 + count, MONTHS_IN_YEAR)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def easter_sunday(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (the anonymous computus, as in Meeus)."""
    golden = year % 19
    century, in_century = divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    moon_shift = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon_shift + 15) % 30
    leap_years, year_rest = divmod(in_century, 4)
    to_sunday = (32 + 2 * century_rest + 2 * leap_years - epact - year_rest) % 7
    correction = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * correction + 114, 31)
    return date(year, month, day + 1)


_KINDS: Final[dict[str, tuple[tuple[str, ...], Callable[[TableRow], Callable[[int], date]]]]] = {
    "fixed": (("month", "day"), _fixed),
    "weekday": (("month", "weekday", "nth"), _weekday),
    "easter": (("offset_days",), _easter),
    "listed": (("on_date",), _listed),
}
