"""Parents' sessions: identity keeps them, the portal holds a reference in a cookie."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from chassis.errors import PlatformError
from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.identity.v1 import account_service_pb2 as pb
from childsupport.identity.v1.account_service_pb2_grpc import (
    AccountReadServiceStub,
    AccountServiceStub,
)
from web.site import Keeper
from web.visit import Person, Visit

_OVER = frozenset({ErrorReason.ERROR_REASON_UNAUTHENTICATED, ErrorReason.ERROR_REASON_NOT_FOUND})


@dataclass(frozen=True, slots=True)
class Party:
    """A participant whom the account is, in one case."""

    participant_id: str
    case_id: str
    case_number: str
    role: "pb.PartyRole.ValueType"

    @property
    def pays(self) -> bool:
        """True for the parent who owes support in this case."""
        return self.role == pb.PARTY_ROLE_OBLIGOR


@dataclass(frozen=True, slots=True)
class Parent:
    """What the portal knows of who is logged in."""

    session: pb.Session
    grants: tuple[pb.Grant, ...]
    needs_second_factor: bool = False

    @property
    def parties(self) -> tuple[Party, ...]:
        """Return every case of the account with the role in it, by case number."""
        return tuple(sorted(self._parties(), key=lambda one: one.case_number))

    @property
    def participant_ids(self) -> tuple[str, ...]:
        """Return whom the account is: nearly always one."""
        return tuple(grant.participant_id for grant in self.grants)

    @property
    def protected(self) -> bool:
        """True when the person is protected (family violence indicator)."""
        return any(grant.protected for grant in self.grants)

    def _parties(self) -> Iterator[Party]:
        for grant in self.grants:
            for case in grant.cases:
                yield Party(grant.participant_id, case.case_id, case.case_number, case.role)


class Sessions(Keeper):
    """Asks identity."""

    def person(self, visit: Visit, session_token: str) -> Person | None:
        """Return whose session it is, and prolong it; None when it is over or not yet whole."""
        accounts = visit.stub("identity", AccountServiceStub)
        try:
            session = accounts.TouchSession(
                pb.TouchSessionRequest(session_token=session_token), **visit.as_site
            ).session
        except PlatformError as error:
            if error.reason in _OVER:
                return None
            raise
        if session.state != pb.SESSION_STATE_IN_FORCE:
            return None

        @cache
        def user_token() -> str:
            asked = pb.IssueUserTokenRequest(session_token=session_token)
            return str(accounts.IssueUserToken(asked, **visit.as_site).user_token)

        grants, needs_second_factor = _grants(visit, session_token)
        return Person(
            session_token=session_token,
            name=session.user_name,
            language=session.language,
            idle_seconds=session.idle_end_time.seconds - session.touch_time.seconds,
            user_token=user_token,
            details=Parent(session, grants, needs_second_factor),
        )

    def admitted(self, person: Person) -> bool:
        """Tell whether the account sees somebody's cases."""
        return bool(person.details.grants)


def _grants(visit: Visit, session_token: str) -> tuple[tuple[pb.Grant, ...], bool]:
    reads = visit.stub("identity", AccountReadServiceStub)
    try:
        found = reads.GetGrants(pb.GetGrantsRequest(session_token=session_token), **visit.as_site)
    except PlatformError as error:
        if error.reason != ErrorReason.ERROR_REASON_FAILED_PRECONDITION:
            raise
        return (), True
    return tuple(found.grants), False


def parent(visit: Visit) -> Parent:
    """Return who is logged in. For pages that are not open to everybody."""
    if visit.person is None:
        raise PlatformError(ErrorReason.ERROR_REASON_UNAUTHENTICATED, "nobody is logged in")
    found: Parent = visit.person.details
    return found


def party_of(visit: Visit, case_id: str) -> Party:
    """Return the person as party of a case. Raises PlatformError (NOT_FOUND) for any other case."""
    for one in parent(visit).parties:
        if one.case_id == case_id:
            return one
    raise PlatformError(ErrorReason.ERROR_REASON_NOT_FOUND, "case not found")
