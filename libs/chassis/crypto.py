"""Keys of a service: columns encrypted at rest, keyed hashes, fields sealed for one reader.

A key file is JSON, one per service:
{"columns": [{"id": "c1", "key": hex32}, ...newest first...], "lookup": hex32,
 "seal": [{"id": "s1", "key": hex32}, ...own private keys, newest first...],
 "readers": {"notification": {"id": "s1", "key": hex32 public}, ...}}
"""

import hmac
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from childsupport.common.v1.sealed_pb2 import Sealed

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_NONCE_BYTES = 12
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one service. `repr` shows none of them."""

    service: str
    _columns: Mapping[str, AESGCM]
    _column_id: str
    _lookup: bytes
    _own: Mapping[str, X25519PrivateKey]
    _readers: Mapping[str, tuple[str, X25519PublicKey]]

    def __repr__(self) -> str:
        """Name the service and nothing else."""
        return f"Keys({self.service!r})"

    def encrypt(self, purpose: str, value: str) -> bytes:
        """Encrypt a column value (AES-256-GCM); `purpose` binds it to its column."""
        return self.encrypt_bytes(purpose, value.encode())

    def decrypt(self, purpose: str, value: bytes) -> str:
        """Decrypt a column value, whichever of the keys it was written with."""
        return self.decrypt_bytes(purpose, value).decode()

    def encrypt_bytes(self, purpose: str, value: bytes) -> bytes:
        """Encrypt a column value that is no text, like `encrypt`."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._columns[self._column_id].encrypt(nonce, value, purpose.encode())
        return self._column_id.encode() + b":" + nonce + sealed

    def decrypt_bytes(self, purpose: str, value: bytes) -> bytes:
        """Decrypt what `encrypt_bytes` gave."""
        key_id, _, rest = value.partition(b":")
        key = self._columns[key_id.decode()]
        return key.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], purpose.encode())

    def lookup_hash(self, purpose: str, value: str) -> bytes:
        """Return the keyed hash (HMAC-SHA-256) that a value is looked up by."""
        return hmac.digest(self._lookup, purpose.encode() + b"\x1f" + value.encode(), "sha256")

    def seal(self, reader: str, plaintext: bytes) -> Sealed:
        """Seal a value so that only `reader` opens it."""
        key_id, public = self._readers[reader]
        sealed = _SUITE.encrypt(plaintext, public, info=_info(reader))
        return Sealed(reader=reader, key_id=key_id, ciphertext=sealed)

    def open(self, sealed: Sealed) -> bytes | None:
        """Open a value sealed for this service; None when the field is not set."""
        if not sealed.ciphertext:
            return None
        key = self._own[sealed.key_id]
        return _SUITE.decrypt(sealed.ciphertext, key, info=_info(self.service))


def _info(reader: str) -> bytes:
    return f"childsupport event field for {reader}".encode()


def load_keys(service: str, path: Path) -> Keys:
    """Read a key file. Raises OSError or ValueError naming the file."""
    try:
        raw = json.loads(path.read_text())
        columns = {k["id"]: AESGCM(bytes.fromhex(k["key"])) for k in raw["columns"]}
        return Keys(
            service=service,
            _columns=columns,
            _column_id=raw["columns"][0]["id"],
            _lookup=bytes.fromhex(raw["lookup"]),
            _own={
                k["id"]: X25519PrivateKey.from_private_bytes(bytes.fromhex(k["key"]))
                for k in raw["seal"]
            },
            _readers={
                name: (k["id"], X25519PublicKey.from_public_bytes(bytes.fromhex(k["key"])))
                for name, k in raw["readers"].items()
            },
        )
    except (KeyError, IndexError, ValueError, TypeError) as error:
        message = f"key file {path}: not in the form that chassis.crypto describes ({error!r})"
        raise ValueError(message) from error


def write_key_files(directory: Path, services: Sequence[str]) -> None:
    """Make keys for services that know each other's public halves: one 0600 file each."""
    directory.mkdir(parents=True, exist_ok=True)
    private = {s: X25519PrivateKey.generate() for s in services}
    readers = {
        s: {"id": "s1", "key": k.public_key().public_bytes_raw().hex()} for s, k in private.items()
    }
    for service in services:
        content = {
            "columns": [{"id": "c1", "key": os.urandom(_KEY_BYTES).hex()}],
            "lookup": os.urandom(_KEY_BYTES).hex(),
            "seal": [{"id": "s1", "key": private[service].private_bytes_raw().hex()}],
            "readers": readers,
        }
        path = directory / f"{service}.keys.json"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(content, file)
