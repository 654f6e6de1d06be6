"""The chain that every call goes through: its links in their one fixed order."""

from collections.abc import Sequence
from functools import partial, reduce

from chassis.grpc.interceptors.audit import audit
from chassis.grpc.interceptors.call import Call, Link, Proceed
from chassis.grpc.interceptors.caller import caller
from chassis.grpc.interceptors.deadline import deadline
from chassis.grpc.interceptors.decoding import decoding
from chassis.grpc.interceptors.errors import errors
from chassis.grpc.interceptors.idempotency import idempotency
from chassis.grpc.interceptors.party import party
from chassis.grpc.interceptors.scope import scope
from chassis.grpc.interceptors.session import session
from chassis.grpc.interceptors.telemetry import telemetry
from chassis.grpc.interceptors.validation import validation

CHAIN: tuple[Link, ...] = (
    errors,
    telemetry,
    deadline,
    caller,
    audit,
    scope,
    decoding,
    party,
    validation,
    session,
    idempotency,
)
"""Outermost first. `audit` records refusals; `session` records what is done, with the effect."""


def answer(call: Call) -> bytes:
    """Call the method; the innermost of the chain."""
    response = call.method.answer(call.request, call.work)
    if not isinstance(response, call.method.response):
        raise TypeError(
            f"{call.method.full_name} answered {type(response).__name__},"
            f" the contract says {call.method.response.__name__}"
        )
    return response.SerializeToString()


def compose(links: Sequence[Link], innermost: Proceed) -> Proceed:
    """Return the function that takes a call through the links, the first outermost."""
    return reduce(lambda proceed, link: partial(link, proceed), reversed(links), innermost)
