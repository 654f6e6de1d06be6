"""Ninth link: the rules that a method itself has for its request."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

from google.protobuf.message import Message

from chassis.grpc.interceptors.call import Call, Proceed


def validation(proceed: Proceed, call: Call) -> bytes:
    """Refuse a request that breaks one; a stream's messages are held to them as they are read."""
    rules = call.method.validate
    if rules is None or call.first is None:
        return proceed(call)
    rules(call.first)
    if not isinstance(call.raw, bytes):
        rest = iter(call.request)
        call.request = chain([next(rest)], _held(rules, rest))
    return proceed(call)


def _held(rules: Callable[[Any], None], messages: Iterable[Message]) -> Iterator[Message]:
    for message in messages:
        rules(message)
        yield message
