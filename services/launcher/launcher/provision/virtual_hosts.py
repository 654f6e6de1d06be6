"""Virtual hosts of a RabbitMQ, made and deleted through whatever the node offers.

AMQP itself cannot make one. The management plugin's HTTP API can (stable over all versions); for a
node of this machine without that plugin there is `rabbitmqctl`.
"""

import base64
import http.client
import json
import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote, urlsplit

MANAGEMENT_PORT: Final = 15672
MANAGEMENT_URL: Final = "RABBITMQ_MANAGEMENT_URL"
HTTP_SECONDS: Final = 10.0
CONTROL_SECONDS: Final = 60.0
DEFAULT_AMQP_PORT: Final = 5672
EVERYTHING: Final = {"configure": ".*", "write": ".*", "read": ".*"}
CONTROL_PATH: Final = "/usr/local/sbin:/usr/sbin:/opt/homebrew/sbin"


@dataclass(frozen=True, slots=True)
class Login:
    """Where a broker listens and as whom one connects, as read from an AMQP URL."""

    host: str
    port: int
    user: str
    password: str

    def url(self, virtual_host: str) -> str:
        """The AMQP URL of a virtual host."""
        who = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}"
        return f"amqp://{who}@{self.host}:{self.port}/{quote(virtual_host, safe='')}"


def read_amqp_url(url: str) -> Login:
    """Read `amqp://user:password@host:port/virtual_host`; what is missing is RabbitMQ's default."""
    parts = urlsplit(url)
    if parts.scheme != "amqp" or not parts.hostname:
        raise ValueError(f"AMQP_URL: read {parts.scheme}://…, expected amqp://user:password@host/")
    return Login(
        host=parts.hostname,
        port=parts.port or DEFAULT_AMQP_PORT,
        user=unquote(parts.username or "guest"),
        password=unquote(parts.password or "guest"),
    )


class ManagementApi:
    """The few calls of the management plugin that we need."""

    def __init__(self, url: str, login: Login) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError(f"{MANAGEMENT_URL}: read {url!r}, expected http://host:port")
        self._address = (parts.hostname, parts.port or MANAGEMENT_PORT)
        token = base64.b64encode(f"{login.user}:{login.password}".encode()).decode("ascii")
        self._headers = {"Authorization": f"Basic {token}", "Content-Type": "application/json"}
        self._user = login.user

    def answers(self) -> bool:
        """Whether the plugin is there and takes our login."""
        try:
            self._call("GET", "/api/whoami")
        except (OSError, http.client.HTTPException):
            return False
        return True

    def add(self, name: str) -> None:
        """Make a virtual host in which our user may do everything."""
        self._call("PUT", f"/api/vhosts/{quote(name, safe='')}")
        user = quote(self._user, safe="")
        self._call("PUT", f"/api/permissions/{quote(name, safe='')}/{user}", EVERYTHING)

    def delete(self, name: str) -> None:
        """Delete a virtual host with all its queues and connections."""
        self._call("DELETE", f"/api/vhosts/{quote(name, safe='')}")

    def _call(self, method: str, path: str, body: Mapping[str, str] | None = None) -> bytes:
        connection = http.client.HTTPConnection(*self._address, timeout=HTTP_SECONDS)
        try:
            content = None if body is None else json.dumps(body)
            connection.request(method, path, content, self._headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status >= http.client.BAD_REQUEST:
            raise ConnectionError(f"{method} {path}: {answer.status} {answer.reason}: {text!r}")
        return text


class ControlProgram:
    """`rabbitmqctl`, for the machine's own node."""

    def __init__(self, program: str, user: str) -> None:
        self._program = program
        self._user = user

    def add(self, name: str) -> None:
        """Make a virtual host in which our user may do everything."""
        self._run("add_vhost", name)
        self._run("set_permissions", "-p", name, self._user, *EVERYTHING.values())

    def delete(self, name: str) -> None:
        """Delete a virtual host with all its queues and connections."""
        self._run("delete_vhost", name)

    def _run(self, *words: str) -> None:
        done = subprocess.run(
            [self._program, "--quiet", *words],
            check=False,
            capture_output=True,
            text=True,
            timeout=CONTROL_SECONDS,
        )
        if done.returncode != 0:
            raise ConnectionError(f"rabbitmqctl {words[0]}: {done.stdout}{done.stderr}")


def administration(amqp_url: str) -> ManagementApi | ControlProgram:
    """What can make virtual hosts on this broker. Raises ConnectionError, saying what to do."""
    login = read_amqp_url(amqp_url)
    given = os.environ.get(MANAGEMENT_URL)
    api = ManagementApi(given or f"http://{login.host}:{MANAGEMENT_PORT}", login)
    if api.answers():
        return api
    program = shutil.which("rabbitmqctl", path=f"{os.environ.get('PATH', '')}:{CONTROL_PATH}")
    if login.host in {"127.0.0.1", "localhost", "::1"} and program is not None:
        return ControlProgram(program, login.user)
    raise ConnectionError(
        f"cannot make virtual hosts on {login.host}: enable its management plugin "
        "(`rabbitmq-plugins enable rabbitmq_management`) and, unless it is at port "
        f"{MANAGEMENT_PORT}, set {MANAGEMENT_URL}"
    )


@contextmanager
def virtual_host(
    amqp_url: str, admin: ManagementApi | ControlProgram | None = None
) -> Iterator[str]:
    """A virtual host with a name of its own for a while; yields its AMQP URL."""
    admin = admin if admin is not None else administration(amqp_url)
    name = f"childsupport-{uuid.uuid4().hex}"
    admin.add(name)
    try:
        yield read_amqp_url(amqp_url).url(name)
    finally:
        admin.delete(name)
