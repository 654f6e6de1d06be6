"""A transaction of its own beside a call's: what must stand though the call is refused."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session


@contextmanager
def apart(session: Session) -> Iterator[Session]:
    """Open another transaction on the same database; it commits at the end."""
    with Session(session.get_bind()) as other, other.begin():
        yield other
