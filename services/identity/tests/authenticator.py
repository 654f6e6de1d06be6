"""An authenticator in software: what a phone does when a browser asks it for a passkey."""

import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

PRESENT, VERIFIED, MAY_BE_COPIED, COPIED, KEY_FOLLOWS = 0x01, 0x04, 0x08, 0x10, 0x40


@dataclass
class Authenticator:
    """A device with one passkey. Each attribute can be set to what a wrong one would do."""

    origin: str
    flags: int = PRESENT | VERIFIED
    count: int = 0
    counts: bool = True
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    rp_id: str = ""
    handle: bytes = b""

    def make(self, options_json: str) -> str:
        """Answer navigator.credentials.create."""
        options = json.loads(options_json)
        self.rp_id = self.rp_id or options["rp"]["id"]
        self.handle = base64url_to_bytes(options["user"]["id"])
        data = self._data(KEY_FOLLOWS) + bytes(16)
        data += len(self.credential_id).to_bytes(2, "big") + self.credential_id + self._cose()
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options["challenge"])
        return self._answer(
            {
                "clientDataJSON": bytes_to_base64url(client),
                "attestationObject": bytes_to_base64url(attestation),
                "transports": ["internal"],
            }
        )

    def sign(self, options_json: str, **wrong: Any) -> str:
        """Answer navigator.credentials.get."""
        options = json.loads(options_json)
        if self.counts:
            self.count += 1
        data = self._data()
        client = self._client("webauthn.get", wrong.get("challenge", options["challenge"]))
        signed = data + hashlib.sha256(client).digest()
        signature = self.key.sign(signed, ec.ECDSA(SHA256()))
        return self._answer(
            {
                "clientDataJSON": bytes_to_base64url(client),
                "authenticatorData": bytes_to_base64url(data),
                "signature": bytes_to_base64url(wrong.get("signature", signature)),
                "userHandle": bytes_to_base64url(wrong.get("handle", self.handle)),
            }
        )

    def _data(self, more: int = 0) -> bytes:
        hashed = hashlib.sha256(self.rp_id.encode()).digest()
        return hashed + bytes([self.flags | more]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _cose(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def _answer(self, response: dict[str, Any]) -> str:
        own = bytes_to_base64url(self.credential_id)
        said = {"id": own, "rawId": own, "type": "public-key", "response": response}
        return json.dumps(said | {"clientExtensionResults": {}})
