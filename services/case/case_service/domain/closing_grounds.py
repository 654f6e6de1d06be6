"""Every ground on which a case is closed (45 CFR 303.11(b), (c)), in the regulation's order."""

from collections.abc import Mapping
from types import MappingProxyType

from case_service.domain import closing_checks as checks
from case_service.domain.closing import Ground, Told, any_of
from case_service.domain.closing_findings import found, long_enough

GROUNDS = (
    Ground(
        "1",
        "No current order any more; arrears small or unenforceable",
        Told.RECIPIENT,
        (
            checks.no_current_order,
            any_of(
                "The arrears are small, or cannot be enforced",
                checks.arrears_small,
                checks.arrears_barred,
                found("arrears_unenforceable"),
            ),
        ),
    ),
    Ground(
        "2",
        "No current order any more; all arrears are assigned to the State",
        Told.RECIPIENT,
        (checks.no_current_order, checks.all_arrears_assigned),
    ),
    Ground(
        "3",
        "No current order any more, children of age, the obligor in long-term care without means",
        Told.RECIPIENT,
        (
            checks.no_current_order,
            checks.children_of_age,
            found("long_term_care"),
            found("no_income_or_assets"),
        ),
    ),
    Ground(
        "4",
        "The obligor or alleged father is deceased, and nothing further can be done",
        Told.RECIPIENT,
        (found("obligor_deceased"), found("no_action_against_estate")),
    ),
    Ground(
        "5",
        "The obligor lives with the child, and services are not appropriate",
        Told.RECIPIENT,
        (found("obligor_lives_with_child"), found("services_not_appropriate")),
    ),
    Ground(
        "6(i)",
        "Paternity cannot be established: the child is of age and the action barred",
        Told.RECIPIENT,
        (
            checks.paternity_open,
            checks.child_too_old_for_paternity,
            checks.paternity_barred,
        ),
    ),
    Ground(
        "6(ii)",
        "Paternity cannot be established: the alleged father is excluded, no other is known",
        Told.RECIPIENT,
        (
            checks.paternity_open,
            found("alleged_father_excluded"),
            found("no_other_alleged_father"),
        ),
    ),
    Ground(
        "6(iii)",
        "Paternity is not established: incest, rape or a pending adoption",
        Told.RECIPIENT,
        (checks.paternity_open, found("paternity_not_in_childs_interest")),
    ),
    Ground(
        "6(iv)",
        "Paternity cannot be established: the father is unknown",
        Told.RECIPIENT,
        (checks.paternity_open, found("father_unknown"), found("recipient_interviewed")),
    ),
    Ground(
        "7(i)",
        "The obligor was not located, with enough known for a search",
        Told.RECIPIENT,
        (checks.located_in_vain("case.closure_locate"),),
    ),
    Ground(
        "7(ii)",
        "The obligor was not located, with too little known for a search",
        Told.RECIPIENT,
        (
            checks.located_in_vain("case.closure_locate_little_known"),
            found("too_little_known"),
        ),
    ),
    Ground(
        "7(iii)",
        "The obligor was not located, and no Social Security number could be verified",
        Told.RECIPIENT,
        (
            checks.located_in_vain("case.closure_locate_unverified_ssn"),
            found("ssn_not_verified"),
        ),
    ),
    Ground(
        "8",
        "The obligor cannot pay: institution, incarceration or disability, and no means",
        Told.RECIPIENT,
        (
            any_of(
                "Institution, incarceration or disability",
                found("obligor_institutionalized"),
                checks.incarcerated_through_minority,
                found("obligor_disabled"),
            ),
            found("no_support_potential"),
            found("no_income_or_assets"),
        ),
    ),
    Ground(
        "9(i)",
        "The obligor's sole income is SSI",
        Told.RECIPIENT,
        (found("sole_income_ssi"),),
    ),
    Ground(
        "9(ii)",
        "The obligor's sole income is SSI with SSDI or SSR",
        Told.RECIPIENT,
        (found("sole_income_ssi_and_title_ii"),),
    ),
    Ground(
        "10",
        "The obligor is a citizen of a foreign country, out of reach there",
        Told.RECIPIENT,
        (
            found("lives_in_foreign_country"),
            found("no_us_employer"),
            found("no_income_or_assets"),
            found("no_reciprocity"),
        ),
    ),
    Ground(
        "11",
        "The location-only service was provided",
        Told.NOBODY,
        (found("location_only_provided"),),
    ),
    Ground(
        "12",
        "The recipient asks for it, and nothing is assigned to the State",
        Told.NOBODY,
        (
            found("recipient_asks_to_close"),
            checks.not_on_k_tap,
            checks.no_medical_assignment,
            checks.no_arrears_assigned,
        ),
    ),
    Ground(
        "13",
        "The limited service was completed",
        Told.RECIPIENT,
        (found("limited_service_completed"),),
    ),
    Ground(
        "14",
        "Good cause: support cannot go on without risk of harm",
        Told.NOBODY,
        (found("good_cause_found"), found("harm_determined")),
    ),
    Ground(
        "15",
        "The recipient cannot be reached",
        Told.RECIPIENT,
        (checks.not_on_k_tap, checks.may_be_uncooperative, found("contact_attempts")),
    ),
    Ground(
        "16",
        "The recipient does not cooperate, and the next step needs him",
        Told.RECIPIENT,
        (
            checks.not_on_k_tap,
            checks.may_be_uncooperative,
            found("noncooperation"),
            found("recipient_action_essential"),
        ),
    ),
    Ground(
        "17",
        "The initiating agency does not do what the next step needs",
        Told.INITIATING_AGENCY,
        (found("responding_case"), found("initiating_agency_inactive")),
    ),
    Ground(
        "18",
        "The initiating agency closed its case",
        Told.NOBODY,
        (found("responding_case"), found("initiating_agency_closed")),
    ),
    Ground(
        "19",
        "The initiating agency needs the services no longer",
        Told.NOBODY,
        (found("responding_case"), found("initiating_agency_no_longer_needs")),
    ),
    Ground(
        "20",
        "A program referred what is not appropriate for support, and nobody applied",
        Told.NOBODY,
        (found("inappropriate_referral"), found("nobody_applied")),
    ),
    Ground(
        "21",
        "The case was transferred to a Tribal agency",
        Told.NOBODY,
        (
            any_of(
                "The recipient asked, did not answer the notice, or an agreement says how",
                found("tribal_recipient_asked"),
                long_enough(
                    "tribal_notice_unanswered",
                    "case.closure_notice",
                    "The notice of the transfer was not answered",
                ),
                found("tribal_agreement"),
            ),
            found("tribal_transfer_completed"),
            found("tribal_recipient_told"),
        ),
    ),
    Ground(
        "c",
        "A Medicaid referral for a child that the Indian Health Service cares for",
        Told.NOBODY,
        (found("ihs_eligible"), found("medicaid_referral_indian_health")),
        mandatory=True,
    ),
)

BY_CODE: Mapping[str, Ground] = MappingProxyType({ground.code: ground for ground in GROUNDS})
