"""A small world to post money in: cases, participants, files of remittances, all as events."""

import itertools
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest

from chassis.dates import from_date
from chassis.runtime import Runtime
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1.events_pb2 import (
    CasesChanged,
    ParticipantPayment,
    ParticipantsChanged,
    ParticipantState,
)
from childsupport.withholding.v1.events_pb2 import (
    IdentifiedRemittance,
    RemittanceLine,
    RemittancesIdentified,
    RemittancesReleased,
)
from payments_service import handlers
from payments_service.jobs import TIMERS
from payments_service.service import SERVICE

TODAY = date(2026, 3, 6)
EMPLOYER = "0190aaaa-0000-7000-8000-00000000e001"
MAX_ROUNDS = 10_000


def make_id(kind: str, number: int) -> str:
    """Return the id of a thing; those of receipts rise with their numbers, as real ones do."""
    if kind == "receipt":
        return f"01950000-0000-7000-8000-{number:012x}"
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{kind}/{number}"))


@dataclass
class World:
    """Speaks to one runtime in events, and runs its timers until nothing is left to do."""

    runtime: Runtime
    numbers: Iterable[int] = field(default_factory=lambda: itertools.count(1))

    def case(
        self,
        number: int,
        *,
        obligations: Sequence[case_pb.Obligation],
        obligor: int | None = None,
        assistance: int = case_pb.ASSISTANCE_STATUS_NEVER,
        assistance_cents: int = 0,
        version: int = 1,
        case_type: int = case_pb.CASE_TYPE_IV_D,
        court: str = "",
    ) -> case_pb.Case:
        return case_pb.Case(
            case_id=make_id("case", number),
            case_number=f"{number:010d}",
            case_type=case_type,
            assistance_status=assistance,
            assistance_since=from_date(date(2025, 1, 1)),
            unreimbursed_assistance_cents=assistance_cents,
            obligor_id=make_id("obligor", obligor or number),
            obligee_id=make_id("obligee", number),
            version=version,
            orders=[
                case_pb.Order(
                    order_id=make_id("order", number),
                    case_id=make_id("case", number),
                    court_number=court,
                    obligations=obligations,
                )
            ],
        )

    def obligation(
        self,
        number: int,
        cents: int,
        *,
        support: int = case_pb.SUPPORT_TYPE_CHILD,
        arrears_cents: int = 0,
        opening: Sequence[tuple[int, int]] = (),
        starts: date = date(2026, 3, 1),
    ) -> case_pb.Obligation:
        return case_pb.Obligation(
            obligation_id=make_id("obligation", number),
            support_type=support,
            monthly_amount_cents=cents,
            monthly_arrears_cents=arrears_cents,
            effective_from=from_date(starts),
            opening_arrears=[
                case_pb.OpeningArrears(
                    bucket=bucket, amount_cents=amount, as_of=from_date(date(2026, 2, 28))
                )
                for bucket, amount in opening
            ],
        )

    def participant(
        self,
        number: int,
        *,
        account: bool = True,
        address: bool = True,
        version: int = 1,
        kind: str = "obligee",
        ssn: str = "",
    ) -> ParticipantState:
        payment = ParticipantPayment(ssn=ssn)
        if account:
            payment.bank_account.routing_number = "123456780"
            payment.bank_account.account_number = f"98761{number:05d}"
        if address:
            payment.address.line1 = f"{number} Main Street"
            payment.address.city = "Frankfort"
            payment.address.state = "KY"
            payment.address.zip_code = "40601"
        keys = self.runtime.keys
        return ParticipantState(
            participant_id=make_id(kind, number),
            version=version,
            first_name="Pat",
            last_name=f"Payee{number}",
            payment_for_payments=keys.seal("payments", payment.SerializeToString()),
        )

    def pages(
        self,
        lines: Sequence[RemittanceLine],
        *,
        submission: int = 1,
        size: int = 1_000,
        settled: date = TODAY,
    ) -> list[RemittancesReleased]:
        chunks = [lines[n : n + size] for n in range(0, len(lines), size)]
        return [
            RemittancesReleased(
                submission_id=make_id("submission", submission),
                employer_id=EMPLOYER,
                employer_name="Synth Employer",
                page_number=number,
                page_count=len(chunks),
                file_amount_cents=sum(line.amount_cents for line in lines),
                file_line_count=len(lines),
                settlement_date=from_date(settled),
                lines=chunk,
            )
            for number, chunk in enumerate(chunks, 1)
        ]

    def line(
        self,
        number: int,
        cents: int,
        *,
        obligor: int | None,
        credited: int | None = None,
        reason: int = 0,
        paid: date = TODAY,
    ) -> RemittanceLine:
        return RemittanceLine(
            receipt_id=make_id("receipt", number),
            line_number=number,
            sequence=1,
            trace_number=f"{number:015d}",
            amount_cents=cents,
            credited_cents=credited or cents,
            pay_date=from_date(paid),
            obligor_id=make_id("obligor", obligor) if obligor else "",
            reason=reason,
            detail="Test." if reason else "",
        )

    def take(self, *messages: object) -> None:
        """Give events to their handlers, each in its own transaction."""
        for message in messages:
            with self.runtime.work() as work:
                self._handlers()[type(message)](message, work)

    def cases(self, *cases: case_pb.Case) -> None:
        self.take(CasesChanged(cases=cases))

    def participants(self, *people: ParticipantState) -> None:
        self.take(ParticipantsChanged(participants=people))

    def identified(self, *pairs: tuple[int, int]) -> None:
        self.take(
            RemittancesIdentified(
                remittances=[
                    IdentifiedRemittance(
                        receipt_id=make_id("receipt", receipt),
                        obligor_id=make_id("obligor", obligor),
                    )
                    for receipt, obligor in pairs
                ]
            )
        )

    def go_to(self, day: date) -> None:
        """Move the clock on to a day; one that has come already changes nothing."""
        clock = self.runtime.clock
        clock.advance(max(timedelta(0), day - clock.today()))

    def settle(self) -> None:
        """Run the timers until none has anything left to do."""
        for _ in range(MAX_ROUNDS):
            busy = False
            for timer in TIMERS:
                with self.runtime.work() as work:
                    busy = timer.run(work) or busy
            if not busy:
                return
        raise AssertionError("the timers never came to rest")

    @staticmethod
    def _handlers() -> dict[type, Callable[..., None]]:
        return {
            CasesChanged: handlers.on_cases_changed,
            ParticipantsChanged: handlers.on_participants_changed,
            RemittancesReleased: handlers.on_remittances_released,
            RemittancesIdentified: handlers.on_remittances_identified,
        }


@pytest.fixture
def world(runtime_for: Callable[..., Runtime]) -> World:
    return World(runtime_for(SERVICE))


@pytest.fixture
def world_for(runtime_for: Callable[..., Runtime]) -> Callable[[], World]:
    return lambda: World(runtime_for(SERVICE))
