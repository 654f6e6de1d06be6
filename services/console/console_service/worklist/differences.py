"""What a parent reported beside what is on file, line by line."""

from collections.abc import Iterator
from dataclasses import dataclass

from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import party_service_pb2 as pb
from console_service.saying import CONTACTS
from web import saying
from web.i18n import N_
from web.visit import Visit

YES, NO = N_("yes"), N_("no")
NOBODY = N_("nobody: no employer")
BY_CHECK = N_("none: paid by check")
BY_CARD = N_("none: the agency's debit card")
NO_INSURANCE = N_("none")


@dataclass(frozen=True, slots=True)
class Line:
    """One field: on file now, and as reported."""

    label: str
    """Marked message."""
    on_file: str
    reported: str
    was: str = ""
    """What was on file when it was reported, where that is something else by now."""

    @property
    def differs(self) -> bool:
        """True when accepting changes this field."""
        return self.on_file != self.reported


def lines(visit: Visit, answer: pb.GetReportedChangeResponse) -> list[Line]:
    """Return the fields of a change's kind."""
    kind = answer.change.kind
    now = dict(_fields(visit, kind, answer.current))
    new = dict(_fields(visit, kind, answer.new))
    old = dict(_fields(visit, kind, answer.old))
    labels = list(dict.fromkeys([*now, *new]))
    return [
        Line(
            label=label,
            on_file=now.get(label, ""),
            reported=new.get(label, ""),
            was=old.get(label, "") if old.get(label, "") != now.get(label, "") else "",
        )
        for label in labels
    ]


def _fields(
    visit: Visit, kind: pb.ChangeKind.ValueType, said: pb.ChangeDetails
) -> Iterator[tuple[str, str]]:
    if kind == pb.CHANGE_KIND_ADDRESS:
        yield from _address(said.address)
    elif kind == pb.CHANGE_KIND_CONTACT:
        yield N_("Phone"), said.phone
        yield N_("E-mail"), said.email
        yield N_("Notices by e-mail"), visit.text(YES if said.email_notices else NO)
        yield N_("Wants to be reached"), visit.text(CONTACTS.get(said.preferred_contact, ""))
    elif kind == pb.CHANGE_KIND_EMPLOYMENT:
        yield from _employment(visit, said)
    elif kind == pb.CHANGE_KIND_ACCOUNT:
        yield from _account(visit, said)
    elif kind == pb.CHANGE_KIND_INSURANCE:
        yield from _insurance(visit, said)


def _address(said: case_pb.PostalAddress) -> Iterator[tuple[str, str]]:
    yield N_("Street"), said.line1
    yield N_("Second line"), said.line2
    yield N_("City"), said.city
    yield N_("State"), said.state
    yield N_("ZIP code"), said.zip_code


def _employment(visit: Visit, said: pb.ChangeDetails) -> Iterator[tuple[str, str]]:
    works = said.HasField("employer") and said.employer.name
    yield N_("Employer"), said.employer.name if works else visit.text(NOBODY)
    yield N_("Employer's address"), address_text(said.employer.address)
    yield N_("Employer's phone"), said.employer.phone
    yield N_("Since"), saying.day(said.employed_since, visit.language)
    yield (
        N_("Last day of the employment that ended"),
        saying.day(said.employment_ended_on, visit.language),
    )


def _account(visit: Visit, said: pb.ChangeDetails) -> Iterator[tuple[str, str]]:
    if not said.HasField("bank_account"):
        yield N_("Account, last four digits"), visit.text(BY_CARD if said.debit_card else BY_CHECK)
        return
    account = said.bank_account
    # No more of it is ever shown: two accounts that end alike look the same here.
    yield N_("Account, last four digits"), account.account_number
    yield N_("Routing number"), account.routing_number
    yield N_("Kind"), visit.text(N_("savings") if account.savings else N_("checking"))


def _insurance(visit: Visit, said: pb.ChangeDetails) -> Iterator[tuple[str, str]]:
    if not said.HasField("insurance"):
        yield N_("Insurer"), visit.text(NO_INSURANCE)
        return
    one = said.insurance
    yield N_("Insurer"), one.insurer
    yield N_("Policy number"), one.policy_number
    yield N_("Through the employer"), visit.text(YES if one.through_employer else NO)
    yield N_("Since"), saying.day(one.since, visit.language)
    yield N_("Until"), saying.day(one.until, visit.language)
    yield N_("Covers"), ", ".join(one.covered_children)


def address_text(said: case_pb.PostalAddress) -> str:
    """Return an address on one line; empty for an unset one."""
    place = " ".join(part for part in (said.state, said.zip_code) if part)
    parts = (said.line1, said.line2, said.city, place)
    return ", ".join(part for part in parts if part)
