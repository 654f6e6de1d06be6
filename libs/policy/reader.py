"""From a jurisdiction's folder (TOML and CSV) to checked, dated entries."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from policy.calendars import HOLIDAY_COLUMNS, CalendarRules, read_holiday
from policy.errors import PolicyError
from policy.fields import COMMON_OPTIONAL, COMMON_REQUIRED, Fields
from policy.model import Entry, Rule, Table, checksum_of
from policy.tables import read_columns, read_rows
from policy.timeline import Timeline
from policy.units import Unit, read_value
from policy.wording import Wording, read_wording

E = TypeVar("E", bound=Entry)

HEADER_FILE = "jurisdiction.toml"
WORDING_FILE = "texts.toml"
PROFILE_FILE = "profile.toml"
_ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_UNITS = [unit.value for unit in Unit]


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """Everything one folder says. `prefix` is the first part of all its ids."""

    name: str
    prefix: str
    folder: Path
    rules: Mapping[str, Timeline[Rule]]
    tables: Mapping[str, Timeline[Table]]
    calendars: Mapping[str, Timeline[CalendarRules]]
    wording: Wording


def read_jurisdiction(folder: Path) -> Jurisdiction:
    """Read and check a whole folder; `PolicyError` names file, entry and fault."""
    header = Fields(
        folder / HEADER_FILE, "header", read_toml(folder / HEADER_FILE), ("name", "prefix"), ()
    )
    prefix = header.text("prefix")
    rules: dict[str, list[tuple[Path, Rule]]] = defaultdict(list)
    tables: dict[str, list[tuple[Path, Table]]] = defaultdict(list)
    calendars: dict[str, list[tuple[Path, CalendarRules]]] = defaultdict(list)
    for file in sorted(folder.glob("*.toml")):
        if file.name in {HEADER_FILE, WORDING_FILE, PROFILE_FILE}:
            continue
        content = Fields(file, "file", read_toml(file), (), ("rule", "table", "calendar"))
        for rule in _each(content, "rule", _read_rule, prefix):
            rules[rule.id].append((file, rule))
        for table in _each(content, "table", _read_table, prefix):
            tables[table.id].append((file, table))
        for calendar in _each(content, "calendar", _read_calendar, prefix):
            calendars[calendar.id].append((file, calendar))
    _refuse_shared_ids(rules, tables, calendars)
    return Jurisdiction(
        name=header.text("name"),
        prefix=prefix,
        folder=folder,
        rules=_timelines(rules),
        tables=_timelines(tables),
        calendars=_timelines(calendars),
        wording=read_wording(folder / WORDING_FILE, read_toml(folder / WORDING_FILE)),
    )


def read_toml(file: Path) -> dict[str, object]:
    """The file as TOML; `PolicyError` if it is not there or is none."""
    try:
        with file.open("rb") as stream:
            return tomllib.load(stream)
    except FileNotFoundError:
        raise PolicyError(file, "file", "there is no such file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(file, "file", f"is not TOML: {error}") from None


def _each(
    content: Fields, kind: str, read: Callable[[Path, str, object, str], E], prefix: str
) -> Iterable[E]:
    raw = content.raw.get(kind, [])
    if not isinstance(raw, list):
        raise content.error(f"{kind} must be written as [[{kind}]]")
    for number, entry in enumerate(raw, start=1):
        yield read(content.file, f"{kind} {number}", entry, prefix)


def _check_id(fields: Fields, prefix: str) -> str:
    entry_id = fields.text("id")
    if not _ID.fullmatch(entry_id):
        raise fields.error("id must be dotted lower-case words")
    if entry_id.split(".")[0] != prefix:
        raise fields.error(f"id must begin with {prefix!r}, the prefix of this jurisdiction")
    return entry_id


def _read_rule(file: Path, place: str, raw: object, prefix: str) -> Rule:
    fields = Fields(
        file,
        place,
        raw,
        (*COMMON_REQUIRED, "unit", "value"),
        (*COMMON_OPTIONAL, "calendar", "succeeds", "allowed"),
    )
    rule_id = _check_id(fields, prefix)
    unit = Unit(fields.choice("unit", _UNITS))
    try:
        value = read_value(unit, fields.raw["value"])
    except ValueError as error:
        raise fields.error(f"value in {unit}: {error}") from None
    allowed = fields.texts("allowed")
    if allowed and value not in allowed:
        raise fields.error(f"value {value!r} is not one of the allowed {', '.join(allowed)}")
    calendar = fields.optional_text("calendar")
    if (unit is Unit.BUSINESS_DAYS) != (calendar is not None):
        raise fields.error("business_days, and only they, must name their calendar")
    period, authority = fields.period(), fields.text("authority")
    return Rule(
        id=rule_id,
        title=fields.text("title"),
        period=period,
        authority=authority,
        source=fields.text("source"),
        confidence=fields.confidence(),
        note=fields.note(),
        checksum=checksum_of([rule_id, unit, str(value), calendar, period.start, authority]),
        unit=unit,
        value=value,
        calendar=calendar,
        succeeds=fields.optional_text("succeeds"),
        allowed=allowed,
    )


def _read_table(file: Path, place: str, raw: object, prefix: str) -> Table:
    fields = Fields(
        file,
        place,
        raw,
        (*COMMON_REQUIRED, "file", "columns", "key"),
        (*COMMON_OPTIONAL, "succeeds"),
    )
    table_id = _check_id(fields, prefix)
    columns = read_columns(fields)
    rows = read_rows(fields, table_id, columns, fields.texts("key"))
    period, authority = fields.period(), fields.text("authority")
    return Table(
        id=table_id,
        title=fields.text("title"),
        period=period,
        authority=authority,
        source=fields.text("source"),
        confidence=fields.confidence(),
        note=fields.note(),
        checksum=checksum_of([table_id, period.start, authority, [row.checksum for row in rows]]),
        columns=columns,
        key=fields.texts("key"),
        rows=rows,
        succeeds=fields.optional_text("succeeds"),
    )


def _read_calendar(file: Path, place: str, raw: object, prefix: str) -> CalendarRules:
    fields = Fields(
        file,
        place,
        raw,
        (*COMMON_REQUIRED, "file", "saturday_moves_to", "sunday_moves_to", "half_days_count"),
        (*COMMON_OPTIONAL, "succeeds"),
    )
    calendar_id = _check_id(fields, prefix)
    rows = read_rows(fields, calendar_id, HOLIDAY_COLUMNS, ("holiday",))
    holidays = []
    for row in rows:
        try:
            holidays.append(read_holiday(row))
        except ValueError as error:
            raise fields.error(f"{fields.text('file')}: {row.id}: {error}") from None
    period, authority = fields.period(), fields.text("authority")
    saturday = fields.choice("saturday_moves_to", ("friday", "nowhere"))
    sunday = fields.choice("sunday_moves_to", ("monday", "nowhere"))
    half_days = fields.flag("half_days_count")
    facts = [calendar_id, period.start, authority, saturday, sunday, half_days]
    return CalendarRules(
        id=calendar_id,
        title=fields.text("title"),
        period=period,
        authority=authority,
        source=fields.text("source"),
        confidence=fields.confidence(),
        note=fields.note(),
        checksum=checksum_of([*facts, [row.checksum for row in rows]]),
        holidays=tuple(holidays),
        saturday_moves=saturday == "friday",
        sunday_moves=sunday == "monday",
        half_days_count=half_days,
        succeeds=fields.optional_text("succeeds"),
    )


def _timelines(found: Mapping[str, list[tuple[Path, E]]]) -> dict[str, Timeline[E]]:
    timelines = {}
    for entry_id, entries in found.items():
        try:
            timelines[entry_id] = Timeline([entry for _, entry in entries])
        except ValueError as error:
            raise PolicyError(entries[-1][0], entry_id, str(error)) from None
    return timelines


def _refuse_shared_ids(*kinds: Mapping[str, Sequence[tuple[Path, Entry]]]) -> None:
    seen: set[str] = set()
    for kind in kinds:
        for entry_id, entries in kind.items():
            if entry_id in seen:
                raise PolicyError(entries[0][0], entry_id, "id is used for two kinds of entry")
            seen.add(entry_id)
