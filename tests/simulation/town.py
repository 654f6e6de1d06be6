"""A town for simulations: the platform under a clock that its owner moves, and who calls it."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import descriptor_pool, json_format, message_factory
from google.protobuf.message import Message

from chassis.clock import SteppedClock
from chassis.grpc.client import TokenSource, channel
from chassis.ids import new_id
from childsupport.case.v1 import document_service_pb2 as document_pb
from childsupport.case.v1.document_service_pb2_grpc import DocumentPartyServiceStub
from childsupport.identity.v1.identity_service_pb2 import CreateClientRequest
from launcher.clients import Clients
from launcher.embedded import EmbeddedPlatform

PACKAGE = "childsupport.case.v1"
CALL_SECONDS = 60
SETTLE_SECONDS = 120
STRIDE = timedelta(days=7)
"""Between visits the jobs run once a week: what they missed they must catch up with."""
MORNING = timedelta(hours=14)
"""Nine in the morning in Kentucky, in UTC, in winter."""


@dataclass
class Town:
    """The platform and its clock; people call it by name."""

    platform: EmbeddedPlatform
    clock: SteppedClock
    secrets: dict[str, str] = field(default_factory=dict)

    def today(self) -> date:
        return self.clock.today()

    def hire(self, name: str, *scopes: str) -> None:
        """Give somebody a client of his own."""
        clients = Clients(self.platform.addresses, self.platform.administrator)
        try:
            made = clients.clients.CreateClient(
                CreateClientRequest(
                    request_id=str(uuid.uuid4()), client_id=name, display_name=name, scopes=scopes
                ),
                timeout=CALL_SECONDS,
            )
        finally:
            clients.close()
        self.secrets[name] = made.client_secret

    def go_to(self, day: date) -> None:
        """Let the days pass, and the services do their work by the calendar.

        A month is charged only after what ended before it is known to payments: the order of jobs
        that docs/operations.md gives.
        """
        jobs = [job.name for job in self.platform.runtimes["case"].service.jobs]
        while self.today() < day:
            month = self.today().month
            self.clock.advance(min(STRIDE, day - self.today()))
            for name in jobs:
                self.platform.run_job("case", name, self.today())
            if self.today().month != month:
                self.platform.settle(SETTLE_SECONDS)
            for service, name in (("payments", "charge"), ("enforcement", "screen")):
                self.platform.run_job(service, name, self.today())
        self.platform.settle(SETTLE_SECONDS)

    def ask(self, who: str, method: str, /, **given: Any) -> Any:
        """Call `Service.Method` of the case service as somebody; the rest is its request."""
        service, _, name = method.partition(".")
        found = descriptor_pool.Default().FindServiceByName(f"{PACKAGE}.{service}")
        called = found.methods_by_name[name]
        if "request_id" in called.input_type.fields_by_name:
            given.setdefault("request_id", new_id())
        request = message_factory.GetMessageClass(called.input_type)()
        json_format.ParseDict(plain(given), request)
        answer = message_factory.GetMessageClass(called.output_type)
        with self._channel(who) as opened:
            call = opened.unary_unary(
                f"/{PACKAGE}.{service}/{name}",
                request_serializer=request.__class__.SerializeToString,
                response_deserializer=answer.FromString,
            )
            return call(request, timeout=CALL_SECONDS)

    def hand_in(self, who: str, content: bytes, **header: Any) -> document_pb.Document:
        """Upload a document as a parent does."""
        first = document_pb.UploadMyDocumentRequest()
        json_format.ParseDict(plain({"header": {"request_id": new_id(), **header}}), first)
        parts = [document_pb.UploadMyDocumentRequest(chunk=content)]
        with self._channel(who) as opened:
            stub = DocumentPartyServiceStub(opened)
            return stub.UploadMyDocument(iter([first, *parts]), timeout=CALL_SECONDS).document

    @contextmanager
    def _channel(self, who: str) -> Iterator[grpc.Channel]:
        """A channel for each call: a token that was good yesterday is not after a year."""
        addresses = self.platform.addresses
        identity = channel(addresses.grpc["identity"])
        tokens = TokenSource(who, self.secrets[who], identity)
        opened = channel(addresses.grpc["case"], tokens=tokens)
        try:
            yield opened
        finally:
            opened.close()
            identity.close()


def plain(value: Any) -> Any:
    """Return a value as JSON's mapping of protobuf has it."""
    if isinstance(value, date):
        return {"year": value.year, "month": value.month, "day": value.day}
    if isinstance(value, Message):
        return json_format.MessageToDict(value, preserving_proto_field_name=True)
    if isinstance(value, Mapping):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value


@contextmanager
def town(root: Path, first_day: date) -> Iterator[Town]:
    """Open the platform on the morning of a day."""
    clock = SteppedClock(
        datetime(first_day.year, first_day.month, first_day.day, tzinfo=UTC) + MORNING
    )
    with EmbeddedPlatform(root, clock=clock) as platform:
        yield Town(platform, clock)
