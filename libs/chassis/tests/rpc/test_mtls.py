"""mTLS: who shows no certificate of the authority, or one that is not on the list, gets nowhere."""

import socket
import ssl
from datetime import UTC, datetime, timedelta

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chassis.grpc.client import channel
from chassis.grpc.tls import tls_files
from chassis.tests.rpc import probe_contract as pc
from childsupport.common.v1.errors_pb2 import ErrorReason


class Authority:
    """A certificate authority for one test."""

    def __init__(self, directory, name):
        self.directory = directory / name
        self.directory.mkdir()
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = self._sign(name, self.key, authority=True)
        self.file = self._write("ca.pem", self.certificate.public_bytes(PEM))

    def _sign(self, name, key, *, authority=False):
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        issuer = subject if authority else self.certificate.subject
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        )
        if not authority:
            names = x509.SubjectAlternativeName([x509.DNSName(name), x509.DNSName("localhost")])
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self.key, hashes.SHA256())

    def _write(self, name, content):
        path = self.directory / name
        path.write_bytes(content)
        return path

    def issue(self, name):
        """Return the three settings for a holder of a certificate by this name."""
        key = ec.generate_private_key(ec.SECP256R1())
        private = key.private_bytes(
            PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return {
            "tls_cert_file": self._write(f"{name}.pem", self._sign(name, key).public_bytes(PEM)),
            "tls_key_file": self._write(f"{name}.key", private),
            "tls_ca_file": self.file,
        }


PEM = serialization.Encoding.PEM


@pytest.fixture
def ca(tmp_path):
    return Authority(tmp_path, "authority")


@pytest.fixture
def served(api_for, ca):
    return api_for(**ca.issue("payments.server"), allowed_callers=("intake.client",))


def call(api, **tls):
    settings = api.runtime.settings.model_copy(update=tls)
    with channel(f"localhost:{api.server.port}", settings) as plain:
        method = plain.unary_unary(f"/{pc.SERVICE}/Ping", response_deserializer=pc.Note.FromString)
        return method(b"", timeout=30)


def test_caller_on_the_list_is_let_in(served, ca):
    assert call(served, **ca.issue("intake.client")) == pc.Note()


def test_caller_off_the_list_is_refused_also_on_a_public_method(served, ca):
    with pytest.raises(Exception, match=r"other\.client") as caught:
        call(served, **ca.issue("other.client"))
    assert caught.value.reason == ErrorReason.ERROR_REASON_PERMISSION_DENIED
    assert served.probe.calls == []


def test_certificate_of_another_authority_does_not_connect(served, ca, tmp_path):
    stranger = Authority(tmp_path, "stranger").issue("intake.client") | {"tls_ca_file": ca.file}
    with pytest.raises(Exception, match="UNAVAILABLE") as caught:
        call(served, **stranger)
    assert caught.value.reason == ErrorReason.ERROR_REASON_UNAVAILABLE


def test_caller_without_certificate_does_not_connect(served):
    with (
        grpc.insecure_channel(f"localhost:{served.server.port}") as plain,
        pytest.raises(grpc.RpcError) as caught,
    ):
        plain.unary_unary(f"/{pc.SERVICE}/Ping")(b"", timeout=30)
    assert caught.value.code() == grpc.StatusCode.UNAVAILABLE


def test_client_does_not_trust_a_server_of_another_authority(served, ca, tmp_path):
    other = Authority(tmp_path, "stranger")
    with pytest.raises(Exception, match="UNAVAILABLE"):
        call(served, **ca.issue("intake.client") | {"tls_ca_file": other.file})


def test_token_is_needed_beside_the_certificate(served, ca):
    settings = served.runtime.settings.model_copy(update=ca.issue("intake.client"))
    with (
        channel(f"localhost:{served.server.port}", settings) as plain,
        pytest.raises(Exception, match="Bearer") as caught,
    ):
        plain.unary_unary(f"/{pc.SERVICE}/Peek")(b"", timeout=30)
    assert caught.value.reason == ErrorReason.ERROR_REASON_UNAUTHENTICATED


def shown_names(api, client):
    """The names in the certificate that the server shows."""
    context = ssl.create_default_context(cafile=client["tls_ca_file"])
    context.load_cert_chain(client["tls_cert_file"], client["tls_key_file"])
    context.set_alpn_protocols(["h2"])
    with (
        socket.create_connection(("localhost", api.server.port), timeout=30) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as tls,
    ):
        return {name for _, name in tls.getpeercert()["subjectAltName"]}


def test_renewed_certificate_is_shown_without_a_restart(served, ca):
    client = ca.issue("intake.client")
    assert "payments.server" in shown_names(served, client)
    for name, path in ca.issue("renewed.server").items():
        getattr(served.runtime.settings, name).write_bytes(path.read_bytes())
    assert "renewed.server" in shown_names(served, client)


def test_half_of_the_files_is_an_error_of_the_settings(served):
    half = served.runtime.settings.model_copy(update={"tls_key_file": None})
    with pytest.raises(ValueError, match="all three"):
        tls_files(half)


def test_list_without_certificates_is_an_error_of_the_settings(served):
    none = dict.fromkeys(("tls_cert_file", "tls_key_file", "tls_ca_file"))
    with pytest.raises(ValueError, match="allowed_callers"):
        tls_files(served.runtime.settings.model_copy(update=none))
