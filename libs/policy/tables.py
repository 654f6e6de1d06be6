"""Tables of law kept as CSV: columns declared in TOML, every cell read by its kind."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from policy.errors import PolicyError
from policy.fields import Fields
from policy.model import Column, Confidence, TableRow, checksum_of, cite
from policy.units import ColumnKind, Value, read_cell

CITATION_COLUMN = "citation"
CONFIDENCE_COLUMN = "confidence"
_REMARK_COLUMNS = frozenset({"note", CONFIDENCE_COLUMN})


def read_columns(fields: Fields) -> tuple[Column, ...]:
    """The `columns` of a table entry: name to kind, `?` after a kind that may be empty."""
    columns = []
    kinds = [kind.value for kind in ColumnKind]
    for name, written in fields.mapping("columns").items():
        kind = written.removesuffix("?")
        if kind not in kinds:
            raise fields.error(f"column {name}: unknown kind {kind!r}; known: {', '.join(kinds)}")
        columns.append(Column(name, ColumnKind(kind), optional=written.endswith("?")))
    return tuple(columns)


def read_rows(
    fields: Fields, table_id: str, columns: Sequence[Column], key: Sequence[str]
) -> tuple[TableRow, ...]:
    """The rows of the entry's `file`, in its order, with a key that is there and unique.

    A `citation` column overrides the table's authority row by row, a `confidence` column its
    confidence.
    """
    file = fields.file.parent / fields.text("file")
    names = [column.name for column in columns]
    if not key or not set(key) <= set(names):
        raise fields.error(f"key must name columns of the table, read {list(key)}")
    rows: list[TableRow] = []
    seen: set[str] = set()
    for line, record in _records(file, table_id, names):
        row = _read_row(fields, file, line, table_id, columns, key, record)
        if row.id in seen:
            raise PolicyError(file, f"line {line}", f"the row {row.id} is there twice")
        seen.add(row.id)
        rows.append(row)
    if not rows:
        raise PolicyError(file, table_id, "the table has no rows")
    return tuple(rows)


def _records(file: Path, table_id: str, names: list[str]) -> list[tuple[int, Mapping[str, str]]]:
    records: list[tuple[int, Mapping[str, str]]] = []
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream, strict=True)
            if reader.fieldnames != names:
                problem = f"expected the columns {names}, read {reader.fieldnames}"
                raise PolicyError(file, table_id, problem)
            for record in reader:
                if None in record or None in record.values():
                    problem = f"expected {len(names)} cells"
                    raise PolicyError(file, f"line {reader.line_num}", problem)
                records.append((reader.line_num, record))
    except FileNotFoundError:
        raise PolicyError(file, table_id, "there is no such file") from None
    except (csv.Error, UnicodeDecodeError) as error:
        raise PolicyError(file, table_id, f"is not CSV in UTF-8: {error}") from None
    return records


def _read_row(
    fields: Fields,
    file: Path,
    line: int,
    table_id: str,
    columns: Sequence[Column],
    key: Sequence[str],
    record: Mapping[str, str],
) -> TableRow:
    cells: dict[str, Value] = {}
    for column in columns:
        text = record[column.name]
        if text == "":
            if not column.optional:
                what = "citation" if column.name == CITATION_COLUMN else f"value in {column.name}"
                raise PolicyError(file, f"line {line}", f"missing {what}")
            continue
        try:
            cells[column.name] = read_cell(column.kind, text)
        except ValueError as error:
            raise PolicyError(file, f"line {line}", f"{column.name}: {error}") from None
    confidence = fields.confidence()
    if CONFIDENCE_COLUMN in cells:
        try:
            confidence = Confidence(record[CONFIDENCE_COLUMN])
        except ValueError as error:
            raise PolicyError(file, f"line {line}", str(error)) from None
    authority = record.get(CITATION_COLUMN) or fields.text("authority")
    row_id = ".".join([table_id, *(record[name] for name in key)])
    facts = {name: text for name, text in record.items() if name not in _REMARK_COLUMNS}
    return TableRow(
        id=row_id,
        citation=cite(authority, confidence),
        confidence=confidence,
        checksum=checksum_of([row_id, fields.period().start, authority, facts]),
        cells=cells,
    )
