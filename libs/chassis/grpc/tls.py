"""Certificates by setting: three files, read again when they are renewed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc

from chassis.settings import ServiceSettings


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Certificate chain, its private key, and the authority that others are held to."""

    certificate: Path
    key: Path
    authority: Path

    def contents(self) -> tuple[bytes, bytes, bytes]:
        """Return the three, as PEM. Raises OSError naming the file."""
        return self.certificate.read_bytes(), self.key.read_bytes(), self.authority.read_bytes()

    def stamp(self) -> tuple[int, int, int]:
        """Return what changes when one of the files is replaced."""
        certificate, key, authority = (
            path.stat().st_mtime_ns for path in (self.certificate, self.key, self.authority)
        )
        return certificate, key, authority


def tls_files(settings: ServiceSettings) -> TlsFiles | None:
    """Return the files when all three are set, None when none is. Raises ValueError otherwise."""
    given = (settings.tls_cert_file, settings.tls_key_file, settings.tls_ca_file)
    match given:
        case (None, None, None):
            if settings.allowed_callers:
                raise ValueError(
                    "allowed_callers names certificates, and without tls_cert_file, tls_key_file"
                    " and tls_ca_file no caller shows one"
                )
            return None
        case (Path() as certificate, Path() as key, Path() as authority):
            return TlsFiles(certificate, key, authority)
    raise ValueError("tls_cert_file, tls_key_file, tls_ca_file: set all three of them, or none")


def server_credentials(files: TlsFiles) -> grpc.ServerCredentials:
    """Return credentials that ask every caller for a certificate of the authority."""
    last = files.stamp()

    def read() -> grpc.ServerCertificateConfiguration:
        certificate, key, authority = files.contents()
        return grpc.ssl_server_certificate_configuration(
            [(key, certificate)], root_certificates=authority
        )

    def newer() -> grpc.ServerCertificateConfiguration | None:
        nonlocal last
        stamp = files.stamp()
        if stamp == last:
            return None
        last = stamp
        return read()

    # grpcio takes None for "unchanged"; its stubs do not say so.
    fetch: Any = newer
    return grpc.dynamic_ssl_server_credentials(read(), fetch, require_client_authentication=True)


def channel_credentials(files: TlsFiles) -> grpc.ChannelCredentials:
    """Return credentials that show our certificate and hold the server to the authority."""
    certificate, key, authority = files.contents()
    return grpc.ssl_channel_credentials(
        root_certificates=authority, private_key=key, certificate_chain=certificate
    )
