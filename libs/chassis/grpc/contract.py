"""The contract as the server reads it: each method with its policy, checked before serving."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from google.protobuf import descriptor_pool
from google.protobuf.descriptor import (
    Descriptor,
    FieldDescriptor,
    MethodDescriptor,
    ServiceDescriptor,
)
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

import childsupport
from chassis.service import Servicer
from childsupport.common.v1.annotations_pb2 import (
    DataClass,
    Idempotency,
    MethodPolicy,
    data_class,
    policy,
)

ANY_PARTY = "party.any"
"""Scope of a client that may speak for any party: a system of the agency, never a portal."""
WORKER_ONLY = "worker.only"
"""Scope of a client that calls for workers alone; by itself it keeps their sessions, no more."""
WORKER_SESSIONS = "identity.console"
_PARTY_SCOPE = ".party"


class ContractError(Exception):
    """A server whose methods and contract do not fit. Says everything that is wrong."""


@dataclass(frozen=True, slots=True)
class Method:
    """A method of the contract with its policy and the function that answers it."""

    service: str
    name: str
    request: type[Message]
    response: type[Message]
    client_stream: bool
    scope: str
    party_field: str
    """The request's field that names the party who asks; empty when the method serves none."""
    public: bool
    audited: bool
    idempotency: Idempotency.ValueType
    deadline_ms: int
    """Deadline of a call without one; 0 means the platform's default."""
    answer: Callable[[Any, Any], Message]
    validate: Callable[[Any], None] | None

    @property
    def full_name(self) -> str:
        """Name in logs, metrics and audit records."""
        return f"{self.service}/{self.name}"

    @property
    def read_only(self) -> bool:
        """True when the method changes nothing."""
        return self.idempotency == Idempotency.IDEMPOTENCY_READ_ONLY


@cache
def services() -> tuple[ServiceDescriptor, ...]:
    """Import every stub and return all services of the contract."""
    found: list[ServiceDescriptor] = []
    for module in pkgutil.walk_packages(childsupport.__path__, "childsupport."):
        if module.name.endswith("_pb2"):
            file = importlib.import_module(module.name).DESCRIPTOR
            found.extend(file.services_by_name.values())
    return tuple(found)


@cache
def scopes() -> frozenset[str]:
    """Return every scope that a method of the contract asks for: the closed list."""
    named = (policy_of(method).scope for service in services() for method in service.methods)
    return frozenset(scope for scope in named if scope) | {ANY_PARTY, WORKER_ONLY}


def policy_of(method: MethodDescriptor) -> MethodPolicy:
    """Return the policy of a method; without one, an empty policy."""
    return method.GetOptions().Extensions[policy]


def methods(servicer: Servicer) -> tuple[Method, ...]:
    """Return the methods of a servicer. Raises ContractError naming all that does not fit."""
    services()
    try:
        descriptor = descriptor_pool.Default().FindServiceByName(servicer.name)
    except KeyError:
        raise ContractError(f"{servicer.name}: no contract has this service") from None
    wrong = [problem for m in descriptor.methods for problem in _problems(servicer, m)]
    wrong += [
        f"{servicer.name}/{name}: implemented, but not in the contract"
        for name in dir(servicer.implementation)
        if name[0].isupper() and name not in descriptor.methods_by_name
    ]
    if wrong:
        raise ContractError("; ".join(wrong))
    return tuple(_method(servicer, method) for method in descriptor.methods)


def _method(servicer: Servicer, method: MethodDescriptor) -> Method:
    said = policy_of(method)
    validators = getattr(servicer.implementation, "validators", {})
    return Method(
        service=servicer.name,
        name=method.name,
        request=GetMessageClass(method.input_type),
        response=GetMessageClass(method.output_type),
        client_stream=method.client_streaming,
        scope=said.scope,
        party_field=said.party_field,
        public=said.public,
        audited=said.audited,
        idempotency=said.idempotency,
        deadline_ms=said.deadline_ms,
        answer=getattr(servicer.implementation, method.name),
        validate=validators.get(method.name),
    )


def _problems(servicer: Servicer, method: MethodDescriptor) -> Iterator[str]:
    name = f"{servicer.name}/{method.name}"
    if not callable(getattr(servicer.implementation, method.name, None)):
        yield f"{name}: not implemented by {type(servicer.implementation).__name__}"
    if not method.GetOptions().HasExtension(policy):
        yield f"{name}: the contract gives it no policy"
        return
    said = policy_of(method)
    by_request_id = said.idempotency == Idempotency.IDEMPOTENCY_REQUEST_ID
    if said.idempotency == Idempotency.IDEMPOTENCY_UNSPECIFIED:
        yield f"{name}: its policy does not say what a repeated call does (idempotency)"
    if said.public and said.scope:
        yield f"{name}: public, and yet its policy asks for the scope {said.scope}"
    if not said.public and not said.scope:
        yield f"{name}: not public, and yet its policy asks for no scope"
    if said.scope.endswith(_PARTY_SCOPE) != bool(said.party_field):
        yield f"{name}: a scope that ends in {_PARTY_SCOPE} and a party_field go together"
    if said.party_field and not _leads_to_text(method.input_type, said.party_field):
        yield f"{name}: its request has no text field {said.party_field}"
    if said.public and by_request_id:
        yield f"{name}: public, so one caller's request_id could fetch another's answer"
    if by_request_id and "request_id" not in method.input_type.fields_by_name:
        yield f"{name}: its request has no request_id"
    if method.server_streaming or (method.client_streaming and by_request_id):
        yield f"{name}: the server carries client streams only, not by request_id"
    if not said.audited and (carried := personal(method.input_type) | personal(method.output_type)):
        yield f"{name}: not audited, yet it carries personal data ({', '.join(sorted(carried))})"


def _leads_to_text(message: Descriptor, path: str) -> bool:
    first, _, rest = path.partition(".")
    field = message.fields_by_name.get(first)
    if field is None or field.is_repeated:
        return False
    if rest:
        return field.message_type is not None and _leads_to_text(field.message_type, rest)
    return bool(field.type == FieldDescriptor.TYPE_STRING)


def personal(message: Descriptor, seen: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return the fields of a message, nested ones too, that carry a class of personal data."""
    if message.full_name in seen:
        return frozenset()
    below = seen | {message.full_name}
    found: set[str] = set()
    for field in message.fields:
        if field.GetOptions().Extensions[data_class] != DataClass.DATA_CLASS_UNSPECIFIED:
            found.add(field.full_name)
        elif field.message_type is not None:
            found |= personal(field.message_type, below)
    return frozenset(found)
