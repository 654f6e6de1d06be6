"""Cut the tables of posting by obligor and those of paying by payee.

What grows with payments becomes hash-partitioned by the key that every one of its unique keys
carries. The parts lie in a schema of their own: who works with the tables sees the same tables as
before, and only the owner reaches a part past the triggers of its table. Rows, defaults, checks,
comments, keys, indexes, fill factors and triggers are taken over as they are found.

The rows are copied within the transaction: a table needs its own size on disk once more, and
nothing is posted or paid meanwhile.
"""

from dataclasses import dataclass

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

PARTS = 8
SCHEMA = "shard"
KEYS = {
    "entry": "obligor_id",
    "line": "obligor_id",
    "allocation": "obligor_id",
    "allocation_withdrawn": "obligor_id",
    "balance": "obligor_id",
    "payable": "payee_id",
    "hold": "payee_id",
    "disbursement": "payee_id",
    "disbursement_part": "payee_id",
}
VIEWS = ("part_in_force",)


@dataclass(frozen=True, slots=True)
class Shape:
    """What stands beside a table's columns, as statements that make it again."""

    primary_key: str
    indexes: list[str]
    triggers: list[str]
    comments: list[str]
    options: list[str]


def upgrade() -> None:
    """Cut the tables; the views on them are made anew."""
    # Copying takes as long as there are rows; nothing else is in the way of a migration.
    op.execute("SET LOCAL statement_timeout = 0")
    op.execute(f"CREATE SCHEMA {SCHEMA}")
    views = {view: _all(_VIEW, view)[0] for view in VIEWS}
    for view in views:
        op.execute(f"DROP VIEW {view}")
    for table, key in KEYS.items():
        _cut(table, key)
    for view, definition in views.items():
        _run(f"CREATE VIEW {view} AS {definition}")
    _run(_OWNER_ONLY)


def _cut(table: str, key: str) -> None:
    shape, before = _shape(table), f"{table}_before"
    op.execute(f"ALTER TABLE {table} RENAME TO {before}")
    op.execute(
        f"CREATE TABLE {table} (LIKE {before} INCLUDING DEFAULTS INCLUDING CONSTRAINTS"
        f" INCLUDING COMMENTS INCLUDING STORAGE) PARTITION BY HASH ({key})"
    )
    options = f" WITH ({', '.join(shape.options)})" if shape.options else ""
    for place in range(PARTS):
        op.execute(
            f"CREATE TABLE {SCHEMA}.{table}_{place} PARTITION OF {table}"
            f" FOR VALUES WITH (MODULUS {PARTS}, REMAINDER {place}){options}"
        )
    op.execute(f"INSERT INTO {table} SELECT * FROM {before}")  # noqa: S608 - names of ours
    op.execute(f"DROP TABLE {before}")
    op.execute(f"ALTER TABLE {table} ADD {shape.primary_key}")
    for statement in (*shape.indexes, *shape.triggers, *shape.comments):
        _run(statement)


_KEY = """
SELECT format('CONSTRAINT %I %s', conname, pg_get_constraintdef(oid))
  FROM pg_constraint WHERE conrelid = CAST(:name AS regclass) AND contype = 'p'
"""
_INDEXES = """
SELECT pg_get_indexdef(indexrelid) FROM pg_index
 WHERE indrelid = CAST(:name AS regclass) AND NOT indisprimary ORDER BY 1
"""
_TRIGGERS = """
SELECT pg_get_triggerdef(oid) FROM pg_trigger
 WHERE tgrelid = CAST(:name AS regclass) AND NOT tgisinternal ORDER BY 1
"""
_COMMENT = """
SELECT format('COMMENT ON TABLE %I IS %L', relname, obj_description(oid))
  FROM pg_class WHERE oid = CAST(:name AS regclass) AND obj_description(oid) IS NOT NULL
"""
_OPTIONS = "SELECT unnest(reloptions) FROM pg_class WHERE oid = CAST(:name AS regclass)"
_VIEW = "SELECT pg_get_viewdef(CAST(:name AS regclass))"
# What the owner's default privileges gave others on the parts is taken back.
_OWNER_ONLY = """
DO $$ DECLARE other record; BEGIN
  FOR other IN
    SELECT DISTINCT a.grantee::regrole AS name FROM pg_class c, aclexplode(c.relacl) a
     WHERE c.relnamespace = 'shard'::regnamespace AND a.grantee NOT IN (0, c.relowner)
  LOOP
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA shard FROM %s', other.name);
    EXECUTE format('REVOKE ALL ON SCHEMA shard FROM %s', other.name);
  END LOOP;
END $$
"""


def _shape(table: str) -> Shape:
    return Shape(
        primary_key=_all(_KEY, table)[0],
        indexes=_all(_INDEXES, table),
        triggers=_all(_TRIGGERS, table),
        comments=_all(_COMMENT, table),
        options=_all(_OPTIONS, table),
    )


def _all(query: str, name: str) -> list[str]:
    return list(op.get_bind().scalars(sa.text(query), {"name": name}))


def _run(statement: str) -> None:
    """Run a statement as it is: what was found in the catalog may hold colons."""
    op.get_bind().exec_driver_sql(statement.replace("%", "%%"))
