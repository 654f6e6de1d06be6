"""What the money pages read, from the point of view of one person with one or more cases."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TypeVar
from zoneinfo import ZoneInfo

from babel.numbers import format_currency

from chassis.dates import to_date, to_instant
from chassis.errors import PlatformError
from childsupport.case.v1 import party_case_service_pb2 as case_pb
from childsupport.case.v1.party_case_service_pb2_grpc import PartyCaseReadServiceStub
from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.payments.v1 import party_service_pb2 as pb
from childsupport.payments.v1.party_service_pb2_grpc import (
    PartyPaymentReadServiceStub,
    PartyPaymentServiceStub,
)
from portal_service.keeper import parent
from web import saying
from web.visit import Visit

_AWAY = frozenset(
    {ErrorReason.ERROR_REASON_UNAVAILABLE, ErrorReason.ERROR_REASON_DEADLINE_TOO_SHORT}
)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Account:
    """An account with the participant whose it is, and its sums."""

    participant_id: str
    account: pb.MyAccount

    @property
    def pays(self) -> bool:
        """True for the one who pays on it."""
        return self.account.role == pb.MY_ROLE_PAYER

    @property
    def current_due_cents(self) -> int:
        """Support of the month that is not paid yet."""
        return sum(one.current_due_cents for one in self.account.obligations)

    @property
    def arrears_cents(self) -> int:
        """Past-due support in all."""
        return sum(one.arrears_cents for one in self.account.obligations)

    @property
    def month_charged_cents(self) -> int:
        """Charged for this month."""
        return sum(one.month_charged_cents for one in self.account.obligations)

    @property
    def month_paid_cents(self) -> int:
        """Of what was charged for this month, what is paid."""
        return self.month_charged_cents - self.current_due_cents

    @property
    def ahead_cents(self) -> int:
        """Paid ahead and not used yet."""
        return sum(one.ahead_cents for one in self.account.obligations)

    @property
    def owed_to(self) -> Mapping[int, int]:
        """Past-due support by whom it is owed to."""
        return sums(one for obligation in self.account.obligations for one in obligation.arrears)

    @property
    def next_due_on(self) -> date | None:
        """The next day that something falls due on."""
        days = [to_date(one.next_due_on) for one in self.account.obligations]
        return min((day for day in days if day is not None), default=None)


def sums(entries: Iterable[pb.MyArrears]) -> dict[int, int]:
    """Add up past-due support by whom it is owed to."""
    found: dict[int, int] = {}
    for one in entries:
        found[one.owed_to] = found.get(one.owed_to, 0) + one.amount_cents
    return dict(sorted(found.items()))


def reads(visit: Visit) -> PartyPaymentReadServiceStub:
    """Return the stub that reads payments."""
    return visit.stub("payments", PartyPaymentReadServiceStub)


def plans(visit: Visit) -> PartyPaymentServiceStub:
    """Return the stub that plans payments."""
    return visit.stub("payments", PartyPaymentServiceStub)


def today(visit: Visit) -> date:
    """Return the day in the State, by the services' clock: the session was in use just now."""
    now = to_instant(parent(visit).session.touch_time)
    return now.astimezone(ZoneInfo(visit.site.settings.time_zone)).date()


def unless_away(call: Callable[[], T]) -> T | None:
    """Return an answer; None when its service is away, so that the rest of a page can stand."""
    try:
        return call()
    except PlatformError as error:
        if error.reason not in _AWAY:
            raise
        return None


def accounts(visit: Visit) -> list[Account]:
    """Return the person's accounts, by case number."""
    found = [
        Account(participant_id, account)
        for participant_id in parent(visit).participant_ids
        for account in reads(visit)
        .GetMyAccounts(pb.GetMyAccountsRequest(participant_id=participant_id), **visit.as_person)
        .accounts
    ]
    return sorted(found, key=lambda one: one.account.case_number)


def cases(visit: Visit) -> dict[str, case_pb.MyCase]:
    """Return the person's cases by id."""
    stub = visit.stub("case", PartyCaseReadServiceStub)
    return {
        case.case_id: case
        for participant_id in parent(visit).participant_ids
        for case in stub.ListMyCases(
            case_pb.ListMyCasesRequest(participant_id=participant_id), **visit.as_person
        ).cases
    }


def of_case(found: Sequence[Account], case_id: str) -> Account:
    """Return the account of a case. Raises PlatformError (NOT_FOUND) for any other case."""
    for one in found:
        if one.account.case_id == case_id:
            return one
    raise PlatformError(ErrorReason.ERROR_REASON_NOT_FOUND, "account not found")


def first_that_finds(visit: Visit, call: Callable[[str], T]) -> T:
    """Return what the first of the person's participants finds; nearly always there is one.

    Raises PlatformError (NOT_FOUND) when none does.
    """
    for participant_id in parent(visit).participant_ids:
        try:
            return call(participant_id)
        except PlatformError as error:
            if error.reason != ErrorReason.ERROR_REASON_NOT_FOUND:
                raise
    raise PlatformError(ErrorReason.ERROR_REASON_NOT_FOUND, "not found")


def short_money(visit: Visit) -> Callable[[int], str]:
    """Return how a round amount is written, without its cents: for the scale of a chart."""
    locale = saying.LOCALES[visit.language]
    return partial(_short, locale)


def _short(locale: str, cents: int) -> str:
    return format_currency(
        cents // 100, saying.CURRENCY, format="¤#,##0", locale=locale, currency_digits=False
    )


def full_name(case: case_pb.MyCase | None) -> str:
    """Return the given names of a case's children, for a heading; empty when not known."""
    return ", ".join(child.first_name for child in case.children) if case is not None else ""
