"""Every time limit of 45 CFR chapter III has its clock or its owner, and its days counted right."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from case_service.domain.clock_kinds import ELSEWHERE, KINDS, Kind, kind_named
from case_service.domain.clocks import (
    Clock,
    Color,
    State,
    cancelled,
    color_of,
    days_left,
    percent_used,
    started,
    stopped,
    turned,
)
from policy import load

LAW = load()
TODAY = date(2026, 11, 2)
SERVICES = {"payments", "withholding", "enforcement", "reports"}

FEDERAL_ROWS = {
    "Give application in person / by phone or in a record": (
        "case.application_in_person",
        "case.application_by_phone",
    ),
    "Information to referred TANF/Medicaid/IV-E clients": ("case.referral_information",),
    "Open case, assess, ask for information": ("case.open",),
    "Use all locate sources": ("locate.sources",),
    "Repeat locate": ("locate.repeat",),
    "Order set, or service completed, or diligent effort documented": (
        "establishment.order_or_service",
    ),
    "Service to disposition": (
        "expedited.first_span",
        "expedited.second_span",
        "expedited.first_share",
        "expedited.second_share",
    ),
    "Identify delinquency": ("delinquency.trigger",),
    "Enforcement action": ("delinquency.action", "delinquency.action_with_service"),
    "Submit for Federal and State tax offset": ("offset.submission",),
    "IWO to employer": (
        "withholding.notice_income_source",
        "withholding.notice_new_hire",
        "withholding.notice_otherwise",
    ),
    "Employer remits": ("withholding.remit",),
    "NMSN to employer": ("medical_notice.to_employer",),
    "Employer sends NMSN Part B to plan": ("medical_notice.to_plan",),
    "Review and adjust": ("review.complete",),
    "Right-to-review notice": ("review.right_notice",),
    "Incarceration >180 days notice to both parents": ("review.incarceration_notice",),
    "Contest COLA/automated adjustment": ("review.automated_contest",),
    "Central registry: acknowledge, check, forward": ("intergovernmental.registry_acknowledge",),
    "Central registry: answer status inquiry": ("intergovernmental.registry_status",),
    "Initiating: refer after deciding": ("intergovernmental.refer",),
    "Initiating: answer request for information": ("intergovernmental.give_information",),
    "New information to other State": ("intergovernmental.new_information",),
    "Order/payment record for controlling order": ("intergovernmental.order_record",),
    "Responding: locate or ask for missing documents": ("intergovernmental.locate",),
    "Responding: forward when located elsewhere": ("intergovernmental.forward_found_elsewhere",),
    "Responding: file controlling order request / notify of result": (
        "intergovernmental.controlling_request",
        "intergovernmental.controlling_notice",
    ),
    "Initiating: tell of closure": ("intergovernmental.closure_told",),
    "Responding: stop IWO and close on instruction": ("intergovernmental.stop_and_close",),
    "Closure notice": ("case.closure_notice",),
    "Closed case records kept": ("case.closed_records",),
    "Locate closure windows": (
        "case.closure_locate",
        "case.closure_locate_little_known",
        "case.closure_locate_unverified_ssn",
    ),
    "SDU to never/former family, and to other State": ("sdu.disburse", "sdu.forward"),
    "SDU to TANF family (not pass-through)": ("sdu.disburse_assistance_family", "sdu.pass_through"),
    "First month after TANF ends": ("sdu.first_month_after_assistance",),
    "To IV-E agency": ("sdu.foster_care_agency",),
    "Tax offset money to family": (
        "sdu.offset",
        "sdu.offset_after_appeal",
        "offset.joint_return_hold",
    ),
    "Return wrongly garnished SSI/SSDI money": ("fidm.social_security_income_return",),
    "FCR updates": ("case.registry_update",),
    "Offset review asked in order State": ("offset.review_forward", "offset.review_decide"),
    "Self-assessment pass marks": ("assessment.pass_closure", "assessment.pass_other"),
}
"""The time limits of 45 CFR parts 302 to 308, row by row, with the rules that hold their days."""

KENTUCKY_ROWS = (
    "review.decide",
    "review.parents_told",
    "hearing.conference",
    "paternity.default_answer",
    "paternity.rescission",
    "admin_order.hearing",
    "dispute.answer",
)


def clock(kind: str, on: date) -> Clock:
    return started(LAW, "", "", kind_named(kind), on)


@pytest.mark.parametrize("row", FEDERAL_ROWS)
def test_every_federal_time_limit_has_its_clock_or_its_owner(row: str) -> None:
    here = {kind.rule for kind in KINDS.values()}
    for rule in FEDERAL_ROWS[row]:
        assert (rule in here) != (rule in ELSEWHERE), rule
        assert LAW.rule(rule, TODAY).citation.startswith(("45 CFR", "42 USC", "921 KAR", "IRG"))
    assert len(FEDERAL_ROWS) == 41


def test_kentuckys_limits_on_a_case_have_their_clocks() -> None:
    assert set(KENTUCKY_ROWS) <= {kind.rule for kind in KINDS.values()}


def test_what_is_elsewhere_is_in_force_and_has_an_owner() -> None:
    assert set(ELSEWHERE.values()) == SERVICES
    for rule in ELSEWHERE:
        assert LAW.rule(rule, TODAY).citation


@pytest.mark.parametrize("kind", KINDS.values(), ids=str)
def test_every_kind_can_start_and_says_what_it_is(kind: Kind) -> None:
    one = clock(kind.kind, TODAY)
    assert one.due_on >= TODAY
    assert one.citation
    assert kind.title[0].isupper()
    assert not kind.title.endswith(".")
    assert bool(kind.then) <= kind.window


@pytest.mark.parametrize(
    ("kind", "start", "due"),
    [
        # 45 CFR 303.2(a)(2): the same day; on a day off, the day when the office opens again
        ("application_given_in_person", date(2026, 3, 10), date(2026, 3, 10)),
        ("application_given_in_person", date(2026, 7, 3), date(2026, 7, 6)),
        # 303.2(a)(2): five working days, over Independence Day (kept on Friday)
        ("application_given_by_phone", date(2026, 7, 1), date(2026, 7, 9)),
        # 303.2(b): twenty calendar days, which may end on a Sunday
        ("open_case", date(2026, 3, 9), date(2026, 3, 29)),
        # 303.8(b)(7)(ii): fifteen business days, over Veterans Day and two of Thanksgiving
        ("incarceration_notice", date(2026, 11, 9), date(2026, 12, 3)),
        # 303.7(b)(2): ten working days, over Christmas
        ("central_registry_acknowledge", date(2026, 12, 16), date(2026, 12, 31)),
        # 303.101(b)(2)(i): six months from the last of August
        ("expedited_six_months", date(2026, 8, 31), date(2027, 2, 28)),
        # 303.8(b)(7)(i): three years from a leap day
        ("review_notice", date(2024, 2, 29), date(2027, 2, 28)),
        # 303.3(b)(5): quarterly
        ("locate_again", date(2026, 11, 30), date(2027, 2, 28)),
    ],
)
def test_days_are_counted_in_the_calendar_of_the_law(kind: str, start: date, due: date) -> None:
    assert clock(kind, start).due_on == due


UNHURRIED = settings(deadline=None)
"""The first day that is counted in a year works out all of its holidays."""
kinds = st.sampled_from(sorted(KINDS))
days = st.dates(date(2003, 1, 1), date(2033, 1, 1))
later = st.integers(0, 1_200).map(lambda n: timedelta(days=n))


@UNHURRIED
@given(kinds, days)
def test_a_clock_is_never_due_before_it_starts(kind: str, on: date) -> None:
    one = clock(kind, on)
    assert one.due_on >= one.started_on
    assert one.amber_on is None or one.started_on <= one.amber_on <= one.due_on


@UNHURRIED
@given(kinds, days, later)
def test_what_is_done_on_or_before_its_day_is_never_red(
    kind: str, on: date, after: timedelta
) -> None:
    one = clock(kind, on)
    done = on + after
    assume(done <= one.due_on)
    for before in (one, turned(one, one.due_on), turned(one, one.due_on + after)):
        met = stopped(before, done)
        assert (met.state, met.missed_on) == (State.MET, None)
        assert color_of(met, one.due_on + timedelta(days=1)) is None
    assert color_of(one, done) is not Color.RED


@UNHURRIED
@given(kinds, days, later)
def test_a_limit_is_red_from_the_day_after_and_late_when_it_is_done(
    kind: str, on: date, after: timedelta
) -> None:
    one = clock(kind, on)
    over = one.due_on + timedelta(days=1)
    done = over + after
    if one.amber_on is None:
        assert turned(one, done).state is State.ELAPSED
        assert color_of(one, done) is None
        return
    assert color_of(one, done) is color_of(turned(one, done), done) is Color.RED
    assert turned(one, done).missed_on == stopped(one, done).missed_on == over
    assert stopped(turned(one, over), done).state is State.LATE
    assert cancelled(turned(one, over), done).missed_on == over


@UNHURRIED
@example("closure_locate", date(2003, 1, 1), timedelta(0), timedelta(days=732))
@given(kinds, days, later, later)
def test_time_only_passes(kind: str, on: date, first: timedelta, more: timedelta) -> None:
    one = clock(kind, on)
    early, late = on + first, on + first + more
    assert percent_used(one, early) <= percent_used(one, late)
    assert days_left(one, early) >= days_left(one, late)
    assert (percent_used(one, late) > 100) == (late > one.due_on)
    shown = [Color.GREEN, Color.AMBER, Color.RED, None]
    assert shown.index(color_of(one, early)) <= shown.index(color_of(one, late))


def test_a_clock_turned_twice_is_as_turned_once() -> None:
    missed = turned(clock("review", TODAY), date(2030, 1, 1))
    assert turned(missed, date(2031, 1, 1)) == missed
