"""The client half: channels that add deadline, token and trace, and raise PlatformError.

tokens = TokenSource("intake", secret, channel(identity_target, settings))
withholding = RemittanceServiceStub(channel(withholding_target, settings, tokens=tokens))
"""

import json
import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import grpc

from chassis.clock import Stopwatch, stopwatch
from chassis.grpc import contract
from chassis.grpc.status import from_rpc_error
from chassis.grpc.tls import channel_credentials, tls_files
from chassis.settings import ServiceSettings
from chassis.tracing import current_traceparent
from childsupport.common.v1.annotations_pb2 import Idempotency
from childsupport.identity.v1.identity_service_pb2 import (
    GetKeySetRequest,
    GetKeySetResponse,
    IssueTokenRequest,
    IssueTokenResponse,
)

DEFAULT_DEADLINE_S = 10.0
KEYS_DEADLINE_S = 2.0
MAX_ATTEMPTS = 4
MAX_MESSAGE_BYTES = 4 << 20
_REFRESH_AT = 0.8
"""A token is renewed when this part of its life is over."""
_TOKENS = "/childsupport.identity.v1.TokenService/"


class _Details(NamedTuple):
    """What is known of a call that goes out (grpc.ClientCallDetails)."""

    method: str
    timeout: float | None
    metadata: Sequence[tuple[str, str | bytes]] | None
    credentials: grpc.CallCredentials | None
    wait_for_ready: bool | None
    compression: Any


class TokenSource:
    """Gets tokens for a client and renews them in time. Thread-safe."""

    def __init__(
        self,
        client_id: str,
        secret: str,
        identity: grpc.Channel,
        *,
        scopes: Sequence[str] = (),
        watch: Stopwatch = stopwatch,
    ) -> None:
        """Take the client's credentials and a channel to identity; no scopes asks for all."""
        self._request = IssueTokenRequest(client_id=client_id, client_secret=secret, scopes=scopes)
        self._issue: Any = identity.unary_unary(
            _TOKENS + "IssueToken",
            request_serializer=IssueTokenRequest.SerializeToString,
            response_deserializer=IssueTokenResponse.FromString,
        )
        self._watch = watch
        self._lock = threading.Lock()
        self._token = ""
        self._renew_at = 0.0

    def token(self) -> str:
        """Return a token that is good for some time yet. Raises PlatformError."""
        with self._lock:
            if not self._token or self._watch() >= self._renew_at:
                asked_at = self._watch()
                issued: IssueTokenResponse = _told(self._issue, self._request, DEFAULT_DEADLINE_S)
                self._token = issued.access_token
                self._renew_at = asked_at + issued.expires_in_seconds * _REFRESH_AT
            return self._token

    def forget(self, token: str) -> None:
        """Drop a token that was refused, so that the next call gets another."""
        with self._lock:
            if self._token == token:
                self._token = ""


def channel(
    target: str,
    settings: ServiceSettings | None = None,
    *,
    tokens: TokenSource | None = None,
    deadline_s: float = DEFAULT_DEADLINE_S,
) -> grpc.Channel:
    """Return a channel to a service of ours, for the generated stubs; keep it, close it.

    A call without a timeout gets `deadline_s`. Methods that only read are tried up to four times
    while a server is UNAVAILABLE; others never. Errors are raised as PlatformError. With the three
    tls_… settings it speaks mTLS, else plain.
    """
    options = (
        ("grpc.service_config", json.dumps(_service_config())),
        ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    )
    files = tls_files(settings) if settings is not None else None
    plain = (
        grpc.insecure_channel(target, options)
        if files is None
        else grpc.secure_channel(target, channel_credentials(files), options)
    )
    return grpc.intercept_channel(plain, _Outgoing(tokens, deadline_s))


class RemoteKeys:
    """Identity's public keys over gRPC (a chassis.auth.KeySource)."""

    def __init__(self, settings: ServiceSettings) -> None:
        """Open a channel to identity_grpc_target; raises ValueError when that is not set."""
        if not settings.identity_grpc_target:
            raise ValueError("identity_grpc_target: set identity's address; its keys prove tokens")
        self._channel = channel(settings.identity_grpc_target, settings)
        self._get: Any = self._channel.unary_unary(
            _TOKENS + "GetKeySet",
            request_serializer=GetKeySetRequest.SerializeToString,
            response_deserializer=GetKeySetResponse.FromString,
        )

    def __call__(self) -> str:
        """Return the key set as JSON. Raises PlatformError."""
        response: GetKeySetResponse = _told(self._get, GetKeySetRequest(), KEYS_DEADLINE_S)
        return response.jwks_json

    def close(self) -> None:
        """Close the channel."""
        self._channel.close()


def _told(call: Callable[..., Any], request: object, timeout_s: float) -> Any:
    try:
        return call(request, timeout=timeout_s)
    except grpc.RpcError as error:
        raise from_rpc_error(error) from error


def _service_config() -> dict[str, Any]:
    """Return gRPC's service config: which methods may be tried again, and how often."""
    reading = [
        {"service": service.full_name, "method": method.name}
        for service in contract.services()
        for method in service.methods
        if contract.policy_of(method).idempotency == Idempotency.IDEMPOTENCY_READ_ONLY
    ]
    policy = {
        "maxAttempts": MAX_ATTEMPTS,
        "initialBackoff": "0.1s",
        "maxBackoff": "1s",
        "backoffMultiplier": 2,
        "retryableStatusCodes": ["UNAVAILABLE"],
    }
    return {
        "methodConfig": [{"name": reading, "retryPolicy": policy}],
        "retryThrottling": {"maxTokens": 100, "tokenRatio": 0.1},
    }


class _Outgoing(grpc.UnaryUnaryClientInterceptor, grpc.StreamUnaryClientInterceptor):
    """Adds what every call carries, and turns what comes back as an error into ours."""

    def __init__(self, tokens: TokenSource | None, deadline_s: float) -> None:
        self._tokens = tokens
        self._deadline_s = deadline_s

    def intercept_unary_unary(
        self, continuation: Any, client_call_details: Any, request: Any
    ) -> Any:
        return self._call(continuation, client_call_details, request)

    def intercept_stream_unary(
        self, continuation: Any, client_call_details: Any, request_iterator: Any
    ) -> Any:
        return self._call(continuation, client_call_details, request_iterator)

    def _call(self, continuation: Any, details: Any, request: Any) -> Any:
        metadata = list(details.metadata or ())
        if traceparent := current_traceparent():
            metadata.append(("traceparent", traceparent))
        token = self._tokens.token() if self._tokens is not None else ""
        if token:
            metadata.append(("authorization", f"Bearer {token}"))
        outcome = continuation(
            _Details(
                method=details.method,
                timeout=self._deadline_s if details.timeout is None else details.timeout,
                metadata=metadata,
                credentials=details.credentials,
                wait_for_ready=details.wait_for_ready,
                compression=details.compression,
            ),
            request,
        )
        if not isinstance(outcome, grpc.RpcError):
            return outcome
        refused: Any = outcome
        if self._tokens is not None and refused.code() == grpc.StatusCode.UNAUTHENTICATED:
            self._tokens.forget(token)
        raise from_rpc_error(outcome) from outcome
