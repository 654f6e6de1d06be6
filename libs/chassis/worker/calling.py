"""Calling a method of the hosted class through nameko: its turn, its life cycle, its result."""

from typing import Any

from eventlet.event import Event
from nameko.containers import ServiceContainer


def call(container: ServiceContainer, entrypoint: Any, *args: Any) -> Any:
    """Have nameko run an entrypoint's method; wait for its turn and its result."""
    done = Event()

    def handle_result(_context: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
        done.send((result, exc_info))
        return result, exc_info

    container.spawn_worker(entrypoint, args, {}, handle_result=handle_result)
    result, exc_info = done.wait()
    if exc_info:
        raise exc_info[1]
    return result
