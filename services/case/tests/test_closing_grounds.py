"""Every ground of 45 CFR 303.11 held against cases: what is met, what is not, what is missing."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import policy
from case_service.domain import closing
from case_service.domain.closing import Arrears, Facts, Finding, Locating, Told, Verdict
from case_service.domain.closing_findings import COUNTED, FINDINGS
from case_service.domain.closing_grounds import BY_CODE, GROUNDS
from case_service.domain.known_arrears import known_arrears
from case_service.domain.model import AssistancePeriod, Case, Obligation, OpeningArrears, Order

LAW = policy.load()
TODAY = date(2026, 3, 6)
LONG_AGO = date(2001, 1, 1)
CHILD = "child"
PROVEN = {code: Finding(code, LONG_AGO, 3 if code in COUNTED else 0) for code in FINDINGS}


def obligation(ends: date | None, *, cents: int = 20_000) -> Obligation:
    return Obligation("obligation", "child", cents, 0, date(2012, 1, 1), ends, ())


def case(*obligations: Obligation, assistance: tuple[AssistancePeriod, ...] = ()) -> Case:
    orders = (Order("order", "21-CI-1", True, obligations),) if obligations else ()
    return Case(
        "case",
        "123456789",
        "iv_d",
        "never",
        None,
        0,
        "obligor",
        "obligee",
        "21073",
        date(2012, 1, 1),
        orders,
        assistance=assistance,
    )


ENDED = case(obligation(date(2025, 6, 30)))
FACTS = Facts(ENDED, Arrears(True, 100), {CHILD: date(2005, 5, 5)})


def verdict(code: str, facts: Facts, on: date = TODAY) -> Verdict:
    return closing.evaluate(BY_CODE[code], facts, LAW, on).verdict


def test_the_grounds_are_those_of_the_regulation() -> None:
    """45 CFR 303.11(b)(1)-(21) with their sub-grounds, and (c), which is no choice."""
    assert {ground.paragraph for ground in GROUNDS} == {*map(str, range(1, 22)), "c"}
    subs = [g.code for g in GROUNDS if "(" in g.code]
    assert subs == ["6(i)", "6(ii)", "6(iii)", "6(iv)", "7(i)", "7(ii)", "7(iii)", "9(i)", "9(ii)"]
    assert [g.code for g in GROUNDS if g.mandatory] == ["c"]
    assert BY_CODE["7(ii)"].citation == "45 CFR 303.11(b)(7)(ii)"
    assert BY_CODE["c"].citation == "45 CFR 303.11(c)"


def test_who_is_told_before() -> None:
    """45 CFR 303.11(d)(1), (4): the recipient on (1)-(10), (13), (15), (16); (2): (17)."""
    to_recipient = {g.paragraph for g in GROUNDS if g.told is Told.RECIPIENT}
    assert to_recipient == {*map(str, range(1, 11)), "13", "15", "16"}
    assert {g.paragraph for g in GROUNDS if g.told is Told.INITIATING_AGENCY} == {"17"}


@pytest.mark.parametrize("ground", GROUNDS, ids=lambda g: g.code)
def test_no_ground_is_met_by_a_case_of_which_nothing_is_proven(ground: closing.Ground) -> None:
    running = Facts(case(obligation(None)), Arrears(True, 90_000), {CHILD: date(2020, 5, 5)})
    found = closing.evaluate(ground, running, LAW, TODAY)
    assert found.verdict is not Verdict.MET
    assert found.open_points()


@pytest.mark.parametrize(
    ("total_cents", "expected"),
    [(0, Verdict.MET), (49_999, Verdict.MET), (50_000, Verdict.MISSING)],
)
def test_arrears_are_under_500_dollars(total_cents: int, expected: Verdict) -> None:
    """(b)(1): under 500 dollars, so not at it; above it only where they cannot be enforced."""
    facts = replace(FACTS, arrears=Arrears(True, total_cents))
    assert verdict("1", facts) is expected
    unenforceable = {"arrears_unenforceable": PROVEN["arrears_unenforceable"]}
    assert verdict("1", replace(facts, findings=unenforceable)) is Verdict.MET


def test_arrears_that_nobody_told_are_not_known() -> None:
    assert verdict("1", replace(FACTS, arrears=Arrears(known=False))) is Verdict.MISSING
    assert verdict("2", replace(FACTS, arrears=Arrears(known=False))) is Verdict.MISSING


def test_arrears_too_old_to_be_enforced_allow_closing() -> None:
    """IRG Q3.1: fifteen years after current support ended for the last child."""
    facts = replace(FACTS, arrears=Arrears(True, 900_000))
    assert verdict("1", facts, date(2040, 6, 30)) is Verdict.MISSING
    assert verdict("1", facts, date(2040, 7, 1)) is Verdict.MET


def test_a_judgment_for_arrears_is_no_current_support_that_still_runs() -> None:
    """IRG Q3.1 counts from the end of current support; what repays a judgment has no end."""
    judgment = replace(obligation(None, cents=0), obligation_id="judgment")
    judged = case(obligation(date(2025, 6, 30)), judgment)
    facts = replace(FACTS, case=judged, arrears=Arrears(True, 900_000))
    assert verdict("1", facts, date(2040, 6, 30)) is Verdict.MISSING
    assert verdict("1", facts, date(2040, 7, 1)) is Verdict.MET


def test_a_running_order_keeps_a_case_open_and_so_does_none_at_all() -> None:
    running = replace(FACTS, case=case(obligation(None)), findings=PROVEN)
    never = replace(FACTS, case=case(), findings=PROVEN)
    for code in ("1", "2", "3"):
        assert verdict(code, running) is Verdict.NOT_MET
        assert verdict(code, never) is Verdict.NOT_MET
    last_day = replace(FACTS, case=case(obligation(TODAY)))
    assert verdict("1", last_day) is Verdict.NOT_MET
    assert verdict("1", last_day, TODAY + timedelta(days=1)) is Verdict.MET


def test_all_arrears_are_assigned() -> None:
    """(b)(2): as soon as a cent belongs to the family, it is not met."""
    assert verdict("2", replace(FACTS, arrears=Arrears(True, 700, 700))) is Verdict.MET
    assert verdict("2", replace(FACTS, arrears=Arrears(True, 701, 700))) is Verdict.NOT_MET


@pytest.mark.parametrize(
    ("code", "finding", "months"), [("7(i)", "", 24), ("7(ii)", "too_little_known", 6),
                                    ("7(iii)", "ssn_not_verified", 12)]
)  # fmt: skip
def test_locate_windows(code: str, finding: str, months: int) -> None:
    """(b)(7): two years, six months when little is known, one year without a verified number."""
    since = date(2024, 1, 15)
    over = date(2024 + (months // 12), 1 + months % 12, 15)
    findings = {finding: PROVEN[finding]} if finding else {}
    facts = replace(FACTS, locating=Locating(since, 4), findings=findings)
    assert verdict(code, facts, over - timedelta(days=1)) is Verdict.NOT_MET
    assert verdict(code, facts, over) is Verdict.MET
    found = replace(facts, locating=Locating(since, 4, located_on=over))
    assert verdict(code, found, over) is Verdict.NOT_MET
    one_source = replace(facts, locating=Locating(since, 1))
    assert verdict(code, one_source, over) is Verdict.MISSING
    written = {**findings, "locate_in_vain": Finding("locate_in_vain", since)}
    assert verdict(code, replace(one_source, findings=written), over) is Verdict.MET


def test_a_paternity_action_is_barred_after_the_childs_eighteenth_birthday() -> None:
    """(b)(6)(i); IRG Q3.2: eighteen years from the birth."""
    facts = Facts(case(), Arrears(True), {CHILD: date(2008, 3, 6)})
    assert verdict("6(i)", facts) is Verdict.NOT_MET
    assert verdict("6(i)", facts, TODAY + timedelta(days=1)) is Verdict.MET
    assert verdict("6(i)", replace(facts, births={CHILD: None})) is Verdict.MISSING
    with_order = replace(facts, case=ENDED)
    assert verdict("6(i)", with_order, TODAY + timedelta(days=1)) is Verdict.NOT_MET


def test_incarceration_must_outlast_the_childs_minority() -> None:
    """(b)(8): throughout the minority, and no means."""
    determined = {code: PROVEN[code] for code in ("no_support_potential", "no_income_or_assets")}
    facts = Facts(case(obligation(None)), Arrears(True), {CHILD: date(2015, 5, 5)}, determined)
    assert verdict("8", facts) is Verdict.MISSING
    short = replace(facts, incarcerated_until=date(2033, 5, 4))
    assert verdict("8", short) is Verdict.MISSING
    assert verdict("8", replace(facts, incarcerated_until=date(2033, 5, 5))) is Verdict.MET


def test_the_recipients_wish_is_not_enough_while_something_is_assigned() -> None:
    """(b)(12)."""
    wish = {"recipient_asks_to_close": PROVEN["recipient_asks_to_close"]}
    facts = replace(FACTS, findings=wish)
    assert verdict("12", facts) is Verdict.MET
    assert verdict("12", replace(facts, arrears=Arrears(True, 50, 1))) is Verdict.NOT_MET
    for program in ("k_tap", "medicaid"):
        period = AssistancePeriod("p", program, date(2025, 1, 1), None, 0)
        assisted = replace(facts, case=replace(ENDED, assistance=(period,)))
        assert verdict("12", assisted) is Verdict.NOT_MET
        over = replace(period, last_month=date(2026, 2, 1))
        assert verdict("12", replace(facts, case=replace(ENDED, assistance=(over,)))) is Verdict.MET


def test_unpaid_medical_support_stays_assigned_when_medicaid_ends() -> None:
    """45 CFR 302.51(c)(2), 303.11(b)(12)."""
    ended = AssistancePeriod("p", "medicaid", date(2024, 1, 1), date(2024, 12, 1), 0)
    had = replace(
        FACTS, case=replace(ENDED, assistance=(ended,)), findings=PROVEN, arrears=Arrears(True, 500)
    )
    assert verdict("12", had) is Verdict.MET
    assert verdict("12", replace(had, arrears=Arrears(True, 500, 0, 500))) is Verdict.NOT_MET
    assert verdict("12", replace(had, arrears=Arrears(known=False))) is Verdict.MISSING
    medical = replace(obligation(date(2025, 6, 30)), support_type="medical")
    found = known_arrears(case(medical), {("obligation", "NA"): 500}, (), TODAY)
    assert found == Arrears(True, 500, 0, 500)


def test_lost_contact_takes_two_methods_and_no_duty_to_cooperate() -> None:
    """(b)(15): at least two different methods; on Medicaid only where cooperation is not asked."""
    once = {"contact_attempts": Finding("contact_attempts", LONG_AGO, 1)}
    twice = {"contact_attempts": Finding("contact_attempts", LONG_AGO, 2)}
    assert verdict("15", replace(FACTS, findings=once)) is Verdict.MISSING
    assert verdict("15", replace(FACTS, findings=twice)) is Verdict.MET
    period = AssistancePeriod("p", "medicaid", date(2025, 1, 1), None, 0)
    on_medicaid = replace(FACTS, case=replace(ENDED, assistance=(period,)), findings=twice)
    assert verdict("15", on_medicaid) is Verdict.MISSING
    free = {**twice, "cooperation_not_required": PROVEN["cooperation_not_required"]}
    assert verdict("15", replace(on_medicaid, findings=free)) is Verdict.MET
    taken_over = replace(FACTS, case=replace(ENDED, assistance_status="current"), findings=free)
    assert verdict("15", taken_over) is Verdict.NOT_MET
    k_tap = replace(period, program="k_tap")
    on_k_tap = replace(on_medicaid, case=replace(ENDED, assistance=(k_tap,)), findings=free)
    assert verdict("15", on_k_tap) is Verdict.NOT_MET


ONLY_FINDINGS = [g for g in GROUNDS if g.paragraph in {"4", "5", "9", "10", "11", "13", "14", "17",
                                                       "18", "19", "20", "21", "c"}]  # fmt: skip


@pytest.mark.parametrize("ground", ONLY_FINDINGS, ids=lambda g: g.code)
def test_what_is_proven_by_findings_needs_each_of_them(ground: closing.Ground) -> None:
    facts = replace(FACTS, findings=PROVEN)
    found = closing.evaluate(ground, facts, LAW, TODAY)
    assert found.verdict is Verdict.MET
    needed = {check.finding_code for check in found.checks}
    for code in needed:
        rest = {k: f for k, f in PROVEN.items() if k in needed - {code}}
        left = closing.evaluate(ground, replace(facts, findings=rest), LAW, TODAY)
        assert left.verdict is Verdict.MISSING


def test_a_tribal_transfer_waits_for_the_recipients_sixty_days() -> None:
    """(b)(21)(i)(B)."""
    done = {code: PROVEN[code] for code in ("tribal_transfer_completed", "tribal_recipient_told")}
    for days, expected in ((59, False), (60, True)):
        sent = Finding("tribal_notice_unanswered", TODAY - timedelta(days=days))
        facts = replace(FACTS, findings={**done, sent.code: sent})
        assert (verdict("21", facts) is Verdict.MET) == expected


def test_arrears_are_known_when_each_obligation_that_can_be_owed_was_told() -> None:
    opened = replace(obligation(None, cents=0), opening_arrears=(OpeningArrears("NA", 5, TODAY),))
    cases: tuple[tuple[Case, dict[str, int], Arrears], ...] = (
        (case(), {}, Arrears(True, 0, 0)),
        (case(obligation(None)), {}, Arrears(False)),
        (case(obligation(None, cents=0)), {}, Arrears(True, 0, 0)),
        (case(opened), {}, Arrears(False)),
        (ENDED, {"PA": 300, "current": 50}, Arrears(True, 350, 300)),
        (ENDED, {"CA": 300, "TA": 7}, Arrears(True, 307, 7)),
    )
    for one, by_bucket, expected in cases:
        due = {("obligation", bucket): cents for bucket, cents in by_bucket.items()}
        assert known_arrears(one, due, ("PA", "TA"), TODAY) == expected


@given(
    noticed=st.dates(date(2024, 1, 1), date(2030, 1, 1)),
    passed=st.integers(0, 200),
    kind=st.sampled_from([None, closing.INFORMATION, closing.CONTACT, closing.CONSENT]),
    ground=st.sampled_from(GROUNDS),
)
def test_no_case_is_closed_within_its_days_or_against_an_answer(
    noticed: date, passed: int, kind: str | None, ground: closing.Ground
) -> None:
    """303.11(d)(1), (3): sixty days, and information or contact keeps it open whenever it came."""
    needed = closing.needs_notice(ground)
    answer_by = LAW.due_date(closing.NOTICE_DAYS, noticed) if needed else None
    one = closing.Closure(
        "c", "case", ground.code, closing.INTENDED, noticed, "r", (),
        notice_on=noticed if needed else None, answer_by=answer_by,
        answer=closing.Answer(kind, noticed, "x") if kind else None,
    )  # fmt: skip
    on = noticed + timedelta(days=passed)
    kept = kind in {closing.INFORMATION, closing.CONTACT}
    assert closing.may_close(one, on) == (not kept and (not needed or passed > 60))
    assert closing.came_in_time(one, on)
    closed = replace(one, state=closing.CLOSED, closed_on=on)
    assert closing.came_in_time(closed, on - timedelta(days=1))
    assert not closing.came_in_time(closed, on)
