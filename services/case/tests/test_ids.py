"""No method of the case service fails inside over an id that is missing or is none."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from conftest import CASE, OBLIGEE, OBLIGOR
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.type.date_pb2 import Date

from case_service.api import SERVICERS
from case_service.api.imports import CaseImports
from case_service.api.orders import OrderWrites
from case_service.service import SERVICE
from chassis.dates import from_date
from chassis.errors import PlatformError
from chassis.grpc import contract
from chassis.ids import derived_id
from chassis.runtime import Caller, Runtime, Work
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import order_service_pb2 as order_pb

METHODS = [method for servicer in SERVICERS for method in contract.methods(servicer)]
KNOWN = {
    "case_id": CASE,
    "participant_id": OBLIGOR,
    "obligor_id": OBLIGOR,
    "obligee_id": OBLIGEE,
    "order_id": derived_id("test", "order"),
    "obligation_id": derived_id("test", "obligation"),
}
NOBODY = derived_id("test", "nobody")
ELSEWHERE = {"request_id": "r"}
DEPTH_MAX = 4
Path = tuple[str | int, ...]


def is_id(field: FieldDescriptor) -> bool:
    of_ids = field.name.endswith(("_id", "_ids")) or field.name == "confirm_not_duplicate_of"
    return field.type == field.TYPE_STRING and of_ids and field.name not in ELSEWHERE


def filled(message: Message, depth: int = 0) -> Message:
    """Put something that fits into every field, so that a method comes to its ids."""
    for field in message.DESCRIPTOR.fields:
        if field.containing_oneof is not None and message.WhichOneof(field.containing_oneof.name):
            continue
        value = getattr(message, field.name)
        if field.message_type is not None:
            if depth < DEPTH_MAX and not field.message_type.GetOptions().map_entry:
                inner = value.add() if field.is_repeated else value
                if isinstance(inner, Date):
                    inner.CopyFrom(from_date(date(2026, 3, 2)))
                else:
                    inner.SetInParent()
                    filled(inner, depth + 1)
        elif field.name in {"page_token", "etag"}:
            continue
        else:
            fits = plain(field)
            value.append(fits) if field.is_repeated else setattr(message, field.name, fits)
    return message


def plain(field: FieldDescriptor) -> object:
    if is_id(field):
        return KNOWN.get(field.name.removesuffix("s"), NOBODY)
    if field.type == field.TYPE_STRING:
        return ELSEWHERE.get(field.name, "x")
    if field.type == field.TYPE_BYTES:
        return b"x"
    return field.type == field.TYPE_BOOL or 1


def ids_in(message: Message, path: Path = ()) -> Iterator[Path]:
    for field, value in message.ListFields():
        if is_id(field):
            yield (*path, field.name, 0) if field.is_repeated else (*path, field.name)
        elif field.message_type is not None and not field.message_type.GetOptions().map_entry:
            if field.is_repeated:
                for n, item in enumerate(value):
                    yield from ids_in(item, (*path, field.name, n))
            else:
                yield from ids_in(value, (*path, field.name))


def changed(message: Message, path: Path, value: str) -> Message:
    copy = type(message)()
    copy.CopyFrom(message)
    holder: object = copy
    *way, last = path
    for step in way:
        holder = holder[step] if isinstance(step, int) else getattr(holder, step)  # type: ignore[index]
    if isinstance(last, int):
        holder[last] = value  # type: ignore[index]
    else:
        setattr(holder, last, value)
    return copy


def requests(method: contract.Method) -> Iterator[Message]:
    """Everything empty; everything wrong; and of what fits, each id wrong or missing by itself."""
    bare, whole = method.request(), filled(method.request())
    yield bare
    yield whole
    wrong = whole
    for path in ids_in(whole):
        wrong = changed(wrong, path, "not-an-id")
        for value in ("", "not-an-id"):
            yield changed(whole, path, value)
            if len(path) == 1:
                yield changed(bare, path, value)
    yield wrong


def fails_inside(method: contract.Method, request: Message, work: Work) -> str:
    """Call a method as the server does; anything but an answer and a refusal is INTERNAL there."""
    point = work.session.begin_nested()
    try:
        if method.validate is not None:
            method.validate(request)
        method.answer(iter([request]) if method.client_stream else request, work)
    except PlatformError:
        return ""
    except Exception as error:  # noqa: BLE001 - whatever it is, the server would say INTERNAL
        said = str(error).splitlines()[0][:120]
        return f"{method.name}({str(request)[:300]!r}): {type(error).__name__} {said}"
    finally:
        point.rollback()
    return ""


@pytest.mark.timeout(120)
def test_a_missing_or_malformed_id_is_the_callers_mistake(
    runtime_for: Callable[..., Runtime], page: case_pb.ImportCasesRequest
) -> None:
    runtime = runtime_for(SERVICE)
    with runtime.work() as work:
        CaseImports().ImportCases(iter([page]), work)
    failures = []
    for method in METHODS:
        with runtime.work(Caller("worker-1", frozenset({"case.read"}))) as work:
            asked = requests(method)
            failures += [said for one in asked if (said := fails_inside(method, one, work))]
            work.session.rollback()
    assert failures == [], "\n".join(failures)


def test_what_is_new_may_come_without_an_id_and_what_is_changed_may_not() -> None:
    """RecordOrderRequest.order_id: empty, it gets one."""
    OrderWrites.validators["RecordOrder"](order_pb.RecordOrderRequest(case_id=CASE))
    with pytest.raises(PlatformError, match="order_id"):
        OrderWrites.validators["ModifyOrder"](order_pb.ModifyOrderRequest())
