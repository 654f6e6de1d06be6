"""What the console's tests share: what parents and the administrator do, and workers' pages."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import kit
from playwright.sync_api import Browser, Page

from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import conversation_service_pb2 as conversation_pb
from childsupport.case.v1 import party_service_pb2 as party_pb
from childsupport.case.v1 import worklist_service_pb2 as worklist_pb
from childsupport.case.v1.conversation_service_pb2_grpc import ConversationPartyServiceStub
from childsupport.case.v1.party_service_pb2_grpc import PartyServiceStub
from childsupport.case.v1.worklist_service_pb2_grpc import WorklistReadServiceStub
from childsupport.identity.v1 import audit_service_pb2 as audit_pb
from childsupport.identity.v1.audit_service_pb2_grpc import AuditReadServiceStub
from launcher.clients import Clients
from launcher.hiring import WorkerLogin, code_of, hire
from launcher.world import participant_id

OFFICE = "21073"
CASE_NUMBER = "0000123459"
RICHARD, KATE = participant_id("richard-roe"), participant_id("kate-roe")

Browse = Callable[..., Page]


@dataclass(frozen=True)
class Worker:
    """Somebody of the office who is signed in once for many tests."""

    login: WorkerLogin
    cookies: list[Any]

    @property
    def worker_id(self) -> str:
        return self.login.worker_id

    def page(self, browse: Browse, size: str = "desktop", *, js: bool = True) -> Page:
        page = browse(size, js=js, site="console")
        page.context.add_cookies(self.cookies)
        return page


@dataclass(frozen=True)
class Desk:
    """What parents and the administrator do beside the browser."""

    town: kit.Town
    clients: Clients

    def stub(self, kind: Callable[..., Any], service: str = "case") -> Any:
        return kind(self.clients.channels[service])

    def hired(self, name: str, *roles: str) -> WorkerLogin:
        return hire(self.clients, self.town.mail_folder, name, roles, [OFFICE])

    def at_work(self, chromium: Browser, name: str, *roles: str) -> Worker:
        """Hire somebody who signs in now."""
        login = self.hired(name, *roles)
        browsing = kit.Browsing(chromium, self.town)
        cookies = enter(browsing(site="console"), login).context.cookies()
        browsing.close()
        return Worker(login, cookies)

    def case_id(self) -> str:
        asked = case_pb.GetCaseRequest(case_number=CASE_NUMBER)
        return str(self.clients.cases.GetCase(asked).case.case_id)

    def report(self, who: str, kind: int, details: party_pb.ChangeDetails) -> str:
        """Report a change as a parent; return the item that it makes."""
        asked = party_pb.ReportChangeRequest(
            request_id=str(uuid.uuid4()),
            case_id=self.case_id(),
            participant_id=who,
            kind=kind,
            details=details,
        )
        return self.item_about(self.stub(PartyServiceStub).ReportChange(asked).change.change_id)

    def ask(self, who: str, subject: str) -> str:
        """Write to the office as a parent; return the item that it makes."""
        asked = conversation_pb.StartMyConversationRequest(
            request_id=str(uuid.uuid4()),
            case_id=self.case_id(),
            participant_id=who,
            topic=conversation_pb.CONVERSATION_TOPIC_PAYMENTS,
            subject=subject,
            text="When does the next payment come?",
        )
        talks = self.stub(ConversationPartyServiceStub)
        return self.item_about(talks.StartMyConversation(asked).conversation.conversation_id)

    def item_about(self, about_id: str) -> str:
        asked = worklist_pb.ListItemsRequest(about_id=about_id)
        return str(self.stub(WorklistReadServiceStub).ListItems(asked).items[0].item_id)

    def item(self, item_id: str) -> worklist_pb.GetItemResponse:
        asked = worklist_pb.GetItemRequest(item_id=item_id)
        found: worklist_pb.GetItemResponse = self.stub(WorklistReadServiceStub).GetItem(asked)
        return found

    def looks_of(self, caller: str) -> list[audit_pb.AuditRecord]:
        asked = audit_pb.ListAuditRecordsRequest(caller=caller)
        reads = self.stub(AuditReadServiceStub, "identity")
        return list(reads.ListAuditRecords(asked).records)


def enter(page: Page, login: WorkerLogin) -> Page:
    """Sign in with both factors. The invitation took this moment's code, so it is the next one."""
    page.goto("/log-in")
    page.fill("#login", login.worker_id)
    page.fill("#password", login.password)
    page.fill("#code", code_of(login.totp_secret, steps_ahead=1))
    press(page, "Sign in")
    page.wait_for_url("**/worklist")
    return page


def press(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name, exact=True).click()


def unfold(page: Page, name: str) -> None:
    page.locator("main summary", has_text=name).first.click()
