"""Another program's view of the platform: gRPC stubs with a token, and the employers' HTTP door."""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from chassis.grpc.client import TokenSource, channel
from childsupport.case.v1.case_service_pb2_grpc import CaseImportServiceStub, CaseReadServiceStub
from childsupport.enforcement.v1.enforcement_service_pb2_grpc import ArrearsReadServiceStub
from childsupport.identity.v1.identity_service_pb2_grpc import ClientServiceStub
from childsupport.notification.v1.notification_service_pb2_grpc import InboxReadServiceStub
from childsupport.payments.v1.payments_service_pb2_grpc import (
    DisbursementReadServiceStub,
    LedgerReadServiceStub,
    ReceiptReadServiceStub,
)
from childsupport.withholding.v1.withholding_service_pb2_grpc import (
    EmployerServiceStub,
    RemittanceReadServiceStub,
)
from launcher.platform import Addresses, Administrator

HTTP_TIMEOUT_SECONDS = 600


class Clients:
    """Stubs of every service that carry one client's token."""

    def __init__(self, addresses: Addresses, administrator: Administrator) -> None:
        """Open a channel to every service; tokens are fetched and renewed by themselves."""
        identity = channel(addresses.grpc["identity"])
        self.tokens = TokenSource(administrator.client_id, administrator.secret, identity)
        opened = {
            name: channel(target, tokens=self.tokens) for name, target in addresses.grpc.items()
        }
        self.channels = opened
        self._identity = identity
        self.clients = ClientServiceStub(opened["identity"])
        self.case_imports = CaseImportServiceStub(opened["case"])
        self.cases = CaseReadServiceStub(opened["case"])
        self.employers = EmployerServiceStub(opened["withholding"])
        self.remittances = RemittanceReadServiceStub(opened["withholding"])
        self.receipts = ReceiptReadServiceStub(opened["payments"])
        self.ledger = LedgerReadServiceStub(opened["payments"])
        self.disbursements = DisbursementReadServiceStub(opened["payments"])
        self.arrears = ArrearsReadServiceStub(opened["enforcement"])
        self.inbox = InboxReadServiceStub(opened["notification"])

    def close(self) -> None:
        """Close every channel."""
        for opened in (self._identity, *self.channels.values()):
            opened.close()


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What the intake answered."""

    status: int
    body: dict[str, Any]


class EmployerDoor:
    """An employer's program that submits files over HTTP."""

    def __init__(self, intake_url: str, client_id: str, secret: str) -> None:
        """Get a token (OAuth 2.0 client credentials)."""
        self._url = intake_url
        self._form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": secret,
        }
        self._token = self._fetch_token()

    def _fetch_token(self) -> str:
        answer = self._send(
            "POST",
            "/oauth2/token",
            urllib.parse.urlencode(self._form).encode(),
            {"content-type": "application/x-www-form-urlencoded"},
        )
        if answer.status != HTTPStatus.OK:
            message = f"no token for {self._form['client_id']}: {answer.body}"
            raise RuntimeError(message)
        return str(answer.body["access_token"])

    def submit(self, file_name: str, content: bytes, key: str) -> HttpAnswer:
        """Submit one file under an idempotency key, with a new token if the old one expired."""
        answer = self._submit(file_name, content, key)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            self._token = self._fetch_token()
            answer = self._submit(file_name, content, key)
        return answer

    def _submit(self, file_name: str, content: bytes, key: str) -> HttpAnswer:
        return self._send(
            "POST",
            f"/v1/submissions?{urllib.parse.urlencode({'file_name': file_name})}",
            content,
            {
                "content-type": "application/octet-stream",
                "idempotency-key": f'"{key}"',
                "authorization": f"Bearer {self._token}",
            },
        )

    def lines(self, submission_id: str) -> Iterator[dict[str, Any]]:
        """Read what became of each line of a submission."""
        token = ""
        while True:
            query = urllib.parse.urlencode({"page_token": token})
            answer = self._send(
                "GET",
                f"/v1/submissions/{submission_id}/lines?{query}",
                None,
                {"authorization": f"Bearer {self._token}"},
            )
            yield from answer.body["lines"]
            token = answer.body.get("next_page_token", "")
            if not token:
                return

    def _send(
        self, method: str, path: str, content: bytes | None, headers: dict[str, str]
    ) -> HttpAnswer:
        request = urllib.request.Request(  # noqa: S310 (the intake's own address)
            self._url + path, data=content, headers=headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=HTTP_TIMEOUT_SECONDS) as answer:  # noqa: S310
                return HttpAnswer(answer.status, json.load(answer))
        except urllib.error.HTTPError as error:
            return HttpAnswer(error.code, json.loads(error.read() or b"{}"))
