"""`childsupport parked`: what no handler could take, seen and sent home from a terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from chassis import parked
from chassis.runtime import Runtime
from launcher.registry import service_named
from launcher.roles import settings_of

ALL = "all"
PIPED_WIDTH = 240
"""Columns of what no terminal shows."""


def print_list(service: str) -> None:
    """Print the parked messages of a service, the oldest of a queue first."""
    with _messages(service) as messages:
        found = messages.list(service)
    # An id is copied from here into the next command: it stays in one piece.
    whole = Column("Id", no_wrap=True, min_width=max((len(one.id) for one in found), default=0))
    table = Table(whole, "Type", "About", "Attempts", "First failed", "Reason")
    for one in found:
        failed = one.first_failed_at.isoformat(timespec="seconds") if one.first_failed_at else ""
        table.add_row(one.id, one.type, one.subject, str(one.attempts), failed, escape(one.error))
    console = Console(highlight=False, width=None if sys.stdout.isatty() else PIPED_WIDTH)
    console.print(table if found else f"{service}: nothing is parked")


def print_one(service: str, message_id: str) -> None:
    """Print one parked message with its content; classified fields are masked."""
    with _messages(service) as messages:
        one = messages.show(message_id)
    console = Console(highlight=False, soft_wrap=True)
    for name in ("id", "queue", "type", "event_id", "subject", "attempts", "first_failed_at"):
        console.print(f"{name:<16}{getattr(one, name)}", markup=False)
    console.print(f"{'error':<16}{one.error}\n", markup=False)
    console.print(one.body, markup=False)


def replay(service: str, message_id: str) -> int:
    """Send one message, or all, back to the queue that it came from; returns how many went."""
    with _messages(service) as messages:
        return messages.replay_all(service) if message_id == ALL else messages.replay(message_id)


@contextmanager
def _messages(service: str) -> Iterator[parked.ParkedMessages]:
    runtime = Runtime(service_named(service), settings_of(service))
    try:
        with parked.open_parked([runtime]) as messages:
            yield messages
    finally:
        runtime.close()
