"""Parents before the real server: tokens as identity signs them, calls as the portal makes them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from joserfc import jwt
from joserfc.jwk import OKPKey

from chassis import auth
from chassis.auth import TokenVerifier
from chassis.grpc import contract
from chassis.grpc.server import build_server
from chassis.grpc.status import from_rpc_error
from chassis.runtime import Runtime
from payments_service.service import SERVICE

PORTAL = "portal"
METHODS = {m.full_name: m for servicer in SERVICE.servicers for m in contract.methods(servicer)}
PARTY = [m for m in METHODS.values() if m.scope == "payments.party"]


@dataclass
class Door:
    """The server, and a portal that calls it for whoever is logged in."""

    runtime: Runtime
    key: OKPKey = field(
        default_factory=lambda: OKPKey.generate_key("Ed25519", {"kid": "k1", "use": "sig"})
    )
    channel: grpc.Channel = field(init=False)

    def key_set(self) -> str:
        return json.dumps({"keys": [self.key.as_dict(private=False)]})

    def ask(self, participant: str, service: str, name: str, request: Any) -> Any:
        """Call as one participant; raises PlatformError as a client of ours does."""
        method = METHODS[f"childsupport.payments.v1.{service}/{name}"]
        call = self.channel.unary_unary(
            f"/{method.full_name}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=method.response.FromString,
        )
        client = {"sub": PORTAL, "scope": "payments.party", "employer_id": ""}
        user = {
            "sub": f"account of {participant}",
            "sid": "s1",
            "act": {"sub": PORTAL},
            "participants": [participant],
        }
        metadata = [
            ("authorization", f"Bearer {self._token(client, auth.TOKEN_TYPE)}"),
            ("x-end-user", self._token(user, auth.USER_TOKEN_TYPE)),
        ]
        try:
            return call(request, timeout=20, metadata=metadata)
        except grpc.RpcError as error:
            raise from_rpc_error(error) from None

    def _token(self, claims: dict[str, object], kind: str) -> str:
        now = int(self.runtime.clock.now().timestamp())
        said = {"iss": auth.ISSUER, "aud": auth.AUDIENCE, "iat": now, "exp": now + 600} | claims
        header = {"alg": auth.ALGORITHM, "kid": "k1", "typ": kind}
        return jwt.encode(header, said, self.key, algorithms=[auth.ALGORITHM])


@contextmanager
def door(runtime: Runtime) -> Iterator[Door]:
    """Open the door for a runtime."""
    made = Door(runtime)
    server = build_server(runtime, verifier=TokenVerifier(made.key_set, runtime.clock))
    server.start()
    made.channel = grpc.insecure_channel(f"127.0.0.1:{server.port}")
    yield made
    made.channel.close()
    server.drain(0)
