"""A contract for tests, made at run time: one method of each kind."""

from google.protobuf import descriptor_pb2 as d
from google.protobuf import descriptor_pool
from google.protobuf.message_factory import GetMessageClass

from childsupport.common.v1 import annotations_pb2 as a

PACKAGE = "chassis.probe.v1"
SERVICE = f"{PACKAGE}.ProbeService"

_F = d.FieldDescriptorProto
_REPEATED = _F.LABEL_REPEATED


def _field(name, number, kind=_F.TYPE_STRING, *, data_class=0, type_name="", label=1):
    field = _F(name=name, number=number, type=kind, label=label, json_name=name)
    if type_name:
        field.type_name = f".{PACKAGE}.{type_name}"
    if data_class:
        field.options.Extensions[a.data_class] = data_class
    return field


def _message(name, *fields):
    return d.DescriptorProto(name=name, field=fields)


def rpc(name, request, response, *, streams=False, answers=False, **policy):
    """Return a method; without a policy it has no such option."""
    method = d.MethodDescriptorProto(
        name=name,
        input_type=f".{PACKAGE}.{request}",
        output_type=f".{PACKAGE}.{response}",
        client_streaming=streams,
        server_streaming=answers,
    )
    if policy:
        method.options.Extensions[a.policy].CopyFrom(a.MethodPolicy(**policy))
    return method


_READ, _BY_ID, _NATURAL = (
    a.IDEMPOTENCY_READ_ONLY,
    a.IDEMPOTENCY_REQUEST_ID,
    a.IDEMPOTENCY_NATURAL,
)

MESSAGES = (
    _message(
        "Person",
        _field("person_id", 1),
        _field("person_number", 2, data_class=a.DATA_CLASS_PERSONAL),
        _field("ssn", 3, data_class=a.DATA_CLASS_SECRET),
        _field("account_number", 4, data_class=a.DATA_CLASS_SECRET),
        _field("phone_number", 5, data_class=a.DATA_CLASS_LOCATION),
    ),
    _message("PeekRequest", _field("note_id", 1), _field("page_size", 2, _F.TYPE_INT32)),
    _message(
        "NoteRequest",
        _field("request_id", 1),
        _field("note_id", 2),
        _field("text", 3),
        _field("page_size", 4, _F.TYPE_INT32),
        _field("kind", 5, _F.TYPE_ENUM, type_name="Kind"),
        _field("chunk", 6, _F.TYPE_BYTES),
        _field("people", 7, _F.TYPE_MESSAGE, type_name="Person", label=_REPEATED),
    ),
    _message("Note", _field("text", 1), _field("count", 2, _F.TYPE_INT64)),
    _message("Secretive", _field("ssn", 1, data_class=a.DATA_CLASS_SECRET)),
)

METHODS = (
    rpc("Ping", "PeekRequest", "Note", public=True, idempotency=_READ),
    rpc("Peek", "PeekRequest", "Note", scope="probe.read", idempotency=_READ),
    rpc("GetNote", "NoteRequest", "Note", scope="probe.read", idempotency=_READ, audited=True),
    rpc("Create", "NoteRequest", "Note", scope="probe.write", idempotency=_BY_ID, audited=True),
    rpc("Touch", "PeekRequest", "Note", scope="probe.write", idempotency=_NATURAL),
    rpc(
        "Quick",
        "PeekRequest",
        "Note",
        scope="probe.read",
        idempotency=_NATURAL,
        deadline_ms=1_000,
    ),
    rpc(
        "Upload",
        "NoteRequest",
        "Note",
        streams=True,
        scope="probe.write",
        idempotency=_NATURAL,
        deadline_ms=600,
        audited=True,
    ),
)


def add_service(file_name, service_name, methods, *, messages=(), dependency=()):
    """Add a file with one service to the pool."""
    file = d.FileDescriptorProto(
        name=file_name,
        package=PACKAGE,
        syntax="proto3",
        dependency=["childsupport/common/v1/annotations.proto", *dependency],
        message_type=messages,
        service=[d.ServiceDescriptorProto(name=service_name, method=methods)],
    )
    if messages:
        values = [
            d.EnumValueDescriptorProto(name=f"KIND_{name}", number=number)
            for number, name in enumerate(("UNSPECIFIED", "PLAIN"))
        ]
        file.enum_type.append(d.EnumDescriptorProto(name="Kind", value=values))
    descriptor_pool.Default().AddSerializedFile(file.SerializeToString())


def message(name):
    found = descriptor_pool.Default().FindMessageTypeByName(f"{PACKAGE}.{name}")
    return GetMessageClass(found)


PROBE_FILE = "chassis/probe/v1/probe.proto"
add_service(PROBE_FILE, "ProbeService", METHODS, messages=MESSAGES)

Person = message("Person")
PeekRequest = message("PeekRequest")
NoteRequest = message("NoteRequest")
Note = message("Note")
