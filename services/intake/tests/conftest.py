"""The door with real services behind it, and employers that knock."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import httpx
import pytest
from google.protobuf.message import Message
from pydantic import SecretStr
from sqlalchemy import create_engine, make_url, text

from chassis.clock import SteppedClock
from chassis.crypto import load_keys
from chassis.events import Envelope
from chassis.grpc.server import build_server
from chassis.ids import derived_id, new_id
from chassis.runtime import Runtime
from chassis.service import Service
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import events_pb2 as case_events
from childsupport.withholding.v1 import withholding_service_pb2 as pb
from childsupport.withholding.v1.events_pb2 import EmployersChanged
from identity_service.registration import bootstrap_client, register
from identity_service.service import SERVICE as IDENTITY
from intake_service.server import IntakeServer
from withholding_service.api import Employers
from withholding_service.service import SERVICE as WITHHOLDING

MAX_FILE_BYTES = 3_000_000
SCOPES = ("withholding.remittances.submit", "withholding.remittances.read")
START = datetime(2026, 3, 6, 14, 0, tzinfo=UTC)
SAMPLE = Path(__file__).parent / "data" / "ccd_ded.ach"


@dataclass
class Platform:
    """The two services, their servers and the door."""

    identity: Runtime
    withholding: Runtime
    identity_target: str
    door: IntakeServer
    key_directory: Path
    serial: Iterator[int] = field(default_factory=count)

    def client(self, *scopes: str) -> tuple[str, str]:
        """Register another employer with a client; returns the client's id and secret."""
        fein = f"90{next(self.serial):07d}"
        wanted = pb.Employer(fein=fein, name=f"Employer {fein}")
        with self.withholding.work() as work:
            request = pb.CreateEmployerRequest(request_id=new_id(), employer=wanted)
            employer = Employers().CreateEmployer(request, work).employer
        told = EmployersChanged(employers=[employer])
        self.identity.deliver("identity.withholding", _envelope(told))
        client_id = f"employer-{fein}"
        with self.identity.work() as work:
            _, secret = register(
                work, client_id, employer.name, scopes or SCOPES, employer.employer_id
            )
        return client_id, secret

    def case(self, number: str, ssn: str) -> None:
        keys = load_keys("case", self.key_directory / "case.keys.json")
        obligor = derived_id("obligor", number)
        state = case_events.ParticipantState(
            participant_id=obligor,
            version=1,
            ssn_for_withholding=keys.seal("withholding", ssn.encode()),
        )
        order = case_pb.Order(obligations=[case_pb.Obligation(obligation_id=new_id())])
        case = case_pb.Case(
            case_id=new_id(), case_number=number, obligor_id=obligor, version=1, orders=[order]
        )
        for message in (
            case_events.ParticipantsChanged(participants=[state]),
            case_events.CasesChanged(cases=[case]),
        ):
            self.withholding.deliver("withholding.case", _envelope(message))

    def http(self, client_id: str = "", secret: str = "") -> httpx.Client:
        """Return an HTTP client, with a token when it has credentials."""
        headers = {}
        if client_id:
            answer = httpx.post(
                f"{self.door.url}/oauth2/token",
                data={"grant_type": "client_credentials"},
                auth=(client_id, secret),
            )
            assert answer.status_code == 200, answer.text
            headers["authorization"] = f"Bearer {answer.json()['access_token']}"
        return httpx.Client(base_url=self.door.url, headers=headers, timeout=30)


def _envelope(message: Message) -> Envelope:
    return Envelope(
        event_id=new_id(),
        type=message.DESCRIPTOR.full_name,
        source="test",
        subject="",
        time=datetime(2026, 3, 6, tzinfo=UTC),
        body=message.SerializeToString(),
    )


@pytest.fixture(scope="session")
def runtimes(
    postgres_admin_url: str,
    templates: Callable[[Service], str],
    key_directory: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., Runtime]]:
    """Make runtimes that live as long as the tests of the door do."""
    admin = create_engine(postgres_admin_url, isolation_level="AUTOCOMMIT")
    made: list[tuple[Runtime, str]] = []

    def make(service: Service, **given: object) -> Runtime:
        name = f"d_{service.name}_{new_id()[-12:]}"
        with admin.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{templates(service)}"'))
        url = make_url(postgres_admin_url).set(database=name)
        settings = service.settings.from_environment(
            service.name,
            database_url=SecretStr(url.render_as_string(hide_password=False)),
            keys_file=key_directory / f"{service.name}.keys.json",
            data_dir=tmp_path_factory.mktemp(service.name),
            max_database_connections=8,
            **given,
        )
        made.append((Runtime(service, settings, clock=SteppedClock(START)), name))
        return made[-1][0]

    yield make
    with admin.connect() as connection:
        for runtime, name in made:
            runtime.close()
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture(scope="session")
def platform(runtimes: Callable[..., Runtime], key_directory: Path) -> Iterator[Platform]:
    """Serve both services and the door; tests are told apart by their employers."""
    identity = runtimes(IDENTITY)
    with identity.work() as work:
        bootstrap_client(work, "administrator", rotate=True)
    servers = [build_server(identity)]
    target = f"127.0.0.1:{servers[0].port}"
    withholding = runtimes(WITHHOLDING, identity_grpc_target=target)
    servers.append(build_server(withholding))
    for server in servers:
        server.start()
    door = IntakeServer(
        identity_target=target,
        withholding_target=f"127.0.0.1:{servers[1].port}",
        max_file_bytes=MAX_FILE_BYTES,
    )
    made = Platform(identity, withholding, target, door, key_directory)
    made.case("0000123456", "900010001")
    made.case("0000123457", "900010002")
    with door:
        yield made
    for server in servers:
        server.drain(1.0)


@pytest.fixture
def employer(platform: Platform) -> Iterator[httpx.Client]:
    """An employer of the test's own, with a token."""
    client_id, secret = platform.client()
    with platform.http(client_id, secret) as client:
        yield client


@pytest.fixture
def sample() -> bytes:
    return SAMPLE.read_bytes()
