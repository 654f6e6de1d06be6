"""What an application says: kept, sent and checked without losing or changing anything."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

import policy
from case_service.application_messages import content_from_message, content_message
from case_service.domain import application_terms
from case_service.domain.application_checks import REQUIRED, form_violations, gaps
from case_service.domain.applications import (
    SECTIONS,
    Applicant,
    Certification,
    Child,
    Content,
    Marriage,
    OtherParent,
    merged,
)
from case_service.domain.applying import Parts, parts_of
from case_service.domain.model import Address, Violation
from case_service.store.application_content import from_json, to_json

TODAY = date(2026, 3, 6)

words = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=12).map(str.strip)
dates = st.none() | st.dates(date(1920, 1, 1), TODAY)
numbers = st.sampled_from(["", "900010001", "900010002"])
addresses = st.none() | st.builds(Address, words, words, words, words, words)
contents = st.builds(
    Content,
    applicant=st.builds(
        Applicant,
        first_name=words,
        last_name=words,
        birth_date=dates,
        ssn=numbers,
        address=addresses,
        relationship=st.sampled_from(["", "parent_with_child", "agency"]),
        medical_support_only=st.booleans(),
    ),
    other_parents=st.lists(
        st.builds(
            OtherParent,
            last_name=words,
            ssn=numbers,
            address=addresses,
            alleged_father=st.booleans(),
        ),
        max_size=3,
    ).map(tuple),
    children=st.lists(
        st.builds(Child, first_name=words, birth_date=dates, ssn=numbers), max_size=3
    ).map(tuple),
    marriage=st.builds(
        Marriage, married=st.sampled_from(["", "never", "divorced"]), divorced_on=dates
    ),
)


@settings(max_examples=40)
@given(said=contents)
def test_what_is_kept_is_what_was_said(said: Content) -> None:
    assert from_json(to_json(said)) == said


def test_what_was_kept_before_a_field_was_there_is_still_read() -> None:
    assert from_json('{"applicant": {"first_name": "Mary"}}').applicant.first_name == "Mary"


@settings(max_examples=40)
@given(said=contents)
def test_what_is_read_and_saved_again_unchanged_stays_as_it_was(said: Content) -> None:
    """Numbers do not leave, so an answer that comes back must not lose them."""
    message = content_message(said)
    assert b"9000100" not in message.SerializeToString()
    assert content_from_message(message, said) == said


@settings(max_examples=40)
@given(before=contents, after=contents, sections=st.sets(st.sampled_from(SECTIONS)))
def test_a_save_changes_the_sections_that_it_names_and_no_other(
    before: Content, after: Content, sections: set[str]
) -> None:
    saved = merged(before, after, frozenset(sections))
    for name in SECTIONS:
        assert getattr(saved, name) == getattr(after if name in sections else before, name)


def test_every_code_that_the_policy_asks_for_is_one_that_is_checked() -> None:
    law = policy.load()
    for rule in ("application.required", "application.referral_required"):
        assert set(law.codes(rule, TODAY)) <= set(REQUIRED)


def test_what_the_policy_does_not_ask_for_is_not_missed() -> None:
    assert [g.field for g in gaps(Content(), ["children"], "v")] == ["children"]
    assert list(gaps(Content(), [], "v")) == []


def test_a_divorce_before_the_marriage_is_a_slip() -> None:
    said = Content(marriage=Marriage("divorced", married_on=TODAY, divorced_on=date(2020, 1, 1)))
    assert [v.field for v in form_violations(said, TODAY)] == ["marriage.divorced_on"]


def test_no_more_people_than_a_family_has() -> None:
    said = Content(children=(Child("A", "B"),) * 21)
    assert [v.field for v in form_violations(said, TODAY)] == ["children"]


# who stands opposite whom


def test_one_alleged_father_alone_does_not_owe_yet() -> None:
    said = Content(other_parents=(OtherParent(alleged_father=True),))
    assert parts_of(said, 0) == Parts(True, None, ((0, "alleged_father"),))


def test_the_parent_who_has_the_children_must_be_known() -> None:
    said = Content(
        applicant=Applicant(relationship="parent_without_child"),
        other_parents=(OtherParent(alleged_father=True), OtherParent(alleged_father=True)),
    )
    found = parts_of(said, 0)
    assert isinstance(found, Violation)
    assert parts_of(said, 2) == Parts(False, 1, ((0, "other_parent"),))
    assert isinstance(parts_of(said, 3), Violation)


# the terms


def test_the_terms_are_the_same_in_both_languages_and_state_the_law_of_their_day() -> None:
    law = policy.load()
    programs = law.codes("application.assigning_programs", TODAY)
    english, spanish = (
        application_terms.terms(law, TODAY, language, programs) for language in ("en", "es")
    )
    assert [p.citation for p in english] == [p.citation for p in spanish]
    assert all(e.text != s.text for e, s in zip(english, spanish, strict=True))
    before = application_terms.terms(law, date(2025, 6, 30), "en", programs)
    assert "KRS 205.721" in "".join(p.citation for p in before)
    assert "KRS 15.810" in "".join(p.citation for p in english)


def test_a_signature_holds_while_the_terms_do() -> None:
    law = policy.load()
    version = application_terms.version_of(law, TODAY)
    assert version == application_terms.version_of(law, TODAY)
    assert version != application_terms.version_of(law, date(2025, 6, 30))
    for signed, fields in ((version, []), ("older", ["certification.terms_version"])):
        said = Content(
            certification=Certification("Mary Hill", TODAY, agrees=True, terms_version=signed)
        )
        assert [gap.field for gap in gaps(said, ["certification"], version)] == fields
