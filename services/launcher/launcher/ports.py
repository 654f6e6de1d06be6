"""Free TCP ports, and probes that tell when a server answers."""

import http.client
import random
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

LOCALHOST: Final = "127.0.0.1"
PROBE_SECONDS: Final = 1.0
LOWEST: Final = 15_000
HIGHEST: Final = 32_000
ATTEMPTS_MAX: Final = 200
EPHEMERAL_RANGE: Final = Path("/proc/sys/net/ipv4/ip_local_port_range")
HTTP_OK: Final = 200

Probe = Callable[[], bool]

_taken: set[int] = set()


def free_port() -> int:
    """A port of 127.0.0.1 nobody listens on, never the same twice in a process.

    It lies below the ports that the kernel gives to outgoing connections, so that a server can be
    restarted on it later: a port from bind(0) may by then be the near end of a connection.
    """
    for _ in range(ATTEMPTS_MAX):
        port = random.SystemRandom().randint(LOWEST, min(HIGHEST, _ephemeral_from() - 1))
        if port not in _taken and can_listen(port):
            _taken.add(port)
            return port
    raise OSError(f"no free port found on {LOCALHOST} after {ATTEMPTS_MAX} attempts")


def port_ready(port: int, host: str = LOCALHOST) -> Probe:
    """A probe: something accepts connections on the port."""

    def probe() -> bool:
        try:
            socket.create_connection((host, port), PROBE_SECONDS).close()
        except OSError:
            return False
        return True

    return probe


def http_ready(url: str) -> Probe:
    """A probe: GET `url` (http only) answers 200."""
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname is None:
        raise ValueError(f"url: read {url!r}, expected http://host:port/path")
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    host, port = parts.hostname, parts.port

    def probe() -> bool:
        connection = http.client.HTTPConnection(host, port, timeout=PROBE_SECONDS)
        try:
            connection.request("GET", target or "/")
            return connection.getresponse().status == HTTP_OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return probe


def _ephemeral_from() -> int:
    if sys.platform != "linux" or not EPHEMERAL_RANGE.exists():
        return HIGHEST + 1
    lowest = int(EPHEMERAL_RANGE.read_text(encoding="ascii").split()[0])
    return lowest if lowest > LOWEST + ATTEMPTS_MAX else HIGHEST + 1


def can_listen(port: int) -> bool:
    """Tell whether nobody listens on a port of 127.0.0.1."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOCALHOST, port))
        except OSError:
            return False
    return True
