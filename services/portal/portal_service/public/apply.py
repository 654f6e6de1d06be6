"""Applying for services: for everybody, with a code to come back by.

The code is said once. While somebody fills the application in, a cookie that ends with the browser
holds it; "save and leave" ends it at once. Nothing of it stands in an address.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from chassis.errors import PlatformError
from chassis.ids import new_id
from childsupport.case.v1 import application_service_pb2 as pb
from childsupport.case.v1.application_service_pb2_grpc import (
    ApplicantReadServiceStub,
    ApplicantServiceStub,
)
from childsupport.case.v1.case_service_pb2 import ASSISTANCE_PROGRAM_K_TAP
from childsupport.common.v1.errors_pb2 import ErrorReason
from portal_service.public import filling
from portal_service.public import sections as s
from web.i18n import N_
from web.site import Page, Who
from web.visit import Visit

COOKIE = "apply"
CODE_MAX = 60
UNKNOWN_CODE = N_(
    "We have no application with this code. Check each letter. A code that nobody used for a long"
    " time has ended."
)
SIGN_NAME = N_("Type your full name to sign.")
AGREE = N_("You can only send it if you agree.")
INCOMPLETE = N_("Something is still missing. The list shows what.")
DRAFT = pb.APPLICATION_STATUS_DRAFT
STATUS_NAMES: Mapping[int, str] = {
    pb.APPLICATION_STATUS_SUBMITTED: N_("The office has it"),
    pb.APPLICATION_STATUS_ACCEPTED: N_("Accepted: a case is open"),
    pb.APPLICATION_STATUS_REFUSED: N_("The office did not accept it"),
    pb.APPLICATION_STATUS_WITHDRAWN: N_("Taken back by you"),
    pb.APPLICATION_STATUS_EXPIRED: N_("Ended: it was never sent"),
}
STAGE_NAMES: Mapping[int, str] = {
    pb.APPLICATION_STAGE_KIND_SENT: N_("You sent the application"),
    pb.APPLICATION_STAGE_KIND_OPENED: N_("The office opens a case, or asks you for more"),
    pb.APPLICATION_STAGE_KIND_LOCATED: N_("We look for the other parent everywhere that fits"),
    pb.APPLICATION_STAGE_KIND_ORDERED: N_(
        "An order is set, or the papers are handed to the other parent"
    ),
}
DAYS_FROM: Mapping[int, str] = {
    pb.APPLICATION_STAGE_KIND_OPENED: N_("Within %(days)s days after you sent it"),
    pb.APPLICATION_STAGE_KIND_LOCATED: N_("Within %(days)s days after the case opens, if needed"),
    pb.APPLICATION_STAGE_KIND_ORDERED: N_("Within %(days)s days after the parent is found"),
}


@dataclass(frozen=True, slots=True)
class Task:
    """A page of the application in the list of steps."""

    path: str
    title: str
    state: str
    """`done`, `missing`, `open` (nothing said yet) or `optional`."""


def _reads(visit: Visit) -> ApplicantReadServiceStub:
    return visit.stub("case", ApplicantReadServiceStub)


def _writes(visit: Visit) -> ApplicantServiceStub:
    return visit.stub("case", ApplicantServiceStub)


def _own(visit: Visit) -> pb.GetOwnApplicationResponse | None:
    """Return the application that this browser fills in; None when there is none any more."""
    code = visit.cookies.get(COOKIE)
    if not code:
        return None
    try:
        request = pb.GetOwnApplicationRequest(resume_code=code)
        return _reads(visit).GetOwnApplication(request, **visit.as_site)
    except PlatformError as error:
        if error.reason != ErrorReason.ERROR_REASON_NOT_FOUND:
            raise
    visit.cookies.set(COOKIE, "")
    return None


def _may_change(own: pb.GetOwnApplicationResponse) -> bool:
    one = own.application
    waits = one.status == pb.APPLICATION_STATUS_SUBMITTED and one.HasField("answer_by")
    return bool(one.status == DRAFT or waits)


def _counties(visit: Visit) -> dict[str, str]:
    request = pb.ListApplicationOfficesRequest()
    found = _reads(visit).ListApplicationOffices(request, **visit.as_site).offices
    return {one.office_id: one.county for one in found}


def _terms(visit: Visit, *, assisted: bool) -> pb.GetApplicationTermsResponse:
    programs = [ASSISTANCE_PROGRAM_K_TAP] if assisted else []
    request = pb.GetApplicationTermsRequest(language=visit.language, programs=programs)
    return _reads(visit).GetApplicationTerms(request, **visit.as_site)


def show_start(visit: Visit) -> Response:
    """Show what applying is, and the two ways on: begin, or come back with a code."""
    return visit.render(
        "public/apply.html",
        terms=_terms(visit, assisted=False).paragraphs,
        goes_on=bool(visit.cookies.get(COOKIE)),
    )


def start(visit: Visit) -> Response:
    """Begin an application and say its code, once."""
    request = pb.StartOwnApplicationRequest(
        request_id=visit.form.request_id,
        content=pb.ApplicationContent(applicant=pb.ApplicantSection(language=visit.language)),
    )
    begun = _writes(visit).StartOwnApplication(request, **visit.as_site)
    visit.cookies.set(COOKIE, begun.resume_code)
    return visit.render(
        "public/apply_code.html",
        code=begun.resume_code,
        kept_until=begun.application.kept_until,
    )


def resume(visit: Visit) -> Response:
    """Open an application by its code."""
    form = visit.form
    code = form.text("code", longest=CODE_MAX)
    if form.errors:
        return show_start(visit)
    visit.cookies.set(COOKIE, code)
    if _own(visit) is None:
        form.wrong("code", UNKNOWN_CODE)
        return show_start(visit)
    return visit.redirect("/apply/steps")


def leave(visit: Visit) -> Response:
    """Forget the code in this browser."""
    visit.cookies.set(COOKIE, "")
    return visit.redirect("/apply", done="public.left")


def show_steps(visit: Visit) -> Response:
    """Show the pages of the application, and what is missing on them."""
    own = _own(visit)
    if own is None:
        return visit.redirect("/apply")
    if not _may_change(own):
        return visit.redirect("/apply/sent")
    tasks = list(_tasks(own))
    return visit.render(
        "public/apply_steps.html",
        own=own,
        tasks=tasks,
        ready=all(task.state in {"done", "optional"} for task in tasks),
    )


def _tasks(own: pb.GetOwnApplicationResponse) -> list[Task]:
    missing = {s.of_gap(gap.field) for gap in own.gaps}
    found = []
    for one in s.SECTIONS:
        said = filling.is_said(own.application.content, one)
        state = "done" if said else "optional"
        if one.path in missing:
            state = "missing" if said else "open"
        found.append(Task(one.path, one.title, state))
    return found


def _section(visit: Visit) -> tuple[s.Section, int] | None:
    params = visit.request.path_params
    section = s.BY_PATH.get(params["section"])
    place = params.get("place", "1" if section and not section.many else "")
    if section is None or not place.isdecimal() or not 1 <= int(place) <= filling.PEOPLE_MAX:
        return None
    return section, int(place)


def show_section(visit: Visit) -> Response:
    """Show a page of questions; where there can be several, the list of them."""
    own = _own(visit)
    if own is None or not _may_change(own):
        return visit.redirect("/apply/steps")
    section = s.BY_PATH.get(visit.request.path_params["section"])
    if section is not None and section.many and "place" not in visit.request.path_params:
        people = getattr(own.application.content, section.part)
        if not people:
            return visit.redirect(f"/apply/{section.path}/1")
        return visit.render("public/apply_list.html", section=section, people=people)
    return _show_section(visit, own)


def _show_section(visit: Visit, own: pb.GetOwnApplicationResponse) -> Response:
    asked = _section(visit)
    if asked is None:
        return visit.redirect("/apply/steps")
    section, place = asked
    part = filling.part_of(own.application.content, section, place)
    return visit.render(
        "public/apply_section.html",
        section=section,
        place=place,
        etag=own.application.etag,
        values={} if visit.form.values else filling.stored(section, part),
        ssn_given=getattr(part, "ssn_given", False),
        counties=list(_counties(visit).items()) if section is s.HOME else [],
    )


def take_section(visit: Visit) -> Response:
    """Save a page of questions, or take one of several away."""
    own, asked = _own(visit), _section(visit)
    if own is None or asked is None or not _may_change(own):
        return visit.redirect("/apply/steps")
    section, place = asked
    form, content = visit.form, pb.ApplicationContent()
    content.CopyFrom(own.application.content)
    if section.many and form.raw("go") == "remove":
        filling.remove(content, section, place)
        back = f"/apply/{section.path}" if getattr(content, section.part) else "/apply/steps"
    else:
        part = filling.part_of(content, section, place)
        filling.fill(form, section, part, _counties(visit) if section is s.HOME else {})
        back = f"/apply/{section.path}" if section.many else "/apply/steps"
    if not form.errors:
        _save(visit, content, section, place)
    return _show_section(visit, own) if form.errors else visit.redirect(back)


def _save(visit: Visit, content: pb.ApplicationContent, section: s.Section, place: int) -> None:
    request = pb.SaveOwnApplicationRequest(
        request_id=visit.form.request_id,
        resume_code=visit.cookies.get(COOKIE),
        etag=visit.form.raw("etag"),
        content=content,
    )
    request.update_mask.paths.append(section.part)
    path = f"{section.part}[{place - 1}]" if section.many else section.part
    fields = {f"content.{path}.{field.name}": field.id for field in section.fields}
    try:
        _writes(visit).SaveOwnApplication(request, **visit.as_site)
    except PlatformError as error:
        visit.form.refuse(error, fields)


def show_check(visit: Visit) -> Response:
    """Show all answers before the application is signed and sent."""
    own = _own(visit)
    if own is None or not _may_change(own):
        return visit.redirect("/apply/steps")
    answers = []
    for section in s.SECTIONS:
        part = getattr(own.application.content, section.part)
        for place, one in enumerate(part if section.many else [part], start=1):
            path = f"/apply/{section.path}/{place}" if section.many else f"/apply/{section.path}"
            answers.append((section, path, _answers(section, one)))
    assisted = visit.form.raw("assisted") == "yes"
    terms = _terms(visit, assisted=assisted)
    return visit.render(
        "public/apply_check.html",
        answers=answers,
        counties=_counties(visit),
        terms=terms,
        shows_terms=visit.form.raw("assisted") in {"yes", "no"},
        is_ready=not [gap for gap in own.gaps if s.of_gap(gap.field) != "sign"],
        own=own,
    )


def _answers(section: s.Section, part: object) -> list[tuple[s.Field, object]]:
    """Return the questions of a page that were answered, with the answers."""
    said = filling.stored(section, part)
    found = []
    for field in section.fields:
        value = said[field.id]
        if field.kind == s.SSN and getattr(part, "ssn_given", False):
            value = N_("Given; not shown")
        elif field.choices:
            value = dict(field.choices).get(value, "")
        if value:
            found.append((field, value))
    return found


def take_check(visit: Visit) -> Response:
    """Show the terms that hold for the applicant; once they are agreed to, sign and send."""
    form, own = visit.form, _own(visit)
    if own is None or not _may_change(own):
        return visit.redirect("/apply/steps")
    form.choice("assisted", ("yes", "no"))
    if form.errors or form.raw("go") != "send":
        return show_check(visit)
    name = form.raw("signed_name").strip()
    if not name:
        form.wrong("signed_name", SIGN_NAME)
    if not form.checked("agrees"):
        form.wrong("agrees", AGREE)
    if not form.errors:
        _send(visit, name)
    if form.errors:
        return show_check(visit)
    return visit.redirect("/apply/sent")


def _send(visit: Visit, name: str) -> None:
    form, code = visit.form, visit.cookies.get(COOKIE)
    signed = pb.SaveOwnApplicationRequest(request_id=new_id(), resume_code=code)
    signed.content.certification.signed_name = name
    signed.content.certification.agrees = True
    signed.content.certification.terms_version = form.raw("terms_version")
    signed.update_mask.paths.append("certification")
    request = pb.SubmitOwnApplicationRequest(request_id=form.request_id, resume_code=code)
    try:
        _writes(visit).SaveOwnApplication(signed, **visit.as_site)
        _writes(visit).SubmitOwnApplication(request, **visit.as_site)
    except PlatformError as error:
        if not error.violations:
            raise
        form.wrong("", INCOMPLETE, error.detail)


def show_sent(visit: Visit) -> Response:
    """Show where a sent application stands, and what happens next by when."""
    own = _own(visit)
    if own is None:
        return visit.redirect("/apply")
    if own.application.status == DRAFT:
        return visit.redirect("/apply/steps")
    return visit.render(
        "public/apply_sent.html",
        own=own,
        may_change=_may_change(own),
        open=own.application.status == pb.APPLICATION_STATUS_SUBMITTED,
        standing=STATUS_NAMES.get(own.application.status, ""),
        stage_names=STAGE_NAMES,
        days_from=DAYS_FROM,
    )


def show_withdraw(visit: Visit) -> Response:
    """Ask why an application is taken back."""
    own = _own(visit)
    if own is None:
        return visit.redirect("/apply")
    return visit.render("public/apply_withdraw.html", own=own)


def withdraw(visit: Visit) -> Response:
    """Take an application back."""
    form, own = visit.form, _own(visit)
    if own is None:
        return visit.redirect("/apply")
    reason = form.text("reason", longest=filling.AREA_MAX)
    if not form.errors:
        request = pb.WithdrawOwnApplicationRequest(
            request_id=form.request_id, resume_code=visit.cookies.get(COOKIE), reason=reason
        )
        try:
            _writes(visit).WithdrawOwnApplication(request, **visit.as_site)
        except PlatformError as error:
            form.refuse(error)
    return show_withdraw(visit) if form.errors else visit.redirect("/apply/sent")


MESSAGES = {
    "public.left": N_("Your answers are saved. Come back with your code."),
}
_ALL = Who.ANYBODY
PAGES = (
    Page("/apply", show_start, resume, who=_ALL),
    Page("/apply/start", None, start, who=_ALL),
    Page("/apply/leave", None, leave, who=_ALL),
    Page("/apply/steps", show_steps, who=_ALL),
    Page("/apply/check", show_check, take_check, who=_ALL),
    Page("/apply/sent", show_sent, who=_ALL),
    Page("/apply/withdraw", show_withdraw, withdraw, who=_ALL),
    Page("/apply/{section}", show_section, take_section, who=_ALL),
    Page("/apply/{section}/{place}", show_section, take_section, who=_ALL),
)
