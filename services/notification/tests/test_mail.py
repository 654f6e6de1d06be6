"""E-mail through a real SMTP server: only where chosen, saying nothing, and never lost."""

import socket
import ssl
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import ValidationError
from structlog.testing import capture_logs

from childsupport.notification.v1 import notification_service_pb2 as pb
from notification_service import smtp
from notification_service.mailing import MAX_ATTEMPTS, send_mail
from notification_service.settings import NotificationSettings
from notification_service.smtp import Outcome, Server, hand_over

ADDRESS = "parent@family.example"


@pytest.fixture
def world(world_with: Callable[..., Any], mail_server: Any) -> Any:
    made = world_with(
        smtp_host="127.0.0.1", smtp_port=mail_server.port, mail_from="no-reply@agency.example"
    )
    made.meet("obligor", email=ADDRESS, email_notices=True)
    made.meet("obligee", email="other@family.example", email_notices=False)
    made.open_case()
    return made


def states(world: Any, name: str = "obligor") -> list[str]:
    return [pb.EmailState.Name(e.email_state) for e in world.inbox(name)]


def send(world: Any) -> bool:
    with world.runtime.work() as work:
        return send_mail(work)


def parsed(envelope: Any) -> EmailMessage:
    return message_from_bytes(envelope.content, policy=policy.default)  # type: ignore[return-value]


def test_a_mail_goes_only_to_who_chose_it_and_says_only_that_there_is_something(
    world: Any, mail_server: Any
) -> None:
    world.deliver(world.collection(world.part(25_000)))
    world.run_timers()

    (mail,) = mail_server.mails
    assert mail.rcpt_tos == [ADDRESS]
    message = parsed(mail)
    assert message["Subject"] == "You have a new message in your child support account"
    assert message["From"] == "no-reply@agency.example"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"] == "Fri, 06 Mar 2026 14:00:00 +0000"
    whole = mail.content.decode()
    for secret in ("250", "$", "Sample", "Obligor", "Synth", "0000123456", "Maple"):
        assert secret not in whole.replace(ADDRESS, ""), secret
    assert states(world) == ["EMAIL_STATE_SENT"]
    assert states(world, "obligee") == ["EMAIL_STATE_NOT_CHOSEN"]


def test_the_mail_is_in_the_language_of_its_reader(world: Any, mail_server: Any) -> None:
    world.meet("obligor", email=ADDRESS, email_notices=True, language="es", version=2)
    world.deliver(world.collection(world.part(25_000)))
    world.run_timers()

    message = parsed(mail_server.mails[0])
    assert message["Subject"] == "Tiene un mensaje nuevo en su cuenta de manutención de menores"
    assert "contraseña" in message.get_content()


def test_what_is_due_to_one_reader_goes_in_one_mail_and_only_once(
    world: Any, mail_server: Any
) -> None:
    for n in range(3):
        world.deliver(world.collection(world.part(100), receipt=f"receipt {n}"))
    world.run_timers()
    world.run_timers()

    assert len(mail_server.mails) == 1
    assert states(world) == ["EMAIL_STATE_SENT"] * 3


def test_without_a_mail_server_nothing_is_queued(world_with: Callable[..., Any]) -> None:
    world = world_with()
    world.meet("obligor", email=ADDRESS, email_notices=True)
    world.deliver(world.collection(world.part(100)))
    world.run_timers()

    assert states(world) == ["EMAIL_STATE_OFF"]


def test_who_no_longer_wants_mail_gets_none(world: Any, mail_server: Any) -> None:
    world.deliver(world.collection(world.part(100)))
    world.meet("obligor", email=ADDRESS, email_notices=False, version=2)
    world.run_timers()

    assert mail_server.mails == []
    assert states(world) == ["EMAIL_STATE_NOT_CHOSEN"]


def test_a_mail_refused_for_now_is_sent_later_with_growing_waits(
    world: Any, mail_server: Any
) -> None:
    mail_server.answers = ["451 try again", "451 try again"]
    world.deliver(world.collection(world.part(100)))
    attempts = []
    for minutes in (0, 0.9, 0.2, 1.8, 0.3):
        world.runtime.clock.advance(timedelta(minutes=minutes))
        send(world)
        attempts.append((len(mail_server.answers), len(mail_server.mails)))

    assert attempts == [(1, 0), (1, 0), (0, 0), (0, 0), (0, 1)]
    assert states(world) == ["EMAIL_STATE_SENT"]


@pytest.mark.parametrize("where", ["recipient", "content"])
def test_a_mail_refused_for_good_has_failed_and_keeps_no_other_back(
    world: Any, mail_server: Any, where: str
) -> None:
    world.meet("obligee", email="other@family.example", email_notices=True, version=2)
    if where == "recipient":
        mail_server.recipients = {ADDRESS: f"550 no such user {ADDRESS}"}
    else:
        mail_server.answers = ["554 no thanks"]
    world.deliver(world.collection(world.part(100)))
    with capture_logs() as logs:
        send(world)
    world.runtime.clock.advance(timedelta(days=1))
    send(world)

    assert sorted(states(world) + states(world, "obligee")) == [
        "EMAIL_STATE_FAILED",
        "EMAIL_STATE_SENT",
    ]
    assert len(mail_server.mails) == 1
    assert [e["event"] for e in logs] == ["mail_refused"]
    assert ADDRESS not in str(logs)


def test_an_address_that_is_none_has_failed(world: Any, mail_server: Any) -> None:
    bad = "parent@family.example\r\nBcc: all@family.example"
    world.meet("obligor", email=bad, email_notices=True, version=2)
    world.deliver(world.collection(world.part(100)))
    world.run_timers()

    assert mail_server.mails == []
    assert states(world) == ["EMAIL_STATE_FAILED"]


def test_while_the_server_is_away_mail_waits_and_is_given_up_after_four_days(
    world_with: Callable[..., Any],
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
    world = world_with(smtp_host="127.0.0.1", smtp_port=port)
    world.meet("obligor", email=ADDRESS, email_notices=True)
    world.deliver(world.collection(world.part(100)))
    started = world.runtime.clock.now()
    for attempt in range(MAX_ATTEMPTS):
        assert states(world) == ["EMAIL_STATE_QUEUED"], attempt
        assert send(world) is False
        world.runtime.clock.advance(timedelta(hours=4))

    assert states(world) == ["EMAIL_STATE_FAILED"]
    assert world.runtime.clock.now() - started > timedelta(days=4)


def test_after_a_crash_between_sending_and_marking_the_mail_goes_again_under_its_id(
    world: Any, mail_server: Any
) -> None:
    world.deliver(world.collection(world.part(100)))

    def send_and_die() -> None:
        with world.runtime.work() as work:
            send_mail(work)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send_and_die()
    assert states(world) == ["EMAIL_STATE_QUEUED"]
    send(world)

    first, second = (parsed(mail)["Message-ID"] for mail in mail_server.mails)
    assert first == second
    assert first == f"<{world.inbox('obligor')[0].entry_id}@agency.example>"


def test_two_workers_side_by_side_send_a_mail_once(world: Any, mail_server: Any) -> None:
    for n in range(40):
        name = f"reader {n}"
        world.meet(name, email=f"r{n}@family.example", email_notices=True)
        world.deliver(world.held(name, 100))
    workers = [threading.Thread(target=send, args=(world,)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len({m.rcpt_tos[0] for m in mail_server.mails}) == len(mail_server.mails) == 40


@pytest.fixture
def secure_server(tmp_path: Path, mail_server: Any) -> Iterator[Server]:
    """A mail server that wants STARTTLS and a login, with a certificate of its own making."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    ca_file, key_file = tmp_path / "ca.pem", tmp_path / "key.pem"
    ca_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(ca_file, key_file)

    def login(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        good = isinstance(data, LoginPassword) and data == LoginPassword(b"agency", b"secret")
        return AuthResult(success=good)

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(
        mail_server,
        hostname="127.0.0.1",
        port=port,
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=login,
    )
    controller.start()
    yield Server("localhost", port, starttls=True, ca_file=ca_file, login=("agency", "secret"))
    controller.stop()


def plain_mail() -> EmailMessage:
    message = EmailMessage()
    message["To"], message["From"] = ADDRESS, "no-reply@agency.example"
    message["Message-ID"] = "<1@agency.example>"
    message.set_content("Hello.\n")
    return message


def test_a_mail_goes_through_starttls_with_a_login(secure_server: Server, mail_server: Any) -> None:
    assert hand_over(secure_server, [plain_mail()]) == [Outcome.SENT]
    assert len(mail_server.mails) == 1
    assert "secret" not in repr(secure_server)


@pytest.mark.parametrize("change", [{"ca_file": None}, {"login": ("agency", "wrong")}])
def test_a_certificate_that_nobody_trusts_or_a_wrong_password_sends_nothing(
    secure_server: Server,
    mail_server: Any,
    change: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # After a wrong password the server of these tests says nothing more.
    monkeypatch.setattr(smtp, "TIMEOUT_SECONDS", 1.0)
    with capture_logs() as logs:
        outcomes = hand_over(replace(secure_server, **change), [plain_mail()])

    assert outcomes == [Outcome.LATER]
    assert mail_server.mails == []
    assert [e["event"] for e in logs] == ["mail_server_away"]


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"smtp_user": "agency"}, "set both or neither"),
        ({"smtp_user": "agency", "smtp_password": "secret"}, "smtp_starttls"),
    ],
)
def test_a_password_never_goes_in_clear(world: Any, given: dict[str, str], named: str) -> None:
    known = world.runtime.settings.model_dump()
    with pytest.raises(ValidationError, match=named):
        NotificationSettings(**known | given)


def test_a_server_that_leaves_in_the_middle_keeps_nothing_from_being_sent_later() -> None:
    greeting, closing = b"220 hello\r\n", threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer_and_leave() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.sendall(greeting)
                connection.recv(1_000)
            closing.set()

        threading.Thread(target=answer_and_leave).start()
        port = listening.getsockname()[1]
        server = Server("127.0.0.1", port, starttls=False, ca_file=None, login=None)
        outcomes = hand_over(server, [plain_mail(), plain_mail()])

    assert closing.wait(5)
    assert outcomes == [Outcome.LATER, Outcome.LATER]


def test_in_a_process_that_eventlet_has_patched_others_go_on_while_a_mail_is_sent() -> None:
    script = """
        import eventlet
        eventlet.monkey_patch()
        import time
        from email.message import EmailMessage
        from notification_service.smtp import Server, hand_over

        def slow_server(listening):
            connection, _ = listening.accept()
            lines = connection.makefile("rb")
            def say(text):
                eventlet.sleep(0.1)
                connection.sendall(text + b"\\r\\n")
            say(b"220 hello")
            for line in iter(lines.readline, b""):
                if line.upper().startswith(b"DATA"):
                    say(b"354 go")
                    while lines.readline() != b".\\r\\n":
                        pass
                say(b"221 bye" if line.upper().startswith(b"QUIT") else b"250 OK")

        ticks = 0
        def tick():
            global ticks
            while True:
                ticks += 1
                eventlet.sleep(0.01)

        listening = eventlet.listen(("127.0.0.1", 0))
        eventlet.spawn(slow_server, listening)
        eventlet.spawn(tick)
        mail = EmailMessage()
        mail["To"], mail["From"] = "a@b.example", "c@d.example"
        mail.set_content("Hello.")
        server = Server("127.0.0.1", listening.getsockname()[1], False, None, None)
        outcome = hand_over(server, [mail])[0].name
        print("became", outcome, ticks)
    """
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    outcome, ticks = ran.stdout.split("became", 1)[1].split()
    assert outcome == "SENT"
    assert int(ticks) > 10
