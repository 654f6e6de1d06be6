"""A mail server of the demonstration's own: it takes every e-mail and keeps it as a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from launcher.ports import free_port


class _Keeper:
    """Writes each e-mail into a folder, numbered in the order of arrival."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = len(list(folder.glob("*.eml")))

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        self._count += 1
        (self._folder / f"{self._count:03d}.eml").write_bytes(envelope.original_content or b"")
        return "250 Message accepted"


@contextmanager
def mailbox(folder: Path) -> Iterator[int]:
    """Take mail on a port of 127.0.0.1 until the end; gives the port."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    controller = Controller(_Keeper(folder), hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()
