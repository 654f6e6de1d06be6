"""A day on a platform, and everything that can be seen of it afterwards."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import books as books_of
import pytest
from mail import MailServer
from pydantic import SecretStr
from resetting import keep_as_templates
from sqlalchemy import select, text

from chassis import tables
from chassis.ids import new_id
from chassis.runtime import Runtime
from childsupport.identity.v1.identity_service_pb2 import CreateClientRequest
from childsupport.notification.v1 import notification_service_pb2 as notification_pb
from launcher.clients import Clients, EmployerDoor
from launcher.cluster import CONNECTIONS, ProcessPlatform
from launcher.day import run_day
from launcher.demo import NINE_IN_THE_MORNING
from launcher.embedded import EmbeddedPlatform
from launcher.keys import key_file
from launcher.platform import Platform
from launcher.postgres import EmbeddedPostgres
from launcher.rabbitmq import PrivateNode
from launcher.registry import SERVICES, service_named
from launcher.report import Report, gather
from launcher.world import World, participant_id, read_world

RETRY_DELAYS_MS = "50,100,200"
PLANTED = ("99 Hidden Lane", "Hideaway", "hidden@refuge.example")
PROTECTED = participant_id("nora-vance")


@dataclass(frozen=True)
class Host:
    """A platform that runs, and its databases seen from inside."""

    name: str
    platform: Platform
    runtimes: Mapping[str, Runtime]
    root: Path
    postgres: EmbeddedPostgres | None = None


@dataclass(frozen=True, repr=False)
class Day:
    """What a day left behind."""

    world: World
    report: Report
    books: books_of.Books
    files: dict[str, bytes]
    """What was written for the outside, by its path below the data folder."""
    letters: dict[str, notification_pb.Letter]
    """By id, which is also the name of its file."""
    events: dict[str, list[tuple[str, bytes]]]
    """What each service told: type and body."""
    doors: list[str]
    """Everything that employers can read, by file."""
    inboxes: dict[str, str]
    """Everything that a participant can read, by participant."""
    logs: str
    mails: list[tuple[list[str], bytes]]
    """Recipients and content."""


def planted_world() -> World:
    """The demonstration's world; where its protected parent lives is easy to search for."""
    world = read_world()
    (found,) = [p for p in world.first.participants if p.participant_id == PROTECTED]
    found.address.line1, found.address.city, found.email = PLANTED
    found.email_notices = True
    return world


def run(host: Host, mail: MailServer) -> Day:
    """Run the demonstration's day and collect all that can be seen of it."""
    mail.mails.clear()
    world = planted_world()
    clients = Clients(host.platform.addresses, host.platform.administrator)
    try:
        submitted = run_day(host.platform, clients, world, lambda _: None)
        report = gather(clients, world, submitted, host.platform.addresses.data_dir)
        letters = clients.inbox.ListLetters(
            notification_pb.ListLettersRequest(page_size=1000), timeout=30
        ).letters
        return Day(
            world=world,
            report=report,
            books=books_of.read(host.runtimes),
            files=_files(host.platform.addresses.data_dir),
            letters={letter.letter_id: letter for letter in letters},
            events=_events(host),
            doors=[str(one.answer.body) for one in submitted] + _doors(host, clients),
            inboxes=_inboxes(clients, world),
            logs="".join(path.read_text() for path in host.root.rglob("*.log")),
            mails=[(m.rcpt_tos, m.content) for m in mail.mails],
        )
    finally:
        clients.close()


@contextmanager
def embedded(root: Path, mail: MailServer) -> Iterator[Host]:
    """The platform in this process."""
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as environment:
            for name, value in mail.settings.items():
                environment.setenv(name, value)
            platform = EmbeddedPlatform(root, clock_start=NINE_IN_THE_MORNING)
            stack.enter_context(platform)
        yield Host("embedded", platform, platform.runtimes, root)


@contextmanager
def processes(
    root: Path, node: PrivateNode, mail: MailServer, postgres: EmbeddedPostgres, **settings: str
) -> Iterator[Host]:
    """The platform as processes on servers."""
    given = {**mail.settings, "RETRY_DELAYS_MS": RETRY_DELAYS_MS, **settings}
    with node.virtual_host() as amqp_url:
        platform = ProcessPlatform(
            root,
            postgres,
            amqp_url,
            clock_start=NINE_IN_THE_MORNING,
            settings=given,
            revive=True,
            faults=root / "faults",
        )
        (root / "faults").mkdir()
        platform.prepare()
        keep_as_templates(postgres)
        with platform:
            runtimes = {name: runtime_of(platform, name, root) for name in SERVICES}
            try:
                yield Host("processes", platform, runtimes, root, postgres)
            finally:
                for runtime in runtimes.values():
                    runtime.close()


def postgres_of(root: Path) -> EmbeddedPostgres:
    """A server for the processes, not yet started."""
    return EmbeddedPostgres(root / "postgres", SERVICES, CONNECTIONS, durable=False)


def runtime_of(platform: ProcessPlatform, name: str, root: Path) -> Runtime:
    """A service of the processes as the test itself can use it."""
    service = service_named(name)
    settings = service.settings.from_environment(
        name,
        database_url=SecretStr(platform.databases.url(name)),
        keys_file=key_file(root / "keys", name),
        data_dir=platform.addresses.data_dir,
        clock_start=NINE_IN_THE_MORNING,
        max_database_connections=2,
    )
    return Runtime(service, settings)


def _files(data_dir: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(data_dir)): path.read_bytes()
        for path in data_dir.rglob("*")
        if path.is_file()
    }


def _events(host: Host) -> dict[str, list[tuple[str, bytes]]]:
    columns = tables.outbox.c
    found: dict[str, list[tuple[str, bytes]]] = {}
    for name, runtime in host.runtimes.items():
        with runtime.work() as work:
            rows = work.session.execute(select(columns.type, columns.body).order_by(columns.id))
            found[name] = [(row.type, row.body) for row in rows]
    return found


def _inboxes(clients: Clients, world: World) -> dict[str, str]:
    return {
        who: str(
            clients.inbox.ListInboxEntries(
                notification_pb.ListInboxEntriesRequest(participant_id=who, page_size=1000),
                timeout=30,
            )
        )
        for who in world.names
    }


def _doors(host: Host, clients: Clients) -> list[str]:
    """Every line of every submission, as its employer reads it."""
    found: list[str] = []
    with host.runtimes["withholding"].work() as work:
        rows = work.session.execute(
            text("SELECT employer_id::text, submission_id::text FROM submission")
        ).all()
    for employer_id, submission_id in rows:
        made = clients.clients.CreateClient(
            CreateClientRequest(
                request_id=new_id(),
                client_id=f"reader-{submission_id}",
                display_name="Reader of what became of a file",
                scopes=["withholding.remittances.read"],
                employer_id=employer_id,
            ),
            timeout=30,
        )
        door = EmployerDoor(
            host.platform.addresses.intake_url, made.client.client_id, made.client_secret
        )
        found += [str(line) for line in door.lines(submission_id)]
    return found
