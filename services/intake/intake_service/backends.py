"""The services behind the door. Calls block, so they run in threads; the loop goes on."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import anyio.to_thread
import grpc
from anyio import CapacityLimiter
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub

from chassis.errors import PlatformError
from chassis.grpc.client import channel
from chassis.tracing import continue_trace
from childsupport.identity.v1 import identity_service_pb2 as identity_pb
from childsupport.identity.v1.identity_service_pb2_grpc import TokenServiceStub
from childsupport.withholding.v1 import withholding_service_pb2 as pb
from childsupport.withholding.v1.withholding_service_pb2_grpc import (
    RemittanceReadServiceStub,
    RemittanceServiceStub,
)
from intake_service.settings import IntakeSettings

MAX_UPLOADS = 16
MAX_CALLS = 32
UPLOAD_TIMEOUT_S = 590.0
"""A little less than withholding grants, so that its own answer arrives."""
READ_TIMEOUT_S = 10.0
PROBE_TIMEOUT_S = 1.0

T = TypeVar("T")


class Backends:
    """Channels to withholding and identity; a caller's own token goes with each call."""

    def __init__(self, settings: IntakeSettings) -> None:
        """Open the channels; they connect on first use. Raises ValueError for a missing target."""
        targets = {
            "withholding": settings.withholding_grpc_target,
            "identity": settings.identity_grpc_target,
        }
        missing = [name for name, target in targets.items() if not target]
        if missing:
            name = f"{missing[0]}_grpc_target".upper()
            raise ValueError(f"{name}: read nothing, expected an address")
        self._channels = {name: channel(target, settings) for name, target in targets.items()}
        self._remittances = RemittanceServiceStub(self._channels["withholding"])
        self._reads = RemittanceReadServiceStub(self._channels["withholding"])
        self._tokens = TokenServiceStub(self._channels["identity"])
        self._uploads = CapacityLimiter(MAX_UPLOADS)
        self._calls = CapacityLimiter(MAX_CALLS)

    def close(self) -> None:
        """Close the channels."""
        for opened in self._channels.values():
            opened.close()

    async def submit(
        self, messages: Iterator[pb.SubmitRemittanceFileRequest], who: "Credentials"
    ) -> pb.Submission:
        """Hand a file to withholding. Raises PlatformError."""

        def call() -> pb.Submission:
            answer = self._remittances.SubmitRemittanceFile(
                messages, timeout=UPLOAD_TIMEOUT_S, metadata=who.metadata
            )
            return answer.submission

        return await self._in_thread(call, who, self._uploads)

    async def submission(self, submission_id: str, who: "Credentials") -> pb.Submission:
        """Read a submission. Raises PlatformError."""
        request = pb.GetSubmissionRequest(submission_id=submission_id)

        def call() -> pb.Submission:
            answer = self._reads.GetSubmission(
                request, timeout=READ_TIMEOUT_S, metadata=who.metadata
            )
            return answer.submission

        return await self._in_thread(call, who, self._calls)

    async def lines(
        self, request: pb.ListSubmissionLinesRequest, who: "Credentials"
    ) -> pb.ListSubmissionLinesResponse:
        """Read a page of lines. Raises PlatformError."""

        def call() -> pb.ListSubmissionLinesResponse:
            return self._reads.ListSubmissionLines(
                request, timeout=READ_TIMEOUT_S, metadata=who.metadata
            )

        return await self._in_thread(call, who, self._calls)

    async def token(
        self, request: identity_pb.IssueTokenRequest, who: "Credentials"
    ) -> identity_pb.IssueTokenResponse:
        """Get a token from identity. Raises PlatformError."""

        def call() -> identity_pb.IssueTokenResponse:
            return self._tokens.IssueToken(request, timeout=READ_TIMEOUT_S)

        return await self._in_thread(call, who, self._calls)

    async def away(self) -> list[str]:
        """Return the services that do not say that they serve."""

        def ask() -> list[str]:
            return [name for name, opened in self._channels.items() if not _serves(opened)]

        return await anyio.to_thread.run_sync(ask, limiter=self._calls)

    async def _in_thread(
        self, call: Callable[[], T], who: "Credentials", limiter: CapacityLimiter
    ) -> T:
        def traced() -> T:
            with continue_trace(who.traceparent, "intake"):
                return call()

        return await anyio.to_thread.run_sync(traced, limiter=limiter)


class Credentials:
    """Who asks: what a request carries on to the services behind."""

    def __init__(self, authorization: str, traceparent: str) -> None:
        """Take two headers of the request; either may be empty."""
        self.traceparent = traceparent
        self.metadata = (("authorization", authorization),) if authorization else ()


def _serves(opened: grpc.Channel) -> bool:
    stub: Any = HealthStub(opened)
    try:
        answer = stub.Check(HealthCheckRequest(), timeout=PROBE_TIMEOUT_S)
    except PlatformError:
        return False
    return bool(answer.status == HealthCheckResponse.SERVING)
