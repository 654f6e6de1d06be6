"""People at the door: accounts by the mails that were sent, offices, apps, a bare client."""

import re
import time
import uuid
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlsplit

import httpx

from chassis.dates import from_date, to_date
from childsupport.identity.v1 import account_service_pb2 as pb
from childsupport.identity.v1 import enrolment_service_pb2 as enrolment_pb
from childsupport.identity.v1.account_service_pb2_grpc import AccountServiceStub
from childsupport.identity.v1.enrolment_service_pb2_grpc import PortalAccessServiceStub
from identity_service.domain import totp
from launcher.world import participant_id, read_world

PASSWORD = "nine grey herons by the mill"
OTHER_PASSWORD = "slow trains under paper moons"
_TOKEN = re.compile(r'name="_token" value="([^"]+)"')
_VARIES = re.compile(r'value="[^"]{20,}"')


@dataclass(frozen=True)
class Person:
    """Somebody with an account at the portal, or who wants one."""

    first: str
    last: str
    email: str
    user_name: str = ""
    password: str = PASSWORD


def somebody(first: str) -> Person:
    """Return a person whom nobody knows yet."""
    mark = "".join(chr(ord("a") + int(c, 16)) for c in uuid.uuid4().hex[:6])
    return Person(first, f"Tester{mark}", f"{first}.{mark}@example.org".lower())


def with_account(town, first: str) -> Person:
    """Return a person with a verified account, made past the portal and its limits."""
    person = somebody(first)
    with town.clients() as clients:
        accounts = AccountServiceStub(clients.channels["identity"])
        accounts.CreateAccount(
            pb.CreateAccountRequest(
                request_id=str(uuid.uuid4()),
                first_name=person.first,
                last_name=person.last,
                email=person.email,
                password=person.password,
                language="en",
                origin=pb.Origin(address="192.0.2.77", user_agent="test"),
            )
        )
        mail = town.arrival(person.email, 0, lambda one: bool(one.token))
        asked = pb.VerifyEmailRequest(
            request_id=str(uuid.uuid4()), token=mail.token, password=person.password
        )
        return replace(person, user_name=accounts.VerifyEmail(asked).user_name)


def born_on(key: str):
    """Return the date of birth of a participant of the demonstration."""
    found = {p.participant_id: p for p in read_world().first.participants}
    return to_date(found[participant_id(key)].birth_date)


def office_enables(town, key: str, email: str) -> str:
    """Be the office that a participant calls; return the identification number that it tells."""
    asked = enrolment_pb.EnablePortalAccessRequest(
        request_id=str(uuid.uuid4()),
        participant_id=participant_id(key),
        birth_date=from_date(born_on(key)),
        email=email,
    )
    with town.clients() as clients:
        office = PortalAccessServiceStub(clients.channels["identity"])
        return str(office.EnablePortalAccess(asked).participant_number)


def app_code(secret: str, *, ahead: int = 0) -> str:
    """Return what an authenticator app with this secret shows; `ahead`: of a later half minute."""
    padded = secret + "=" * (-len(secret) % 8)
    step = int(time.time()) // totp.STEP_S + ahead
    return totp.code(totp.base64.b32decode(padded), step)


def secret_of(uri: str) -> str:
    """Return the secret that a QR code's address holds."""
    return parse_qs(urlsplit(uri).query)["secret"][0]


class Client(httpx.Client):
    """A browser's bare bones: cookies, forms with their tokens, no redirects of its own."""

    def __init__(self, town, site: str = "portal") -> None:
        url = town.portal_url if site == "portal" else town.console_url
        super().__init__(base_url=url, timeout=30, follow_redirects=False)

    def token(self, page: str) -> str:
        """Return the token of a page's main form."""
        found = _TOKEN.findall(self.get(page).text)
        assert found, page
        return found[-1]

    def fill(self, page: str, to: str = "", **fields: str) -> httpx.Response:
        """Fill in a page's form and send it."""
        fields = {"_token": self.token(page), "_request": str(uuid.uuid4())} | fields
        return self.post(to or page, data=fields)

    def sign_in(self, person: Person, **fields: str) -> httpx.Response:
        """Sign in with a password."""
        given = {"login": person.user_name, "password": person.password} | fields
        return self.fill("/log-in", **given)


def alike(answer: httpx.Response) -> tuple[int, str, str]:
    """Return what two answers have in common that tell the same: without tokens and ids."""
    place = answer.headers.get("location", "")
    return answer.status_code, place, _VARIES.sub("", answer.text)
