"""Hearing of new outbox rows: LISTEN on a connection of its own, in a thread of its own."""

import threading
from collections.abc import Callable

import psycopg
import structlog
from sqlalchemy import make_url

from chassis.backoff import Backoff
from chassis.base_tables import OUTBOX_CHANNEL
from chassis.delivery import describe

_log = structlog.get_logger()

SLICE_SECONDS = 0.25
"""How long a wait lasts before it looks whether it should stop."""
STANDBY_SECONDS = 1.0
CONNECT_SECONDS = 5
KEEPALIVE_SECONDS = 15
RELAY_LOCK = 7_203_116


def connect(url: str) -> psycopg.Connection:
    """Open a connection outside the pool, autocommit, that notices when the server is gone."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(
        plain,
        autocommit=True,
        connect_timeout=CONNECT_SECONDS,
        keepalives_idle=KEEPALIVE_SECONDS,
        keepalives_interval=KEEPALIVE_SECONDS,
        keepalives_count=2,
    )


class OutboxListener:
    """Calls `on_news` when a transaction with events commits; survives loss of the database.

    With `exclusive` only one listener per database is active at a time (an advisory lock, held by
    the connection that listens); the others stand by and take over within a second of its loss.
    """

    def __init__(self, url: str, on_news: Callable[[], None], *, exclusive: bool) -> None:
        """Take the database's address and whom to tell."""
        self._url = url
        self._on_news = on_news
        self._exclusive = exclusive
        self._stop = threading.Event()
        self.active = threading.Event()
        """Set while this listener listens (and, if exclusive, is the one)."""
        self._thread = threading.Thread(target=self._run, name="outbox-listener", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and give the lock up."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        backoff = Backoff()
        while not self._stop.is_set():
            try:
                with connect(self._url) as connection:
                    if self._exclusive and not self._lock(connection):
                        return
                    connection.execute(f"LISTEN {OUTBOX_CHANNEL}")
                    backoff.reset()
                    self.active.set()
                    # What was committed before LISTEN is announced to nobody.
                    self._on_news()
                    self._listen(connection)
            except psycopg.Error as error:
                wait = backoff.next()
                _log.warning("outbox_listener_lost", error=describe(error), retry_seconds=wait)
                self.active.clear()
                self._stop.wait(wait)
            finally:
                self.active.clear()

    def _lock(self, connection: psycopg.Connection) -> bool:
        """Wait for the lock; False when told to stop before."""
        while not self._stop.is_set():
            row = connection.execute("SELECT pg_try_advisory_lock(%s)", [RELAY_LOCK]).fetchone()
            if row and row[0]:
                return True
            self._stop.wait(STANDBY_SECONDS)
        return False

    def _listen(self, connection: psycopg.Connection) -> None:
        while not self._stop.is_set():
            for _ in connection.notifies(timeout=SLICE_SECONDS, stop_after=1):
                self._on_news()
