"""Duplicates, offices, protection: the rules without a database."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from parties_world import CHILD, FATHER, MOTHER, PLANTED, person

from case_service.domain import duplicates, offices, parties, protection, reported_changes
from case_service.domain.model import Address, BankAccount, Case, Member
from case_service.domain.numbers import case_number, luhn_digit

BORN = date(1989, 7, 7)
JANE = person(first_name="Jane", last_name="Doe", birth_date=BORN)


def of(case_members: tuple[Member, ...], obligor: str = "father", obligee: str = "mother") -> Case:
    return Case(
        case_id="case",
        case_number="",
        case_type="iv_d",
        assistance_status="never",
        assistance_since=None,
        unreimbursed_assistance_cents=0,
        obligor_id=obligor,
        obligee_id=obligee,
        county_fips="",
        opened_on=None,
        orders=(),
        members=case_members,
    )


@pytest.mark.parametrize(
    ("other", "least", "most"),
    [
        (replace(JANE, first_name="Jané", last_name="DOE"), 100, 100),
        (replace(JANE, first_name="Doe", last_name="Jane"), 100, 100),
        (replace(JANE, first_name="Jayne"), duplicates.PROBABLE, 99),
        (replace(JANE, birth_date=date(1989, 7, 17)), duplicates.PROBABLE, 99),
        (replace(JANE, birth_date=None), duplicates.POSSIBLE, duplicates.PROBABLE - 1),
        (replace(JANE, birth_date=date(1991, 2, 28)), 0, 0),
        (replace(JANE, first_name="Robert"), 0, 0),
        (replace(JANE, last_name=""), 0, 0),
    ],
)
def test_how_alike_two_records_are(other: object, least: int, most: int) -> None:
    assert least <= duplicates.score(JANE, other) <= most  # type: ignore[arg-type]


def test_twins_with_numbers_of_their_own_are_two_people() -> None:
    one = replace(JANE, first_name="Kaylee", ssn="900010011")
    other = replace(JANE, first_name="Kayleen", ssn="900010012")
    assert duplicates.score(one, other) < duplicates.PROBABLE
    assert duplicates.score(one, replace(other, ssn="")) >= duplicates.PROBABLE


def test_one_social_security_number_is_one_person_whatever_the_name() -> None:
    other = person(first_name="X", last_name="Y", ssn="900010011", participant_id="b")
    one = replace(JANE, ssn="900010011", participant_id="a")
    assert [c.same_ssn for c in duplicates.candidates(one, [other, one])] == [True]


names = st.text(alphabet="abcdefghij-' éñ", max_size=12)
people = st.builds(
    lambda first, last, born, sex: person(
        first_name=first, last_name=last, birth_date=born, sex=sex
    ),
    names,
    names,
    st.none() | st.dates(date(1950, 1, 1), date(2020, 1, 1)),
    st.sampled_from(["", "female", "male"]),
)


@given(people, people)
def test_likeness_has_no_direction_and_stays_in_percent(one: object, other: object) -> None:
    there, back = duplicates.score(one, other), duplicates.score(other, one)  # type: ignore[arg-type]
    assert there == back
    assert 0 <= there <= 100


@given(st.integers(1, 999_999_999))
def test_case_numbers_have_ten_digits_and_a_right_check_digit(serial: int) -> None:
    number = case_number(serial)
    assert len(number) == 10
    assert luhn_digit(number[:-1]) == number[-1]


def test_there_is_an_office_in_each_of_the_120_counties() -> None:
    found = offices.counties()
    assert list(found) == [str(fips) for fips in range(21001, 21240, 2)]
    # The codes were given in the order in which "Mc" stood before every other M.
    names = [n.replace("Mc", "M\x00").casefold() for n in found.values()]
    assert names == sorted(names)
    assert len(set(names)) == 120
    known = ["21001", "21067", "21111", "21117", "21145", "21151", "21239"]
    assert [found[fips] for fips in known] == [
        "Adair",
        "Fayette",
        "Jefferson",
        "Kenton",
        "McCracken",
        "Madison",
        "Woodford",
    ]


def test_a_county_s_new_cases_go_to_the_office_that_has_taken_them_over() -> None:
    assert offices.office_for("21201", {}) == "21201"
    assert offices.office_for("21201", {"21201": "21161"}) == "21161"
    assert offices.office_for("39061", {}) == ""


def test_a_grown_up_is_seen_by_himself_and_a_child_by_who_has_it() -> None:
    case = of((Member("kim", "child", None), Member("grandma", "caretaker", None)))
    around = [protection.circle(case)]
    assert protection.visible_to("mother", around) == ("mother",)
    assert protection.visible_to("kim", around) == ("kim", "grandma", "mother")
    assert not protection.may_see("father", "kim", around)
    assert not protection.may_see("father", "mother", around)
    assert not protection.may_see("grandma", "mother", around)


def test_who_stands_on_the_other_side_of_another_case_does_not_see_the_child() -> None:
    """Each parent has had the child, and each owes the other: neither learns its school here."""
    kim = (Member("kim", "child", None),)
    around = [protection.circle(of(kim)), protection.circle(of(kim, "mother", "father"))]
    assert protection.visible_to("kim", around) == ("kim",)


roles = st.sampled_from(parties.ROLES)
ids = st.sampled_from(["a", "b", "c", "d", "e"])
cases = st.builds(
    lambda sides, members: of(tuple(Member(p, r, None) for p, r in members), *sides),
    st.permutations(["a", "b", "c", "d", "e"]).map(lambda p: p[:2]),
    st.lists(st.tuples(ids, roles), max_size=4, unique=True),
)


@given(st.lists(cases, max_size=3), ids)
def test_the_other_side_never_sees_anybody_s_place(given_cases: list[Case], subject: str) -> None:
    around = [protection.circle(case) for case in given_cases]
    for viewer in {c.obligor_id for c in given_cases if subject in parties.children(c)}:
        if viewer != subject:
            assert not protection.may_see(viewer, subject, around)
    assert protection.may_see(subject, subject, around)


@pytest.mark.parametrize("what", ["address", "email", "employer", "work_address", "phone"])
def test_a_note_that_tells_a_place_is_found_out(what: str) -> None:
    note = f"Call her: {PLANTED[what].upper()}, mornings."
    assert protection.mentions(note, MOTHER)


def test_a_phone_number_is_found_however_it_is_written() -> None:
    assert protection.mentions("(502) 555-0177", MOTHER) == "phone"
    assert protection.mentions("The hearing is on 2026-03-09 in room 502.", MOTHER) == ""
    assert protection.mentions("anything", FATHER) == ""
    assert protection.mentions("Cedar-Wren Elementary", CHILD) == "school"


@pytest.mark.parametrize(
    ("kind", "new", "field"),
    [
        ("address", reported_changes.Details(), "details.address"),
        (
            "address",
            reported_changes.Details(address=Address("1 Elm", "", "Paris", "Ky", "1")),
            "details.address.state",
        ),
        ("contact", reported_changes.Details(phone="555"), "details.phone"),
        ("contact", reported_changes.Details(email="no"), "details.email"),
        (
            "account",
            reported_changes.Details(bank_account=BankAccount("123456789", "1", savings=False)),
            "details.bank_account.routing_number",
        ),
        ("employment", reported_changes.Details(employer=MOTHER.employer), "details"),
    ],
)
def test_a_reported_change_is_checked_field_by_field(
    kind: str, new: reported_changes.Details, field: str
) -> None:
    found = reported_changes.violations(MOTHER, kind, new, date(2026, 3, 6))
    assert field in [v.field for v in found]


def test_nobody_is_asked_to_put_right_what_he_did_not_touch() -> None:
    broken = replace(MOTHER, participant_id="00000000-0000-7000-8000-000000000001", email="no")
    new = reported_changes.Details(address=Address("1 Elm", "", "Paris", "KY", "40361"))
    assert list(reported_changes.violations(broken, "address", new, date(2026, 3, 6))) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"birth_date": date(2030, 1, 1)}, "birth_date"),
        ({"died_on": date(1980, 1, 1)}, "died_on"),
        ({"sex": "x"}, "sex"),
        ({"preferred_contact": "email", "email": ""}, "preferred_contact"),
    ],
)
def test_what_is_recorded_of_a_person_must_fit(change: dict[str, object], field: str) -> None:
    wrong = replace(MOTHER, **change)  # type: ignore[arg-type]
    assert field in [v.field for v in parties.record_violations(wrong, date(2026, 3, 6))]
