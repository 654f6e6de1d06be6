"""A console as identity sees it: workers who set themselves up with the link of a real mail."""

import base64
from dataclasses import dataclass
from typing import Any

from portal_world import Portal

from chassis.ids import new_id
from childsupport.identity.v1 import worker_service_pb2 as pb
from childsupport.identity.v1.identity_service_pb2 import CreateClientRequest
from identity_service.domain import totp

PASSWORD = "marble kettle under nine stars"
CASEWORKER, SUPERVISOR = pb.WORKER_ROLE_CASEWORKER, pb.WORKER_ROLE_SUPERVISOR


@dataclass
class Dana:
    """A worker with the app on a phone."""

    console: "Console"
    worker_id: str
    secret: str
    recovery_codes: list[str]

    def code(self, ahead: int = 0) -> str:
        """What the app shows now."""
        padded = self.secret + "=" * (-len(self.secret) % 8)
        step = int(self.console.portal.identity.clock.now().timestamp()) // totp.STEP_S
        return totp.code(base64.b32decode(padded), step + ahead)

    def log_in(self, **given: Any) -> Any:
        """Log in with the next code of the app."""
        self.console.portal.advance(seconds=totp.STEP_S)
        return self.console.call("LogInWorker", **self.shown(**given))

    def shown(self, **given: Any) -> dict[str, Any]:
        return {
            "login": self.worker_id,
            "password": PASSWORD,
            "totp_code": self.code(),
            "origin": self.console.portal.origin(),
        } | given


class Console:
    """Calls identity in the console's own name, and for workers."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.call = portal.call
        self.refused = portal.refused

    def make(self, worker_id: str = "dana.reyes", *roles: Any, **given: Any) -> Any:
        return self.call(
            "CreateWorker",
            **{
                "worker_id": worker_id,
                "display_name": "Dana Reyes",
                "email": f"{worker_id}@agency.example",
                "office_ids": ["21073"],
                "roles": roles or [CASEWORKER],
            }
            | given,
        ).worker

    def link(self) -> str:
        """Return the link of the newest mail that has one."""
        return [one for one in self.portal.post() if one.link][-1].link

    def set_up(self, worker_id: str, link: str) -> Dana:
        """Be the worker who opens the link."""
        accepted = self.call("AcceptInvitation", token=link, password=PASSWORD)
        dana = Dana(self, worker_id, accepted.secret, [])
        done = self.call("ConfirmInvitation", token=link, totp_code=dana.code())
        dana.recovery_codes = list(done.recovery_codes)
        self.portal.post()
        return dana

    def worker(self, worker_id: str = "dana.reyes", *roles: Any) -> Dana:
        """Make a worker who has set everything up."""
        self.make(worker_id, *roles)
        return self.set_up(worker_id, self.link())

    def token_for(self, session_token: str) -> str:
        return str(self.call("IssueWorkerToken", session_token=session_token).user_token)

    def as_worker(self, session_token: str) -> dict[str, Any]:
        """Return what a call for a worker carries."""
        return {"metadata": (("x-end-user", self.token_for(session_token)),)}

    def client(self, client_id: str, *scopes: str) -> None:
        """Register another client and call with its token from now on."""
        made = self.portal.identity.admin(
            "CreateClient",
            CreateClientRequest(
                request_id=new_id(), client_id=client_id, display_name=client_id, scopes=scopes
            ),
        )
        issued = self.portal.identity.issue(client_id, made.client_secret)
        self.portal.token = issued.access_token
