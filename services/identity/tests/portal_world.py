"""A portal as identity sees it: a client that calls for end users, and the post that goes out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from chassis.crypto import load_keys
from chassis.dates import from_date
from chassis.events import Envelope
from chassis.ids import derived_id, new_id
from childsupport.case.v1 import events_pb2 as case_events
from childsupport.case.v1.case_service_pb2 import Case, CaseMember
from childsupport.identity.v1 import account_service_pb2 as pb
from childsupport.identity.v1 import account_service_pb2_grpc as stubs
from childsupport.identity.v1 import audit_service_pb2 as audit_pb
from childsupport.identity.v1 import audit_service_pb2_grpc as audit_stubs
from childsupport.identity.v1 import enrolment_service_pb2 as enrolment_pb
from childsupport.identity.v1 import enrolment_service_pb2_grpc as enrolment_stubs
from childsupport.identity.v1 import events_pb2 as events
from childsupport.identity.v1 import worker_service_pb2 as worker_pb
from childsupport.identity.v1 import worker_service_pb2_grpc as worker_stubs
from identity_service.actions.answering import answer_asked

PASSWORD = "purple lantern over cold river"
OTHER_PASSWORD = "seven quiet harbors at noon"
EMAIL = "jane@example.org"
ADDRESS = "192.0.2.10"
JANE = derived_id("test", "jane")
JOHN = derived_id("test", "john")
CASE = derived_id("test", "case")
OTHER_CASE = derived_id("test", "other case")
BORN = date(1989, 7, 7)
SSN = "900-01-0002"
NUMBER = "0001000002"
_STUBS = (
    stubs.AccountServiceStub,
    stubs.AccountReadServiceStub,
    enrolment_stubs.EnrolmentServiceStub,
    enrolment_stubs.EnrolmentReadServiceStub,
    enrolment_stubs.PortalAccessServiceStub,
    worker_stubs.WorkerAccountServiceStub,
    worker_stubs.WorkerReadServiceStub,
    worker_stubs.WorkerSessionServiceStub,
    audit_stubs.AuditReadServiceStub,
)
_REQUESTS = (pb, enrolment_pb, worker_pb, audit_pb)


@dataclass(frozen=True)
class Post:
    """A notice as notification opens it."""

    kind: str
    email: str
    participant_id: str
    code: str
    link: str
    user_name: str
    letter_number: int


class Portal:
    """Calls identity for end users; reads what it tells notification."""

    def __init__(self, identity: Any, key_directory: Path) -> None:
        self.identity = identity
        self.runtime = identity.runtime
        self._take_token()
        self._notification = load_keys("notification", key_directory / "notification.keys.json")
        self._case = load_keys("case", key_directory / "case.keys.json")
        self._read = 0
        self._methods: dict[str, Any] = {}
        for stub in _STUBS:
            self._methods.update(vars(stub(identity.plain)))

    def call(self, name: str, *, metadata: tuple[Any, ...] = (), **given: Any) -> Any:
        wanted = f"{name}Request"
        request = next(getattr(m, wanted) for m in _REQUESTS if hasattr(m, wanted))
        if "request_id" in request.DESCRIPTOR.fields_by_name:
            given.setdefault("request_id", new_id())
        bearer = ("authorization", f"Bearer {self.token}")
        return self._methods[name](request(**given), metadata=(bearer, *metadata))

    def refused(self, name: str, **given: Any) -> Any:
        return self.identity.refused(lambda: self.call(name, **given))

    def answer(self) -> None:
        """Run the timer that looks at what was asked."""
        with self.runtime.work() as work:
            answer_asked(work)

    def post(self) -> list[Post]:
        """Return what went to notification since the last look."""
        rows = self.identity.rows(
            "SELECT body FROM outbox WHERE type LIKE '%AccountNoticesIssued' ORDER BY id"
        )
        new, self._read = rows[self._read :], len(rows)
        return [
            self._opened(notice)
            for (body,) in new
            for notice in events.AccountNoticesIssued.FromString(body).notices
        ]

    def _opened(self, notice: Any) -> Post:
        email = self._notification.open(notice.email_for_notification) or b""
        opened = self._notification.open(notice.secret_for_notification) or b""
        secret = events.AccountSecret.FromString(opened)
        return Post(
            notice.kind,
            email.decode(),
            notice.participant_id,
            secret.code,
            secret.link_token,
            secret.user_name,
            notice.letter_number,
        )

    def advance(self, **by: float) -> None:
        """Step both clocks: the business's, and the machine's."""
        self.runtime.clock.advance(timedelta(**by))
        self.identity.clock.advance(timedelta(**by))
        if self.identity.clock.now() - self._issued > timedelta(minutes=45):
            self._take_token()

    def _take_token(self) -> None:
        self.token = self.identity.issue().access_token
        self._issued = self.identity.clock.now()

    def origin(self, address: str = ADDRESS, device: str = "") -> pb.Origin:
        return pb.Origin(address=address, device_token=device, user_agent="Firefox")

    def ask_account(self, email: str = EMAIL, first: str = "Jane", **given: Any) -> Any:
        return self.call(
            "CreateAccount",
            **{
                "first_name": first,
                "last_name": "Doe",
                "email": email,
                "password": PASSWORD,
                "language": "en",
                "origin": self.origin(),
            }
            | given,
        )

    def account(self, email: str = EMAIL, first: str = "Jane") -> str:
        """Make a verified account; return its user name."""
        self.ask_account(email, first)
        self.answer()
        (mailed,) = self.post()
        return str(self.call("VerifyEmail", token=mailed.link, password=PASSWORD).user_name)

    def log_in(self, login: str = EMAIL, password: str = PASSWORD, **given: Any) -> Any:
        found = self.call(
            "LogIn", login=login, password=password, origin=given.pop("origin", self.origin())
        )
        self.post()
        return found

    def wrong_log_in(self, login: str = EMAIL, **origin: Any) -> Any:
        return self.refused("LogIn", login=login, password="no", origin=self.origin(**origin))

    def know(
        self,
        *,
        version: int = 1,
        state: str = "KY",
        born: date | None = BORN,
        others: Sequence[CaseMember] = (),
    ) -> None:
        """Tell identity of Jane, John and their cases, as the case service does.

        `others`: who else is party of the case that is not Jane's.
        """
        shown = case_events.ParticipantIdentity(
            birth_date=from_date(born), ssn=SSN, address_state=state
        )
        self._deliver(
            case_events.ParticipantsChanged(
                participants=[
                    case_events.ParticipantState(
                        participant_id=JANE,
                        version=version,
                        participant_number=NUMBER,
                        first_name="Jane",
                        last_name="Doe-Núñez",
                        language="es",
                        identity_for_identity=self._case.seal(
                            "identity", shown.SerializeToString()
                        ),
                    ),
                    case_events.ParticipantState(
                        participant_id=JOHN, version=version, participant_number="0001000001"
                    ),
                ]
            )
        )
        self._deliver(
            case_events.CasesChanged(
                cases=[
                    Case(
                        case_id=CASE,
                        version=version,
                        case_number="0000123456",
                        obligor_id=JOHN,
                        obligee_id=JANE,
                    ),
                    Case(
                        case_id=OTHER_CASE,
                        version=version,
                        case_number="0000123457",
                        obligor_id=JOHN,
                        obligee_id=derived_id("test", "somebody else"),
                        members=others,
                    ),
                ]
            )
        )

    def _deliver(self, message: Any) -> None:
        envelope = Envelope(
            new_id(),
            message.DESCRIPTOR.full_name,
            "case",
            "x",
            self.runtime.clock.now(),
            message.SerializeToString(),
        )
        self.runtime.deliver("identity.case", envelope)

    def enable(self, **given: Any) -> Any:
        """Be the office that Jane called."""
        return self.call(
            "EnablePortalAccess",
            **{"participant_id": JANE, "birth_date": from_date(BORN), "email": EMAIL} | given,
        )
