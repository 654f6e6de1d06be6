"""Referrals from the agencies of K-TAP, Medicaid and foster care, taken without keying them again.

45 CFR 303.2(b): a referral is worked from the day that it is received; 307.10(b)(9), (13): it comes
by itself, and again when something has changed.
"""

import json
from dataclasses import asdict, replace
from datetime import date

from case_service.actions import clocks
from case_service.actions.applications import file, keep, office_of, put_on_desk
from case_service.actions.recording import refuse
from case_service.domain import applications as domain
from case_service.domain.application_checks import REQUIRED, form_violations
from case_service.domain.applications import Application, Content
from case_service.domain.model import Violation
from case_service.store import applications as store
from chassis.errors import PlatformError
from chassis.ids import derived_id
from chassis.runtime import Work
from childsupport.common.v1.errors_pb2 import ErrorReason

MAX_ID_CHARS = 64


def receive(
    work: Work, agency: str, referral_id: str, referred_on: date, content: Content
) -> Application:
    """Take a referral; the same again changes nothing, a changed one that waits is updated."""
    refuse(_violations(work, agency, referral_id, referred_on, content))
    digest = work.keys.lookup_hash(
        "application.referral",
        json.dumps([referred_on, asdict(content)], default=str, sort_keys=True),
    )
    # The id follows from the agency's own: of two that come at once, one waits and finds the other.
    application_id = derived_id("referral", agency, referral_id)
    store.lock_referral(work.session, application_id)
    before = store.lock(work.session, work.keys, application_id)
    if before is None:
        new = replace(
            _new(work, application_id, agency, referral_id, referred_on),
            content=content,
            referral_digest=digest,
            office_id=office_of(work, content),
        )
        return _take(work, new)
    if before.referral_digest == digest:
        return before
    if before.is_decided:
        raise PlatformError(
            ErrorReason.ERROR_REASON_FAILED_PRECONDITION,
            f"the referral is {before.status}; refer the client anew, or report assistance"
            " to the case (RecordAssistance)",
            metadata={"status": before.status, "case_id": before.case_id},
        )
    after = replace(
        before,
        content=content,
        referral_digest=digest,
        saved_on=work.clock.today(),
        office_id=office_of(work, content) or before.office_id,
    )
    after = keep(work, after, "referral_changed", agency=agency)
    put_on_desk(work, after)
    return after


def _new(
    work: Work, application_id: str, agency: str, referral_id: str, referred_on: date
) -> Application:
    return Application(
        application_id=application_id,
        version=0,
        kind=domain.REFERRAL,
        channel="referral",
        asked_on=referred_on,
        saved_on=work.clock.today(),
        status=domain.SUBMITTED,
        fee=domain.NO_FEE,
        agency=agency,
        referral_id=referral_id,
    )


def _take(work: Work, one: Application) -> Application:
    """Nobody referred pays an application fee (45 CFR 302.33(a)(2) and (3))."""
    today = work.clock.today()
    one = keep(work, one, "referred", on=one.asked_on, agency=one.agency)
    # From the day of referral, whenever it was received (45 CFR 303.2(a)(2)).
    kind = "information_to_referred"
    clocks.start(work, "", kind, one.asked_on, about_id=one.application_id)
    one = file(work, one, today)
    put_on_desk(work, one)
    return one


def _violations(
    work: Work, agency: str, referral_id: str, referred_on: date, content: Content
) -> list[Violation]:
    found = [
        Violation(name, f"1 to {MAX_ID_CHARS} characters")
        for name, value in (("agency", agency), ("referral_id", referral_id))
        if not 0 < len(value) <= MAX_ID_CHARS
    ]
    if referred_on > work.clock.today():
        found.append(Violation("referred_on", "not in the future"))
    said = [*form_violations(content, work.clock.today())]
    said += [gap for code in ("applicant_name", "children") for gap in REQUIRED[code](content)]
    if not content.assistance:
        said.append(Violation("assistance", "the assistance that the client has"))
    return [*found, *(Violation(f"content.{v.field}", v.expected) for v in said)]
