"""Applications from the first question until they are filed: begin, give, save, fee, submit."""

import base64
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from case_service.actions import clocks, worklist
from case_service.actions.recording import refuse
from case_service.domain import application_terms, offices
from case_service.domain import applications as domain
from case_service.domain.application_checks import form_violations, gaps
from case_service.domain.applications import Application, Content
from case_service.domain.model import Violation
from case_service.store import applications as store
from case_service.store import offices as office_store
from chassis.errors import PlatformError
from chassis.ids import new_id
from chassis.runtime import Work
from childsupport.common.v1.errors_pb2 import ErrorReason
from policy import Policy, load

CODE_BYTES = 15
"""120 bits in 24 characters: nobody finds one by trying."""
_GROUP = 6
GIVEN_CLOCKS = {
    domain.IN_PERSON: "application_given_in_person",
    domain.PHONE: "application_given_by_phone",
    domain.REFERRAL: "information_to_referred",
}


def law_of(work: Work) -> Policy:
    """Return the law of the State that this runs for."""
    return load(work.settings.jurisdiction)


def begin(work: Work, given: Application) -> Application:
    """Begin an application; the clock for giving the form runs from the day that it was asked."""
    today = work.clock.today()
    refuse([*_day_violations("asked_on", given.asked_on, today), *_said(work, given.content)])
    fee_cents = law_of(work).cents("fee.application", given.asked_on)
    one = replace(
        given,
        application_id=new_id(work.clock.now()),
        saved_on=today,
        given_on=today if given.channel == domain.ONLINE else None,
        fee_cents=fee_cents,
        fee=domain.UNDECIDED if fee_cents else domain.STATE_PAYS,
        office_id=given.office_id or office_of(work, given.content),
    )
    if kind := GIVEN_CLOCKS.get(one.channel):
        clocks.start(work, "", kind, one.asked_on, about_id=one.application_id)
    return keep(work, one, "begun", on=one.asked_on, channel=one.channel.replace("_", " "))


def begin_own(work: Work, given: Application) -> tuple[Application, str]:
    """Begin an application of the applicant himself; returns it with the code to resume it by."""
    code = base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode()
    until = kept_until(work, work.clock.today())
    digest = code_hash(work, code)
    one = begin(work, replace(given, resume_hash=digest, resume_until=until))
    grouped = "-".join(code[n : n + _GROUP] for n in range(0, len(code), _GROUP))
    return one, grouped


def code_hash(work: Work, code: str) -> bytes:
    """Return what a code is looked up by; dashes, blanks and small letters do not matter."""
    plain = "".join(code.upper().replace("-", " ").split())
    return work.keys.lookup_hash("application.resume", plain)


def give(work: Work, before: Application, on: date) -> Application:
    """Record that form, or information on services, was given (45 CFR 303.2(a)(2)).

    It still has to be given when the case was opened before.
    """
    if before.status != domain.ACCEPTED:
        _check_open(before)
    refuse(_day_violations("given_on", on, work.clock.today(), since=before.asked_on))
    if kind := GIVEN_CLOCKS.get(before.channel):
        clocks.stop(work, before.case_id, kind, on, about_id=before.application_id)
    return keep(work, replace(before, given_on=before.given_on or on), "given", on=on)


def save(
    work: Work, before: Application, content: Content, sections: frozenset[str]
) -> Application:
    """Save sections of an application; the time that it is kept begins anew."""
    _check_open(before)
    said = domain.merged(before.content, content, sections)
    refuse(_said(work, said))
    today = work.clock.today()
    after = replace(
        before,
        content=said,
        saved_on=today,
        office_id=before.office_id or office_of(work, said),
        resume_until=before.resume_until
        and max(before.resume_until, kept_until(work, today), before.answer_by or today),
    )
    if after == before:
        return before
    named = ", ".join(sorted(name.replace("_", " ") for name in sections))
    return keep(work, after, "saved", sections=named)


def settle_fee(work: Work, before: Application, fee: str, on: date) -> Application:
    """Record what became of the fee; a sent application counts as filed with it (303.2(a)(3))."""
    _check_open(before)
    refuse(_day_violations("received_on", on, work.clock.today(), since=before.asked_on))
    amount = f"${before.fee_cents // 100}.{before.fee_cents % 100:02d}"
    after = keep(work, replace(before, fee=fee), "fee", on=on, amount=amount, fee=fee)
    if after.status == domain.SUBMITTED and after.filed_on is None:
        return file(work, after, on)
    return after


def submit(work: Work, before: Application) -> Application:
    """Send an application, or the answer to a request for information about it.

    Raises PlatformError that names all that it lacks.
    """
    today = work.clock.today()
    if not before.applicant_may_save:
        raise PlatformError(
            ErrorReason.ERROR_REASON_FAILED_PRECONDITION,
            "it was sent already; nothing is asked for",
            metadata={"status": before.status},
        )
    refuse([*form_violations(before.content, today), *lacks(work, before)])
    if before.status == domain.SUBMITTED:
        after = keep(work, replace(before, answer_by=None), "answered")
    else:
        after = keep(work, replace(before, status=domain.SUBMITTED), "submitted")
        if kind := GIVEN_CLOCKS.get(after.channel):
            clocks.stop(work, "", kind, after.given_on or today, about_id=after.application_id)
        if after.fee_is_settled:
            after = file(work, after, today)
    put_on_desk(work, after)
    return after


def file(work: Work, before: Application, on: date) -> Application:
    """Count an application as filed: the time to open the case runs (45 CFR 303.2(b))."""
    clocks.start(work, "", "open_case", on, about_id=before.application_id)
    return keep(work, replace(before, filed_on=on), "filed", on=on)


def put_on_desk(work: Work, one: Application) -> None:
    """Put an application before the workers of its office."""
    worklist.put(
        work,
        "",
        "APPL",
        one.application_id,
        due_on=open_by(work, one),
        office_id=one.office_id,
    )


def open_by(work: Work, one: Application) -> date | None:
    """Return the day by which the case must be open; None while it is not filed."""
    return law_of(work).due_date("case.open", one.filed_on) if one.filed_on else None


def kept_until(work: Work, saved_on: date) -> date:
    """Return the last day that a draft is kept that was saved on a day."""
    return saved_on + timedelta(days=law_of(work).days("application.draft_kept", saved_on))


def lacks(work: Work, one: Application) -> Iterator[Violation]:
    """Yield what an application lacks before it can be sent, or a case be opened for it."""
    law, today = law_of(work), work.clock.today()
    rule = "application.required"
    if one.kind == domain.REFERRAL:
        rule = "application.referral_required"
    version = application_terms.version_of(law, today)
    for gap in gaps(one.content, law.codes(rule, today), version):
        yield Violation(gap.field, f"{gap.expected} [{law.rule(rule, today).id}]")
    if not one.office_id:
        yield Violation(
            "applicant.county_fips",
            "the county in this State (21001 to 21239); one elsewhere is given an office by a"
            " worker [45 CFR 303.2(b)]",
        )


def office_of(work: Work, content: Content) -> str:
    """Return the office of the applicant's county; empty when it has none."""
    return offices.office_for(content.applicant.county_fips, office_store.rules(work.session))


def expire(work: Work, before: Application) -> Application:
    """Erase a draft that nobody has saved for too long."""
    for kind in GIVEN_CLOCKS.values():
        clocks.cancel(work, "", kind, work.clock.today(), about_id=before.application_id)
    gone = replace(domain.erased(before), decided_on=work.clock.today())
    after = keep(work, gone, "expired")
    store.forget_content(work.session, [before.application_id])
    return after


def keep(
    work: Work, after: Application, kind: str, *, on: date | None = None, **facts: str
) -> Application:
    """Write an application in its next version, and what happened to it."""
    stored = replace(after, version=after.version + 1)
    store.write(work.session, work.keys, stored, work.clock.now())
    event = store.Event(
        application_id=after.application_id,
        on_date=on or work.clock.today(),
        kind=kind,
        recorded_by=work.caller.person,
        at=work.clock.now(),
        facts=facts,
    )
    store.add_event(work.session, work.keys, event)
    return stored


def _said(work: Work, content: Content) -> Iterator[Violation]:
    for violation in form_violations(content, work.clock.today()):
        yield Violation(f"content.{violation.field}", violation.expected)


def _check_open(one: Application) -> None:
    if one.is_decided:
        raise PlatformError(
            ErrorReason.ERROR_REASON_FAILED_PRECONDITION,
            f"the application is {one.status}; begin a new one",
            metadata={"status": one.status},
        )


def _day_violations(
    field: str, day: date, today: date, since: date | None = None
) -> Iterator[Violation]:
    if day > today:
        yield Violation(field, "not in the future")
    if since is not None and day < since:
        yield Violation(field, f"not before {since}, the day that it was asked for")
