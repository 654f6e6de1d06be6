"""Parents of a demonstration come in: the whole way, with the mails that were really sent."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Protocol

from chassis.clock import stopwatch
from chassis.dates import from_date
from chassis.ids import new_id
from childsupport.case.v1.case_service_pb2 import GetParticipantRequest
from childsupport.identity.v1 import account_service_pb2 as pb
from childsupport.identity.v1 import enrolment_service_pb2 as enrolment_pb
from childsupport.identity.v1.account_service_pb2_grpc import AccountServiceStub
from childsupport.identity.v1.enrolment_service_pb2_grpc import (
    EnrolmentServiceStub,
    PortalAccessServiceStub,
)
from launcher.clients import Clients
from launcher.mail_reading import Mail, mails

PASSWORD = "a quiet river under seven bridges"  # noqa: S105 — of nobody real
DAY = timedelta(days=1)
MAIL_WAIT_S = 60.0
_LOOK_S = 0.1
_ORIGIN = pb.Origin(address="192.0.2.1", user_agent="demonstration")


class Ahead(Protocol):
    """A clock that can be set ahead."""

    def advance(self, by: timedelta) -> None:
        """Set it ahead."""
        ...


@dataclass(frozen=True, slots=True)
class Login:
    """How a parent of the demonstration signs in."""

    name: str
    user_name: str
    password: str
    email: str
    participant_id: str


def enrol(
    clients: Clients, mail_folder: Path, clock: Ahead, names: dict[str, tuple[str, date]]
) -> list[Login]:
    """Enrol participants (id to name and date of birth) as Kentucky does; a day passes meanwhile.

    The office enables them, they make accounts and confirm their addresses; the next day they ask
    for access and enter the PIN of the mail.
    """
    accounts = AccountServiceStub(clients.channels["identity"])
    office = PortalAccessServiceStub(clients.channels["identity"])
    numbers = {}
    for participant_id, (_, born) in names.items():
        asked = enrolment_pb.EnablePortalAccessRequest(
            request_id=new_id(),
            participant_id=participant_id,
            birth_date=from_date(born),
            email=_address(clients, participant_id, names[participant_id][0]),
        )
        numbers[participant_id] = office.EnablePortalAccess(asked).participant_number
    logins = [
        _account(clients, accounts, mail_folder, participant_id, name)
        for participant_id, (name, _) in names.items()
    ]
    clock.advance(DAY)
    for login in logins:
        born = names[login.participant_id][1]
        _get_access(clients, accounts, mail_folder, login, born, numbers[login.participant_id])
    return logins


def _address(clients: Clients, participant_id: str, name: str) -> str:
    asked = GetParticipantRequest(participant_id=participant_id)
    known = clients.cases.GetParticipant(asked).participant.email
    return known or name.lower().replace(" ", ".") + "@example.org"


def _account(
    clients: Clients, accounts: AccountServiceStub, folder: Path, participant_id: str, name: str
) -> Login:
    first, _, last = name.partition(" ")
    email = _address(clients, participant_id, name)
    asked = pb.CreateAccountRequest(
        request_id=new_id(),
        first_name=first,
        last_name=last,
        email=email,
        password=PASSWORD,
        language="en",
        origin=_ORIGIN,
    )
    before = len(mails(folder, email))
    accounts.CreateAccount(asked)
    mail = arrival(folder, email, before, lambda one: bool(one.token))
    confirmed = pb.VerifyEmailRequest(request_id=new_id(), token=mail.token, password=PASSWORD)
    user_name = accounts.VerifyEmail(confirmed).user_name
    return Login(name, user_name, PASSWORD, email, participant_id)


def _get_access(
    clients: Clients,
    accounts: AccountServiceStub,
    folder: Path,
    login: Login,
    born: date,
    number: str,
) -> None:
    enrolment = EnrolmentServiceStub(clients.channels["identity"])
    asked = pb.LogInRequest(
        request_id=new_id(), login=login.user_name, password=login.password, origin=_ORIGIN
    )
    token = accounts.LogIn(asked).session_token
    before = len(mails(folder, login.email))
    enrolment.RequestAccess(
        enrolment_pb.RequestAccessRequest(
            request_id=new_id(),
            session_token=token,
            birth_date=from_date(born),
            participant_number=number,
            email=login.email,
        )
    )
    mail = arrival(folder, login.email, before, lambda one: bool(one.pin))
    enrolment.EnterPin(
        enrolment_pb.EnterPinRequest(
            request_id=new_id(), session_token=token, pin=re.sub(r"\D", "", mail.pin)
        )
    )
    accounts.LogOut(pb.LogOutRequest(session_token=token))


def arrival(folder: Path, to: str, before: int, fits: Callable[[Mail], bool]) -> Mail:
    """Return the first mail after `before` ones that fits. Raises TimeoutError."""
    gives_up_at = stopwatch() + MAIL_WAIT_S
    while stopwatch() < gives_up_at:
        for mail in mails(folder, to)[before:]:
            if fits(mail):
                return mail
        time.sleep(_LOOK_S)
    raise TimeoutError(f"no mail to {to} within {MAIL_WAIT_S:.0f} s")
