"""Making a process green: eventlet's patches, and psycopg waiting in a way that lets others run.

grpcio does not live with the patches (its server is mute, its client stops the hub): a worker is
always a process of its own, and serves no gRPC.
"""

import importlib
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

BRIEFLY_MS = 1
"""How long a statement is waited for on the spot: most are answered by then, and a turn through the
hub and back costs more than that."""
TURN_SECONDS = 0.05
"""How long statements may follow each other on the spot before the others get a turn."""

_done = False


def patch() -> None:
    """Patch this process. Best the first thing it does; a second call changes nothing."""
    global _done  # noqa: PLW0603 - patching is a fact about the process
    if _done:
        return
    _done = True
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"\s*Eventlet is")
        import eventlet  # noqa: PLC0415 - not before a process asks to be patched
        from eventlet.patcher import original  # noqa: PLC0415

        eventlet.monkey_patch()
    plain_select = original("select")
    import select  # noqa: PLC0415 - the patched one

    select.select = _at_once(plain_select.select, select.select)
    if server := sys.modules.get("socketserver"):
        # It chose its poll when it was imported, which would stop the whole process while it waits.
        server._ServerSelector = sys.modules["selectors"].SelectSelector  # type: ignore[attr-defined] # noqa: SLF001
    if known := sys.modules.get("psycopg.waiting"):
        importlib.reload(known)
    from psycopg import waiting  # noqa: PLC0415 - it looks at `select` when it is imported

    # The wait written in C blocks the whole process, and so deadlocks two handlers on one row.
    waiting.wait = _brief_wait(plain_select, waiting.wait_select, eventlet.sleep)


def _at_once(plain: Callable[..., Any], green: Callable[..., Any]) -> Callable[..., Any]:
    """A select that asks the system itself when it is not to wait: that blocks nobody."""

    def select(
        readers: Any, writers: Any, errors: Any, timeout: float | None = None
    ) -> tuple[list[Any], list[Any], list[Any]]:
        chosen = plain if timeout == 0 else green
        found: tuple[list[Any], list[Any], list[Any]] = chosen(readers, writers, errors, timeout)
        return found

    return select


def _brief_wait(
    plain_select: Any, wait_select: Callable[..., Any], sleep: Callable[[], None]
) -> Callable[..., Any]:
    """The `wait_select` of psycopg (green in this process) after a brief wait on the spot."""
    turned = time.monotonic()

    def wait(
        generator: Any, descriptor: int, interval: float = 0.0, timeout: float | None = None
    ) -> Any:
        nonlocal turned
        if time.monotonic() - turned > TURN_SECONDS:
            turned = time.monotonic()
            sleep()
        poll = plain_select.poll()
        try:
            wanted = next(generator)
            while True:
                poll.register(descriptor, _events(plain_select, wanted))
                found = poll.poll(BRIEFLY_MS)
                if not found:
                    return wait_select(_resumed(generator, wanted), descriptor, interval, timeout)
                wanted = generator.send(_ready(plain_select, found[0][1], wanted))
        except StopIteration as finished:
            return finished.value

    return wait


def _resumed(generator: Any, wanted: Any) -> Any:
    """Go on with a generator of psycopg's that has said what it waits for."""
    while True:
        ready = yield wanted
        try:
            wanted = generator.send(ready)
        except StopIteration as finished:
            return finished.value


def _events(select: Any, wanted: int) -> int:
    """Return what psycopg waits for, 1 (read) and 2 (write), as events of poll."""
    return (select.POLLIN if wanted & 1 else 0) | (select.POLLOUT if wanted & 2 else 0)


def _ready(select: Any, events: int, wanted: int) -> int:
    """Return events of poll as psycopg knows them; an error is ready for all: it will be found."""
    ready = (1 if events & select.POLLIN else 0) | (2 if events & select.POLLOUT else 0)
    return ready or wanted
