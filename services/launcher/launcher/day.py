"""A day of the platform from outside: files in at one end, families paid at the other."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from childsupport.identity.v1.identity_service_pb2 import CreateClientRequest
from childsupport.withholding.v1.withholding_service_pb2 import CreateEmployerRequest
from launcher.clients import Clients, EmployerDoor, HttpAnswer
from launcher.employer_files import Withheld, ctx_file
from launcher.platform import Platform
from launcher.world import DEMO_CCD_FILE, World

SETTLE_SECONDS = 120
BUSINESS_DATE = date(2026, 3, 6)
"""The day that the demonstration's files are dated: a Friday."""

EMPLOYER_SCOPES = ("withholding.remittances.submit", "withholding.remittances.read")

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Submitted:
    """A file that was submitted, and what the intake answered."""

    file_name: str
    employer: str
    answer: HttpAnswer

    @property
    def submission(self) -> dict[str, Any]:
        """The submission as the intake tells it."""
        return self.answer.body


def open_doors(
    platform: Platform, clients: Clients, world: World, say: Say
) -> dict[str, EmployerDoor]:
    """Register the world's employers, and a client for each."""
    say("registering employers, and a client for each")
    return {key: _register(platform, clients, world, key) for key in world.employers}


def run_day(
    platform: Platform,
    clients: Clients,
    world: World,
    say: Say,
    doors: Mapping[str, EmployerDoor] | None = None,
) -> list[Submitted]:
    """Run the whole day; `say` is told what is being done."""
    doors = doors or open_doors(platform, clients, world, say)
    say("taking over participants, cases and orders")
    clients.case_imports.ImportCases(iter([world.first]), timeout=60)
    platform.settle(SETTLE_SECONDS)
    say("charging the month's current support")
    platform.run_job("payments", "charge", BUSINESS_DATE)
    say("employers submit their files over HTTP")
    files = [
        ("synth", DEMO_CCD_FILE.name, DEMO_CCD_FILE.read_bytes()),
        (world.ctx_employer, "bluegrass_ctx.ach", _ctx_file(world)),
    ]
    submitted = []
    for key, name, content in files:
        answer = doors[key].submit(name, content, name)
        submitted.append(Submitted(name, world.employers[key].name, answer))
        # One after the other: which of two payments came first decides what each of them pays.
        platform.settle(SETTLE_SECONDS)
    say("a case appears that a payment was waiting for")
    clients.case_imports.ImportCases(iter([world.late]), timeout=60)
    platform.settle(SETTLE_SECONDS)
    say("paying families and the State")
    platform.run_job("payments", "disburse", BUSINESS_DATE)
    platform.run_job("enforcement", "screen", BUSINESS_DATE)
    platform.settle(SETTLE_SECONDS)
    return submitted


def _register(platform: Platform, clients: Clients, world: World, key: str) -> EmployerDoor:
    employer = clients.employers.CreateEmployer(
        CreateEmployerRequest(request_id=str(uuid.uuid4()), employer=world.employers[key]),
        timeout=10,
    ).employer
    platform.settle(SETTLE_SECONDS)
    made = clients.clients.CreateClient(
        CreateClientRequest(
            request_id=str(uuid.uuid4()),
            client_id=f"employer-{key}",
            display_name=employer.name,
            scopes=EMPLOYER_SCOPES,
            employer_id=employer.employer_id,
        ),
        timeout=10,
    )
    return EmployerDoor(platform.addresses.intake_url, made.client.client_id, made.client_secret)


def _ctx_file(world: World) -> bytes:
    employer = world.employers[world.ctx_employer]
    return ctx_file(
        employer.name,
        employer.ach_company_ids[0],
        world.ctx_pay_date,
        [
            Withheld(line.case_number, line.ssn, line.name, line.amount_cents, line.medical)
            for line in world.ctx_lines
        ],
    )
