"""Workers of a demonstration come in: invited by mail, with a password and an authenticator app."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chassis.clock import SystemClock
from chassis.ids import new_id
from childsupport.identity.v1 import worker_service_pb2 as pb
from childsupport.identity.v1.account_service_pb2 import Origin
from childsupport.identity.v1.worker_service_pb2_grpc import (
    WorkerAccountServiceStub,
    WorkerSessionServiceStub,
)
from identity_service.domain import totp
from launcher.clients import Clients
from launcher.enrolling import PASSWORD, arrival
from launcher.mail_reading import mails

_ORIGIN = Origin(address="192.0.2.2", user_agent="demonstration")
_BLOCK = 8


@dataclass(frozen=True, slots=True)
class WorkerLogin:
    """How a worker of the demonstration signs in."""

    name: str
    worker_id: str
    password: str
    totp_secret: str
    """In base32, as an authenticator app takes it."""
    roles: tuple[str, ...]


def hire(
    clients: Clients, mail_folder: Path, name: str, roles: Sequence[str], offices: Sequence[str]
) -> WorkerLogin:
    """Invite a worker and follow the invitation's mail to its end."""
    worker_id = name.lower().replace(" ", ".")
    email = f"{worker_id}@agency.example"
    before = len(mails(mail_folder, email))
    WorkerAccountServiceStub(clients.channels["identity"]).CreateWorker(
        pb.CreateWorkerRequest(
            request_id=new_id(),
            worker_id=worker_id,
            display_name=name,
            email=email,
            office_ids=offices,
            roles=[pb.WorkerRole.Value(f"WORKER_ROLE_{role.upper()}") for role in roles],
            language="en",
        )
    )
    token = arrival(mail_folder, email, before, lambda mail: bool(mail.token)).token
    sessions = WorkerSessionServiceStub(clients.channels["identity"])
    accepted = sessions.AcceptInvitation(
        pb.AcceptInvitationRequest(
            request_id=new_id(), token=token, password=PASSWORD, origin=_ORIGIN
        )
    )
    sessions.ConfirmInvitation(
        pb.ConfirmInvitationRequest(
            request_id=new_id(), token=token, totp_code=code_of(accepted.secret), origin=_ORIGIN
        )
    )
    return WorkerLogin(name, worker_id, PASSWORD, accepted.secret, tuple(roles))


def code_of(totp_secret: str, *, steps_ahead: int = 0) -> str:
    """Return what an authenticator app shows now; a code serves once, the next is a step ahead."""
    step = int(SystemClock().now().timestamp()) // totp.STEP_S + steps_ahead
    return totp.code(_secret(totp_secret), step)


def shown_now(logins_file: Path, worker_id: str, now_s: float) -> tuple[str, int]:
    """Return what the app of a demonstration's worker shows, and for how many seconds more.

    Raises ValueError when the demonstration has no such worker, or there is none.
    """
    if not logins_file.exists():
        message = f"{logins_file}: not there; only a demonstration keeps its logins"
        raise ValueError(message)
    people = json.loads(logins_file.read_text())
    secrets = {one["worker_id"]: one["totp_secret"] for one in people if "worker_id" in one}
    if worker_id not in secrets:
        known = ", ".join(sorted(secrets)) or "nobody"
        message = f"{worker_id}: no worker of this demonstration; there is {known}"
        raise ValueError(message)
    step, gone = divmod(int(now_s), totp.STEP_S)
    return totp.code(_secret(secrets[worker_id]), step), totp.STEP_S - gone


def _secret(base32: str) -> bytes:
    return base64.b32decode(base32 + "=" * (-len(base32) % _BLOCK))
