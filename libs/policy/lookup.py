"""The law in force for one State: its own entries over the federal ones."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TypeVar

from policy.calendars import MONTHS_IN_YEAR, Calendar, add_months
from policy.errors import PolicyError, RuleNotInForce
from policy.model import Entry, Rule, Table, checksum_of
from policy.reader import Jurisdiction, read_jurisdiction
from policy.renumbering import TABLE as RENUMBERED
from policy.renumbering import Renumbering, read_renumbered
from policy.steps import Step
from policy.timeline import Timeline
from policy.units import Unit
from policy.wording import Audience, Wording, render

E = TypeVar("E", bound=Entry)

DATA = Path(__file__).parent / "data"
FEDERAL = "federal"
FISCAL_YEAR_START = "fiscal_year.start"
MONTHS_BETWEEN = {"monthly": 1, "quarterly": 3, "yearly": MONTHS_IN_YEAR}
"""What a rule that says how often comes to, in months from one time to the next."""


@dataclass(frozen=True, slots=True)
class FiscalYear:
    """`first` to `last`, both included; named after the year in which it ends."""

    first: dt.date
    last: dt.date

    @property
    def name(self) -> int:
        return self.last.year


class Policy:
    """Federal law and one State's, by id and date.

    An id may be written in full (`ky.fee.annual`, `us.fee.annual`: exactly that entry) or
    without its jurisdiction (`fee.annual`: the State's if it has one in force, else the federal
    one). Code that shall run in any State leaves the jurisdiction out.
    """

    def __init__(self, federal: Jurisdiction, state: Jurisdiction) -> None:
        if federal.prefix == state.prefix:
            problem = f"prefix {state.prefix!r} is the federal one"
            raise PolicyError(state.folder.name, "header", problem)
        self.federal = federal
        self.state = state
        self._rules = {**federal.rules, **state.rules}
        self._tables = {**federal.tables, **state.tables}
        _check_succession(federal, state, federal.rules, state.rules)
        _check_succession(federal, state, federal.tables, state.tables)
        _check_succession(federal, state, federal.calendars, state.calendars)
        self._calendars = {
            versions.id: Calendar(versions)
            for versions in (*federal.calendars.values(), *state.calendars.values())
        }
        self._check_calendars_named()
        self.renumbering = Renumbering(
            [
                statute
                for prefix in (federal.prefix, state.prefix)
                for table in self.versions(f"{prefix}.{RENUMBERED}")
                if isinstance(table, Table)
                for statute in read_renumbered(table)
            ]
        )
        self._renumbered_ids = frozenset(
            entry_id
            for entry_id in (*self._rules, *self._tables)
            if any(self.renumbering.applies_to(e.authority) for e in self.versions(entry_id))
        )
        self._wording = Wording(
            {**federal.wording.templates, **state.wording.templates},
            {**federal.wording.words, **state.wording.words},
            {**federal.wording.words_es, **state.wording.words_es},
        )

    def rule(self, rule_id: str, on: dt.date) -> Rule:
        """The rule in force on that date, else `RuleNotInForce` (a `KeyError`)."""
        return self._in_force(self._rules, rule_id, on)

    def table(self, table_id: str, on: dt.date) -> Table:
        """The table in force on that date, else `RuleNotInForce`."""
        return self._in_force(self._tables, table_id, on)

    def cents(self, rule_id: str, on: dt.date) -> int:
        return self.rule(rule_id, on).cents()

    def days(self, rule_id: str, on: dt.date) -> int:
        """Calendar or business days as the rule says; `due_date` counts them."""
        return self.rule(rule_id, on).days()

    def count(self, rule_id: str, on: dt.date) -> int:
        """A plain count, or a number of months, years or months of support."""
        return self.rule(rule_id, on).count()

    def percent(self, rule_id: str, on: dt.date) -> Fraction:
        """The exact share: 5 percent is `Fraction(1, 20)`."""
        return self.rule(rule_id, on).percent()

    def flag(self, rule_id: str, on: dt.date) -> bool:
        return self.rule(rule_id, on).flag()

    def code(self, rule_id: str, on: dt.date) -> str:
        return self.rule(rule_id, on).code()

    def codes(self, rule_id: str, on: dt.date) -> tuple[str, ...]:
        return self.rule(rule_id, on).codes()

    def factor(self, rule_id: str, on: dt.date) -> Fraction:
        """How many times something: 1.5 times is `Fraction(3, 2)`."""
        return self.rule(rule_id, on).factor()

    def date(self, rule_id: str, on: dt.date) -> dt.date:
        return self.rule(rule_id, on).date()

    def calendar(self, calendar_id: str) -> Calendar:
        """`state_offices`, `federal_reserve`, `employers`, or a full id; `KeyError` if unknown."""
        for candidate in (calendar_id, *self._candidates(f"calendar.{calendar_id}")):
            if candidate in self._calendars:
                return self._calendars[candidate]
        raise KeyError(f"no calendar {calendar_id!r}; there are {', '.join(self._calendars)}")

    def due_date(self, rule_id: str, start: dt.date) -> dt.date:
        """`start` plus the rule's days, counted in its calendar; `start` itself is not counted.

        Months and years end on the same day of their last month. A rule that says how often
        (`monthly`, `quarterly`, `yearly`) gives the next time after `start`.
        """
        rule = self.rule(rule_id, start)
        if rule.unit is Unit.BUSINESS_DAYS and rule.calendar is not None:
            return self.calendar(rule.calendar).add_business_days(start, rule.days())
        if rule.unit is Unit.MONTHS:
            return add_months(start, rule.count())
        if rule.unit is Unit.YEARS:
            return add_months(start, rule.count() * MONTHS_IN_YEAR)
        if rule.unit is Unit.CODE and rule.code() in MONTHS_BETWEEN:
            return add_months(start, MONTHS_BETWEEN[rule.code()])
        return start + dt.timedelta(days=rule.days())

    def fiscal_year(self, on: dt.date) -> FiscalYear:
        """The federal fiscal year of that date."""
        month, day = self.rule(FISCAL_YEAR_START, on).month_day()
        first = dt.date(on.year, month, day)
        if on < first:
            first = dt.date(on.year - 1, month, day)
        return FiscalYear(first, dt.date(first.year + 1, month, day) - dt.timedelta(days=1))

    def ids(self) -> tuple[str, ...]:
        """Every rule, table and calendar, by full id."""
        return tuple(sorted([*self._rules, *self._tables, *self._calendars]))

    def versions(self, entry_id: str) -> tuple[Entry, ...]:
        """Every dated entry of a rule, table or calendar, oldest first; none if it is unknown.

        Without its jurisdiction an id means the State's entries and then the federal ones.
        """
        found: list[Entry] = []
        for candidate in self._candidates(entry_id):
            for kind in (self._rules, self._tables):
                if candidate in kind:
                    found += kind[candidate].entries
            for jurisdiction in (self.federal, self.state):
                if candidate in jurisdiction.calendars:
                    found += jurisdiction.calendars[candidate].entries
        return tuple(found)

    def entries(self, on: dt.date) -> tuple[Entry, ...]:
        """Every rule and table, and every calendar's version, in force on that date, by id."""
        timelines: list[Timeline[Rule] | Timeline[Table]] = [
            *self._rules.values(),
            *self._tables.values(),
        ]
        found: list[Entry | None] = [timeline.find(on) for timeline in timelines]
        for jurisdiction in (self.federal, self.state):
            found += [versions.find(on) for versions in jurisdiction.calendars.values()]
        in_force = (self._as_cited(entry, on) for entry in found if entry)
        return tuple(sorted(in_force, key=lambda entry: entry.id))

    def checksum(self, on: dt.date) -> str:
        """SHA-256 over everything in force on that date."""
        return checksum_of([[entry.id, entry.checksum] for entry in self.entries(on)])

    def audience_text(self, step: Step, audience: Audience | str) -> str:
        """The step in one sentence for a `parent` (`parent_es`), a `worker` or an `auditor`."""
        return render(self._wording, step, Audience(audience))

    @property
    def wording(self) -> Wording:
        return self._wording

    def _candidates(self, entry_id: str) -> tuple[str, ...]:
        if entry_id.split(".", 1)[0] in {self.state.prefix, self.federal.prefix}:
            return (entry_id,)
        return (f"{self.state.prefix}.{entry_id}", f"{self.federal.prefix}.{entry_id}")

    def _in_force(self, timelines: Mapping[str, Timeline[E]], entry_id: str, on: dt.date) -> E:
        periods: list[str] = []
        for candidate in self._candidates(entry_id):
            timeline = timelines.get(candidate)
            if timeline is None:
                continue
            entry = timeline.find(on)
            if entry is not None:
                return self._as_cited(entry, on)
            periods += [f"{candidate} {period}" for period in timeline.periods()]
        raise RuleNotInForce(entry_id, on, periods)

    def _as_cited(self, entry: E, on: dt.date) -> E:
        """The entry, citing its statutes by the numbers they had on that day."""
        if entry.id not in self._renumbered_ids:
            return entry
        return replace(entry, cited=self.renumbering.on(entry.authority, on))

    def _check_calendars_named(self) -> None:
        for timeline in self._rules.values():
            for rule in timeline.entries:
                if rule.calendar is None:
                    continue
                try:
                    self.calendar(rule.calendar)
                except KeyError:
                    problem = f"unknown calendar {rule.calendar!r}"
                    raise PolicyError(self.state.folder.name, rule.id, problem) from None


def _check_succession(
    federal: Jurisdiction,
    state: Jurisdiction,
    federal_entries: Mapping[str, Timeline[E]],
    state_entries: Mapping[str, Timeline[E]],
) -> None:
    """A State's entry may stand over a federal one only where it says so, and only then."""
    for timeline in state_entries.values():
        rest = timeline.id.removeprefix(f"{state.prefix}.")
        covered = f"{federal.prefix}.{rest}"
        for entry in timeline.entries:
            if covered in federal_entries and entry.succeeds != covered:
                problem = f'stands over {covered} without saying so (succeeds = "{covered}")'
                raise PolicyError(state.folder.name, entry.id, problem)
            if covered not in federal_entries and entry.succeeds is not None:
                problem = f"succeeds {entry.succeeds!r}, but could only succeed {covered}"
                raise PolicyError(state.folder.name, entry.id, problem)


def load(jurisdiction: str = "kentucky", root: Path = DATA) -> Policy:
    """The policy of a State (a folder beside `federal`), read once and kept.

    `PolicyError` names the file, the entry and what is wrong.
    """
    return _load(jurisdiction, root)


@cache
def _load(jurisdiction: str, root: Path) -> Policy:
    return Policy(read_jurisdiction(root / FEDERAL), read_jurisdiction(root / jurisdiction))


def audience_text(step: Step, audience: Audience | str, policy: Policy | None = None) -> str:
    """As `Policy.audience_text`, with the wording of Kentucky unless another policy is given."""
    return (policy or load()).audience_text(step, audience)
