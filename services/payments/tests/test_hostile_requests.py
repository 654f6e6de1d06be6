"""No method of the payments service fails inside, whatever a request says: ids, numbers, days.

A caller's mistake is the caller's to hear (AIP-193); INTERNAL is a defect of ours.
"""

import uuid
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.type.date_pb2 import Date

from chassis.dates import from_date
from chassis.errors import PlatformError
from chassis.grpc import contract
from chassis.grpc.interceptors.decoding import check
from chassis.ids import derived_id
from chassis.runtime import Caller, Work
from childsupport.payments.v1 import receipt_service_pb2 as receipt_pb
from payments_service.api import SERVICERS
from payments_service.service import SERVICE


def make_id(kind: str, number: int) -> str:
    if kind == "receipt":
        return f"01950000-0000-7000-8000-{number:012x}"
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{kind}/{number}"))


METHODS = [method for servicer in SERVICERS for method in contract.methods(servicer)]
NOBODY = derived_id("test", "nobody")
KNOWN = {
    "obligor_id": make_id("obligor", 1),
    "to_obligor_id": make_id("obligor", 2),
    "payee_id": make_id("obligee", 1),
    "to_payee_id": make_id("obligee", 2),
    "participant_id": make_id("obligor", 1),
    "obligee_id": make_id("obligee", 1),
    "case_id": make_id("case", 1),
    "receipt_id": make_id("receipt", 1),
}
NO_IDS = {"request_id", "card_id", "evidence_id"}
WORDS = {"request_id": "r", "cause": "nsf", "proof": "court_order", "zip_code": "40601"}
DEPTH_MAX = 4
OWN_TRANSACTION = {"VerifyLedger"}
"""Sets its isolation level, so it must come first in its transaction."""
TODAY = date(2026, 3, 6)
DAYS = (
    Date(),
    Date(year=1, month=1, day=1),
    Date(year=9999, month=12, day=31),
    Date(year=2026, month=13, day=1),
    Date(year=-5, month=2, day=30),
    Date(year=2026),
)
Path = tuple[str | int, ...]


def is_id(field: FieldDescriptor) -> bool:
    of_ids = field.name.endswith(("_id", "_ids")) and field.name not in NO_IDS
    return field.type == field.TYPE_STRING and of_ids


def filled(message: Message, depth: int = 0) -> Message:
    """Put something that fits into every field, so that a method comes to what is wrong."""
    for field in message.DESCRIPTOR.fields:
        if field.containing_oneof is not None and message.WhichOneof(field.containing_oneof.name):
            continue
        value = getattr(message, field.name)
        if field.message_type is not None:
            if depth < DEPTH_MAX:
                inner = value.add() if field.is_repeated else value
                if isinstance(inner, Date):
                    inner.CopyFrom(from_date(TODAY))
                else:
                    inner.SetInParent()
                    filled(inner, depth + 1)
        elif field.name not in {"page_token", "etag"}:
            fits = plain(field)
            value.append(fits) if field.is_repeated else setattr(message, field.name, fits)
    return message


def plain(field: FieldDescriptor) -> object:
    if is_id(field):
        return KNOWN.get(field.name.removesuffix("s"), NOBODY)
    if field.type == field.TYPE_STRING:
        return WORDS.get(field.name, "x")
    if field.type == field.TYPE_BYTES:
        return b"x"
    return field.type == field.TYPE_BOOL or 1


def wrong(field: FieldDescriptor) -> tuple[object, ...]:
    """Return what a hostile caller may write into a field."""
    if is_id(field):
        return ("", "not-an-id", "\uffff" * 40)
    if field.type == field.TYPE_STRING:
        return ("", " ", "\u0001\n\u2028%_'\\", "9" * 10_000)
    if field.type == field.TYPE_BYTES:
        return (b"", b"\x00\xff\xfe", b"101 " * 5_000)
    if field.enum_type is not None:
        return tuple(field.enum_type.values_by_number)
    if field.type == field.TYPE_BOOL:
        return (False,)
    if field.type == field.TYPE_INT64:
        return (-(2**63), -1, 0, 10**10, 2**63 - 1)
    return (-(2**31), 0, 2**31 - 1)


def places(message: Message, path: Path = ()) -> Iterator[tuple[Path, tuple[object, ...]]]:
    """Yield each field that is set, with what is wrong there."""
    for field, value in message.ListFields():
        here = (*path, field.name)
        values = enumerate(value) if field.is_repeated else [(None, value)]
        for n, item in values:
            place = here if n is None else (*here, n)
            if isinstance(item, Date):
                yield place, DAYS
            elif field.message_type is not None:
                yield from places(item, place)
            else:
                yield place, wrong(field)


def changed(message: Message, path: Path, value: object) -> Message:
    copy = type(message)()
    copy.CopyFrom(message)
    holder: object = copy
    *way, last = path
    for step in way:
        holder = holder[step] if isinstance(step, int) else getattr(holder, step)  # type: ignore[index]
    if isinstance(value, Date):
        target = holder[last] if isinstance(last, int) else getattr(holder, last)  # type: ignore[index]
        target.CopyFrom(value)
    elif isinstance(last, int):
        holder[last] = value  # type: ignore[index]
    else:
        setattr(holder, last, value)
    return copy


def requests(method: contract.Method) -> Iterator[Message]:
    """Everything empty; all that fits; and of what fits, each field wrong by itself."""
    bare, whole = method.request(), filled(method.request())
    if isinstance(whole, receipt_pb.ImportCollectionsRequest):
        whole.header.kind = receipt_pb.COLLECTION_FILE_KIND_LOTTERY
    yield bare
    yield whole
    for path, values in places(whole):
        for value in values:
            yield changed(whole, path, value)
            if len(path) == 1:
                yield changed(bare, path, value) if not isinstance(value, Date) else whole


def fails_inside(method: contract.Method, request: Message, work: Work) -> str:
    """Call a method as the server does; anything but an answer and a refusal is INTERNAL there."""
    point = work.session.begin_nested()
    try:
        check(request)
        if method.validate is not None:
            method.validate(request)
        method.answer(iter([request]) if method.client_stream else request, work)
    except PlatformError:
        return ""
    except Exception as error:  # noqa: BLE001 - whatever it is, the server would say INTERNAL
        said = str(error).splitlines()[0][:120]
        return f"{method.name}({str(request)[:200]!r}): {type(error).__name__} {said}"
    finally:
        point.rollback()
    return ""


@pytest.fixture
def busy(world, runtime_for: Callable[..., object]):
    """A world with a posted receipt, a payee with an account, and a gateway."""
    world.runtime = runtime_for(SERVICE, payment_gateway="sandbox")
    people = [world.participant(n, kind=kind) for n in (1, 2) for kind in ("obligor", "obligee")]
    world.participants(*people)
    world.cases(*(world.case(n, obligations=[world.obligation(n, 60_000)]) for n in (1, 2)))
    world.take(*world.pages([world.line(1, 10_000, obligor=1)]))
    world.settle()
    return world


@pytest.mark.timeout(120)
def test_a_request_that_makes_no_sense_is_the_callers_mistake(busy):
    failures = []
    for method in METHODS:
        if method.name in OWN_TRANSACTION:
            continue
        with busy.runtime.work(Caller("worker-1", frozenset({"payments.fti.read"}))) as work:
            asked = requests(method)
            failures += [said for one in asked if (said := fails_inside(method, one, work))]
            work.session.rollback()
    assert failures == [], "\n".join(failures)
