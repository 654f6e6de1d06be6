"""Handing mail to a server.

smtplib of the standard library, not aiosmtplib: in the worker, which eventlet has patched, two
timers share one thread, and a second `asyncio.run` there is refused ("cannot be called from a
running event loop"; tried). smtplib waits on a patched socket, so the hub goes on, and in a plain
thread it is plain smtplib.
"""

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.message import EmailMessage
from enum import Enum
from pathlib import Path

import structlog

_log = structlog.get_logger()

TIMEOUT_SECONDS = 10.0
"""For connecting, and for each answer of the server."""
PERMANENT = 500
"""First SMTP reply code that means: do not try again (RFC 5321 section 4.2.1)."""


class Outcome(Enum):
    """What became of a message."""

    SENT = "sent"
    REFUSED = "failed"
    """For good."""
    LATER = "queued"


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server and how to speak to it. `repr` shows no password."""

    host: str
    port: int
    starttls: bool
    ca_file: Path | None
    login: tuple[str, str] | None

    def __repr__(self) -> str:
        """Name the server and nothing else."""
        return f"Server({self.host}:{self.port})"


def hand_over(server: Server, messages: Sequence[EmailMessage]) -> list[Outcome]:
    """Hand messages to a server over one connection; one outcome for each, in their order.

    Without a server, or once it is gone, what is left comes later. Logs name codes and never what
    the server said: it repeats addresses.
    """
    outcomes: list[Outcome] = []
    try:
        connection = _connect(server)
    except (OSError, smtplib.SMTPException) as error:
        _log.warning("mail_server_away", server=repr(server), error=_named(error))
        return [Outcome.LATER] * len(messages)
    try:
        for message in messages:
            outcomes.append(_send(connection, message))  # noqa: PERF401 - kept when it breaks off
        connection.quit()
    except (OSError, smtplib.SMTPServerDisconnected) as error:
        _log.warning("mail_server_left", server=repr(server), error=_named(error))
    finally:
        connection.close()
    return outcomes + [Outcome.LATER] * (len(messages) - len(outcomes))


def _connect(server: Server) -> smtplib.SMTP:
    connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
    try:
        if server.starttls:
            cafile = str(server.ca_file) if server.ca_file else None
            connection.starttls(context=ssl.create_default_context(cafile=cafile))
        if server.login:
            connection.login(*server.login)
    except BaseException:
        connection.close()
        raise
    return connection


def _send(connection: smtplib.SMTP, message: EmailMessage) -> Outcome:
    """Send one message. Raises when the connection is gone."""
    try:
        connection.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        return _refused(message, max(codes))
    except smtplib.SMTPSenderRefused as error:
        # The sender is ours: a setting is wrong, and no fault of the one who waits for the mail.
        _log.error("mail_sender_refused", code=error.smtp_code)
        return Outcome.LATER
    except smtplib.SMTPResponseException as error:
        return _refused(message, error.smtp_code)
    except smtplib.SMTPNotSupportedError:
        # An address outside ASCII, and a server that does not take it.
        return _refused(message, PERMANENT)
    except (ValueError, MessageError) as error:
        # What cannot be written as a message is nobody else's fault, and does not get better.
        _log.error("mail_unwritable", message_id=message["Message-ID"], error=type(error).__name__)
        return Outcome.REFUSED
    return Outcome.SENT


def _refused(message: EmailMessage, code: int) -> Outcome:
    outcome = Outcome.REFUSED if code >= PERMANENT else Outcome.LATER
    _log.warning(
        "mail_refused", message_id=message["Message-ID"], code=code, again=outcome is Outcome.LATER
    )
    return outcome


def _named(error: Exception) -> str:
    code = getattr(error, "smtp_code", None) or getattr(error, "errno", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__
