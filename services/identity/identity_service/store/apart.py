"""A transaction of its own beside a call's: what must stand though the call is refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from chassis import db

_beside: WeakKeyDictionary[Engine, Engine] = WeakKeyDictionary()


@contextmanager
def apart(session: Session) -> Iterator[Session]:
    """Open another transaction on the same database; it commits at the end."""
    engine = session.get_bind().engine
    beside = _beside.get(engine) or _beside.setdefault(engine, db.unpooled(engine.url))
    with Session(beside) as other, other.begin():
        yield other
