"""Reporting a change: what a parent says of himself waits until a worker has looked at it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.responses import Response

from chassis.errors import PlatformError
from childsupport.case.v1 import party_case_service_pb2 as own_pb
from childsupport.case.v1 import party_service_pb2 as pb
from childsupport.case.v1.party_case_service_pb2_grpc import PartyCaseReadServiceStub
from childsupport.case.v1.party_service_pb2_grpc import PartyReadServiceStub, PartyServiceStub
from childsupport.common.v1.errors_pb2 import ErrorReason
from portal_service.desk import cases, change_forms, sure
from portal_service.desk.change_forms import NOT_NEW
from portal_service.keeper import Party, parent
from web.i18n import N_
from web.site import Page
from web.visit import Visit

LISTED_MAX = 100


@dataclass(frozen=True, slots=True)
class Reportable:
    """Something that can be reported: a page with a form."""

    slug: str
    kind: "pb.ChangeKind.ValueType"
    title: str
    text: str
    read: Callable[[Visit], pb.ChangeDetails]
    """Reads the form; says in it what is wrong."""
    fields: Mapping[str, str]
    """The request's fields to the form's, for what the service refuses."""
    guarded: bool = False
    """True: the password is asked for again first."""

    @property
    def path(self) -> str:
        """Return the page."""
        return f"/changes/{self.slug}"


REPORTABLE = (
    Reportable(
        "address",
        pb.CHANGE_KIND_ADDRESS,
        N_("My address"),
        N_("I moved, or my mail goes to the wrong place."),
        change_forms.address,
        change_forms.ADDRESS,
        guarded=True,
    ),
    Reportable(
        "contact",
        pb.CHANGE_KIND_CONTACT,
        N_("My phone or e-mail"),
        N_("And how you want to hear from us."),
        change_forms.contact,
        change_forms.CONTACT,
        guarded=True,
    ),
    Reportable(
        "job",
        pb.CHANGE_KIND_EMPLOYMENT,
        N_("A new job"),
        N_("I work for somebody, or changed my employer."),
        change_forms.job,
        change_forms.JOB,
    ),
    Reportable(
        "job-ended",
        pb.CHANGE_KIND_EMPLOYMENT,
        N_("A job that ended"),
        N_("I do not work there any more and have no new employer."),
        change_forms.job_ended,
        change_forms.JOB_ENDED,
    ),
    Reportable(
        "insurance",
        pb.CHANGE_KIND_INSURANCE,
        N_("Health insurance"),
        N_("I have insurance that covers the children."),
        change_forms.insurance,
        change_forms.INSURANCE,
    ),
    Reportable(
        "insurance-ended",
        pb.CHANGE_KIND_INSURANCE,
        N_("Health insurance that ended"),
        N_("I have no insurance for the children any more."),
        change_forms.insurance_ended,
        change_forms.INSURANCE_ENDED,
    ),
)
STATES: dict[int, tuple[str, str]] = {
    pb.CHANGE_STATE_WAITING: ("is-now", N_("Your office is looking at it")),
    pb.CHANGE_STATE_ACCEPTED: ("is-done", N_("Accepted: it is in your case")),
    pb.CHANGE_STATE_REJECTED: ("is-bad", N_("Not accepted")),
    pb.CHANGE_STATE_REPLACED: ("", N_("You reported something newer")),
}
WHAT: dict[int, str] = {
    pb.CHANGE_KIND_ADDRESS: N_("Address"),
    pb.CHANGE_KIND_CONTACT: N_("Phone or e-mail"),
    pb.CHANGE_KIND_EMPLOYMENT: N_("Work"),
    pb.CHANGE_KIND_ACCOUNT: N_("Where your money is sent"),
    pb.CHANGE_KIND_INSURANCE: N_("Health insurance"),
}


def show(visit: Visit) -> Response:
    """Show what can be reported, and what became of what was: its kind and state alone."""
    reported = [one for pid in parent(visit).participant_ids for one in _reported(visit, pid)]
    reported.sort(key=lambda one: one.reported_at.ToNanoseconds(), reverse=True)
    return visit.render(
        "desk/changes.html",
        reportable=REPORTABLE,
        reported=reported,
        states=STATES,
        what=WHAT,
        numbers=cases.numbers(visit),
        receives=any(not party.pays for party in parent(visit).parties),
    )


def _shower(one: Reportable) -> Callable[[Visit], Response]:
    def show_form(visit: Visit) -> Response:
        party = cases.picked(visit)
        if party is None:
            return cases.ask_which(visit, one.path)
        if one.guarded and (away := sure.ask_again(visit)):
            return away
        typed = bool(visit.form.values)
        known = pb.ChangeDetails() if typed or not one.guarded else _known(visit, party, one)
        return visit.render(
            "desk/change.html",
            party=party,
            one=one,
            known=known,
            preferred=_PREFERRED.get(known.preferred_contact, ""),
            zip_code=cases.zip_code,
            children=_children(visit, party) if one.slug == "insurance" else (),
        )

    return show_form


def _taker(one: Reportable) -> Callable[[Visit], Response]:
    show_form = _shower(one)

    def take_form(visit: Visit) -> Response:
        party = cases.picked(visit)
        if party is None:
            return show_form(visit)
        if one.guarded and (away := sure.ask_again(visit)):
            return away
        details = one.read(visit)
        if not visit.form.errors:
            _report(visit, party, one, details)
        return show_form(visit) if visit.form.errors else visit.redirect("/changes", done=DONE)

    return take_form


def _report(visit: Visit, party: Party, one: Reportable, details: pb.ChangeDetails) -> None:
    request = pb.ReportChangeRequest(
        request_id=visit.form.request_id,
        case_id=party.case_id,
        participant_id=party.participant_id,
        kind=one.kind,
        details=details,
    )
    try:
        visit.stub("case", PartyServiceStub).ReportChange(request, **visit.as_person)
    except PlatformError as error:
        wrong = {violation.field for violation in error.violations}
        if error.reason == ErrorReason.ERROR_REASON_INVALID_FIELD and wrong == {"details"}:
            visit.form.wrong("", NOT_NEW, error.detail)
        else:
            visit.form.refuse(error, {f"details.{ours}": form for ours, form in one.fields.items()})


def _reported(visit: Visit, participant_id: str) -> list[own_pb.MyReportedChange]:
    reads = visit.stub("case", PartyCaseReadServiceStub)
    asked = own_pb.ListMyReportedChangesRequest(participant_id=participant_id, page_size=LISTED_MAX)
    return list(reads.ListMyReportedChanges(asked, **visit.as_person).changes)


def _known(visit: Visit, party: Party, one: Reportable) -> pb.ChangeDetails:
    """Return what waits already, else what is on file: a form begins with it."""
    for reported in _reported(visit, party.participant_id):
        if reported.kind == one.kind and reported.state == pb.CHANGE_STATE_WAITING:
            return reported.details
    own = visit.stub("case", PartyReadServiceStub).GetOwnDetails(
        pb.GetOwnDetailsRequest(case_id=party.case_id, participant_id=party.participant_id),
        **visit.as_person,
    )
    return pb.ChangeDetails(
        address=own.locations.address,
        phone=own.locations.phone,
        email=own.locations.email,
        email_notices=own.participant.email_notices,
        preferred_contact=own.participant.preferred_contact,
    )


def _children(visit: Visit, party: Party) -> list[str]:
    return [child.first_name for child in cases.my_case(visit, party).case.children]


_PREFERRED = {code: slug for slug, code in change_forms.PREFERRED.items()}
DONE = "desk.change"
PAGES = (
    Page("/changes", show),
    *(Page(one.path, _shower(one), _taker(one)) for one in REPORTABLE),
)
MESSAGES = {DONE: N_("We have what you reported. You can follow here what becomes of it.")}
