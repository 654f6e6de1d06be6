"""Who the father is in law: examples by statute, and properties over many days."""

from datetime import date, timedelta

import pytest
from establishing_world import WRITE
from hypothesis import given
from hypothesis import strategies as st

import policy
from case_service.domain.establishing import rescission
from case_service.domain.establishing.blocking import missing
from case_service.domain.establishing.facts import (
    Acknowledgment,
    Action,
    Alleged,
    Challenge,
    Fact,
    Finding,
    GeneticResult,
    GeneticTest,
    Marriage,
    Mother,
    NotPursued,
    Proceeding,
    Recorded,
    Rescission,
    Withdrawal,
)
from case_service.domain.establishing.paternity import Child, Standing, action_until, standing
from chassis.errors import PlatformError
from chassis.ids import derived_id
from childsupport.case.v1 import establishment_service_pb2 as pb

CASE = derived_id("test", "case")
LAW = policy.load("kentucky")
TODAY = date(2026, 3, 6)
BORN = date(2025, 3, 4)
KIM = Child("kim", BORN)
SIGNED = Acknowledgment("jane", "john", BORN, date(2025, 3, 10))


def recorded(*facts: tuple[date, Fact]) -> list[Recorded]:
    """Record facts; their ids are f1, f2, …"""
    return [
        Recorded(f"f{n}", "kim", "case", day, fact) for n, (day, fact) in enumerate(facts, start=1)
    ]


def stands(*facts: tuple[date, Fact], child: Child = KIM) -> Standing:
    return standing(child, recorded(*facts), LAW, TODAY)


def a_test(probability: str = "", *, father: str = "john") -> list[tuple[date, Fact]]:
    """A test with its result; without a probability the man is excluded. Its id is f1."""
    result = GeneticResult("f1", not probability, probability)
    return [(TODAY, GeneticTest(father)), (TODAY, result)]


def test_nothing_recorded_is_unestablished() -> None:
    assert stands().status == "unestablished"


def test_a_marriage_at_birth_presumes_the_husband() -> None:
    """KRS 406.011."""
    found = stands((TODAY, Marriage("john", "jane", date(2020, 1, 1))))
    assert (found.status, found.father_id, found.mother_id) == (
        "presumed_by_marriage",
        "john",
        "jane",
    )
    assert found.steps[-1].rule_id == "ky.paternity.after_marriage"
    assert "KRS 406.011" in found.steps[-1].citation


@pytest.mark.parametrize(
    ("ended_on", "status"),
    [
        (date(2024, 5, 4), "presumed_by_marriage"),
        (date(2024, 5, 3), "unestablished"),
        (date(2025, 3, 5), "presumed_by_marriage"),
    ],
)
def test_the_presumption_reaches_ten_months_after_the_marriage(ended_on: date, status: str) -> None:
    """KRS 406.011; IRG Q5.4."""
    assert stands((TODAY, Marriage("john", "jane", date(2020, 1, 1), ended_on))).status == status


def test_a_marriage_after_the_birth_presumes_nothing() -> None:
    assert stands((TODAY, Marriage("john", "jane", date(2025, 3, 5)))).status == "unestablished"


def test_an_acknowledgment_stands_like_a_judgment_from_the_second_signature() -> None:
    """42 USC 666(a)(5)(D)(ii); KRS 406.091."""
    found = stands((SIGNED.completed_on, SIGNED))
    assert (found.status, found.father_id, found.since) == (
        "acknowledged",
        "john",
        date(2025, 3, 10),
    )


def test_what_was_taken_back_or_withdrawn_no_longer_stands() -> None:
    back = (date(2025, 4, 1), Rescission("f1", "jane"))
    error = (date(2025, 4, 1), Withdrawal("f1", "wrong child"))
    for undone in (back, error):
        assert stands((SIGNED.completed_on, SIGNED), undone).status == "unestablished"


def test_the_husband_stands_before_a_man_who_acknowledged() -> None:
    """IRG Q5.5: unless the rule on marriage holds."""
    found = stands(
        (SIGNED.completed_on, SIGNED), (TODAY, Marriage("peter", "jane", date(2020, 1, 1)))
    )
    assert (found.status, found.father_id) == ("presumed_by_marriage", "peter")
    assert [step.output for step in found.steps] == ["presumed_by_marriage", "no_effect"]


def test_a_finding_against_the_husband_lets_the_acknowledgment_stand() -> None:
    found = stands(
        (SIGNED.completed_on, SIGNED),
        (TODAY, Marriage("peter", "jane", date(2020, 1, 1))),
        (TODAY, Finding("peter", False, "order", "25-J-1")),
    )
    assert (found.status, found.father_id, found.excluded_ids) == (
        "acknowledged",
        "john",
        ("peter",),
    )


def test_a_challenge_leaves_the_acknowledgment_standing_until_it_is_decided() -> None:
    """42 USC 666(a)(5)(D)(iii): the duties from it are not suspended."""
    facts = [(SIGNED.completed_on, SIGNED), (TODAY, Challenge("f1", "john", "fraud"))]
    found = stands(*facts)
    assert (found.status, found.challenged) == ("acknowledged", True)
    decided = stands(*facts, (TODAY, Finding("john", False, "order", "26-J-1")))
    assert (decided.status, decided.father_id) == ("excluded", "")


@pytest.mark.parametrize(
    ("probability", "status"),
    [("99", "presumed_by_test"), ("99.98", "presumed_by_test"), ("98.99999999", "pending")],
)
def test_a_probability_of_ninety_nine_percent_presumes(probability: str, status: str) -> None:
    """KRS 406.111; IRG Q5.2."""
    assert stands(*a_test(probability)).status == status


def test_an_excluded_man_is_no_longer_alleged() -> None:
    found = stands(*a_test(), (TODAY, Alleged("peter")))
    assert (found.status, found.alleged_ids, found.excluded_ids) == (
        "unestablished",
        ("peter",),
        ("john",),
    )
    assert stands(*a_test()).status == "excluded"


def test_two_men_at_the_threshold_leave_it_to_a_court() -> None:
    facts = [
        *a_test("99.9"),
        (TODAY, GeneticTest("peter")),
        (TODAY, GeneticResult("f3", False, "99.9")),
    ]
    assert stands(*facts).status == "pending"


@pytest.mark.parametrize(
    ("basis", "rule"),
    [
        ("order", "us.paternity.adjudication"),
        ("default", "us.paternity.default_order"),
        ("other_state", "us.paternity.full_faith_and_credit"),
    ],
)
def test_a_finding_stands_before_everything_else(basis: str, rule: str) -> None:
    """42 USC 666(a)(5)(H), (a)(11)."""
    found = stands(
        (TODAY, Marriage("peter", "jane", date(2020, 1, 1))),
        (TODAY, Finding("john", True, basis, "26-J-1")),
    )
    assert (found.status, found.father_id) == ("adjudicated", "john")
    assert found.steps[0].rule_id == rule


def test_what_the_agency_does_not_pursue_can_be_taken_up_again() -> None:
    """45 CFR 303.5(b)."""
    left = (TODAY, NotPursued("adoption_pending"))
    assert stands(left).status == "not_pursued"
    assert stands(left, (TODAY, NotPursued("")), (TODAY, Action("john"))).status == "pending"


def test_an_action_begins_before_the_eighteenth_birthday() -> None:
    """42 USC 666(a)(5)(A); IRG Q3.2."""
    assert action_until(KIM, LAW, TODAY) == date(2043, 3, 4)


def test_orders_need_the_father_in_law_to_be_the_one_who_owes() -> None:
    def lacks(owing: str, *facts: tuple[date, Fact], bore: bool = False) -> str:
        return missing(stands(*facts), owing, LAW, TODAY, obligor_bore=bore)

    signed = (SIGNED.completed_on, SIGNED)
    assert not lacks("john", signed)
    assert "another man" in lacks("peter", signed)
    assert "not established" in lacks("john")
    assert "court's finding on the test" in lacks("john", *a_test("99.99"))
    assert not lacks("jane", (TODAY, Mother("jane")), bore=True)


DAYS = st.dates(date(2001, 1, 1), date(2035, 12, 31))
SPANS = st.integers(-30, 120)


@given(DAYS, DAYS, st.lists(SPANS, max_size=4), SPANS)
def test_an_acknowledgment_can_be_taken_back_for_sixty_days_or_until_a_proceeding(
    first: date, second: date, proceedings: list[int], after: int
) -> None:
    """42 USC 666(a)(5)(D)(ii)."""
    signed = Acknowledgment("jane", "john", first, second)
    begun = signed.completed_on
    held = recorded(*((begun + timedelta(n), Proceeding(("jane",))) for n in proceedings))
    until = rescission.last_day(signed, "jane", held, LAW)
    day = begun + timedelta(after)
    earlier = [n for n in proceedings if n >= 0]
    possible = 0 <= after <= 60 and all(after < n for n in earlier)
    assert (not rescission.why_not_rescind(signed, "jane", day, held, LAW)) == possible
    assert until <= begun + timedelta(60)
    assert rescission.last_day(signed, "john", held, LAW) == begun + timedelta(60)
    assert rescission.why_not_rescind(signed, "peter", day, held, LAW)
    if possible:
        assert rescission.why_not_challenge(signed, "jane", day, held, LAW)


@given(st.permutations(range(5)))
def test_the_order_of_recording_does_not_matter(order: list[int]) -> None:
    facts: list[tuple[date, Fact]] = [
        (date(2025, 3, 10), SIGNED),
        (date(2025, 5, 1), Alleged("peter")),
        (date(2025, 6, 1), Marriage("paul", "jane", date(2019, 1, 1), date(2020, 1, 1))),
        (date(2025, 7, 1), Challenge("f1", "john", "fraud")),
        (date(2025, 8, 1), Finding("john", True, "order", "25-J-7")),
    ]
    all_of_them = recorded(*facts)
    mixed = [all_of_them[n] for n in order]
    assert standing(KIM, mixed, LAW, TODAY) == standing(KIM, all_of_them, LAW, TODAY)


def test_without_a_day_of_birth_no_marriage_leads_to_a_father() -> None:
    wed = (TODAY, Marriage("john", "jane", date(2020, 1, 1)))
    assert stands(wed, child=Child("kim", None)).status == "unestablished"


def test_malformed_and_missing_ids_are_named() -> None:
    request = pb.RecordProceedingRequest(case_id="c", party_ids=["p"])
    with pytest.raises(PlatformError) as caught:
        WRITE.validators["RecordProceeding"](request)
    assert [v.field for v in caught.value.violations] == ["case_id", "child_id", "party_ids[0]"]
    ids = {"case_id": CASE, "child_id": CASE, "father_id": CASE}
    WRITE.validators["RecordPaternityFinding"](pb.RecordPaternityFindingRequest(**ids))
