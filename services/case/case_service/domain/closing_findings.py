"""What a worker proves toward a closing: the findings that the grounds ask for."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from case_service.domain.closing import Check, Facts, Requirement, Verdict
from policy import Policy

FINDINGS: Mapping[str, str] = MappingProxyType(
    {
        "arrears_unenforceable": "The arrears cannot be enforced under State law",
        "long_term_care": "The obligor is entering or has entered long-term care",
        "no_income_or_assets": "No income or assets above subsistence that could be reached",
        "obligor_deceased": "The obligor or alleged father is deceased",
        "no_action_against_estate": "No further action can be taken, also not against the estate",
        "obligor_lives_with_child": "The obligor lives with the child as caregiver or in one home",
        "services_not_appropriate": "The agency found that services are not appropriate",
        "alleged_father_excluded": "A genetic test, a court or a proceeding excluded him",
        "no_other_alleged_father": "No other alleged father can be identified",
        "paternity_not_in_childs_interest": "Incest, rape or a pending adoption: not in the "
        "child's interest (45 CFR 303.5(b))",
        "father_unknown": "The father's identity is unknown after diligent efforts",
        "recipient_interviewed": "The agency interviewed the recipient",
        "locate_in_vain": "Locating was tried in vain with multiple sources (45 CFR 303.3)",
        "too_little_known": "Too little is known to start an automated search",
        "ssn_not_verified": "The locate interfaces cannot verify a Social Security number",
        "obligor_institutionalized": "The obligor is in a psychiatric facility",
        "obligor_incarcerated": "The obligor is incarcerated",
        "obligor_disabled": "A total and permanent disability, medically verified",
        "no_support_potential": "No evidence of support potential throughout the minority, or "
        "since majority",
        "sole_income_ssi": "The obligor's sole income is SSI",
        "sole_income_ssi_and_title_ii": "The obligor's sole income is SSI with SSDI or SSR",
        "lives_in_foreign_country": "The obligor is a citizen of, and lives in, a foreign country",
        "no_us_employer": "No work for the Federal government or a company with offices here",
        "no_reciprocity": "No Federal or State treaty or reciprocity with the country",
        "location_only_provided": "The location-only service was provided (45 CFR 302.35(c)(3))",
        "recipient_asks_to_close": "The recipient asks to close the case",
        "limited_service_completed": "The limited service was completed (45 CFR 302.33(a)(6))",
        "good_cause_found": "Good cause or another exception to cooperation was found",
        "harm_determined": "The program determined that support cannot go on without harm",
        "cooperation_not_required": "Medicaid does not require the recipient to cooperate",
        "contact_attempts": "The recipient was sought in vain, by different methods",
        "noncooperation": "The recipient does not cooperate; the circumstances are documented",
        "recipient_action_essential": "An action of the recipient is essential for the next step",
        "responding_case": "This State is the responding one",
        "initiating_agency_inactive": "The initiating agency does not do what is essential",
        "initiating_agency_closed": "The initiating agency said that it closed its case",
        "initiating_agency_no_longer_needs": "The initiating agency needs the services no longer",
        "inappropriate_referral": "The program's referral is not appropriate for support",
        "nobody_applied": "Neither parent has applied for services",
        "tribal_transfer_completed": "The case was completely transferred to the Tribal agency",
        "tribal_recipient_told": "The recipient was told of the transfer and the closing",
        "tribal_recipient_asked": "The recipient asked for the transfer and the closing",
        "tribal_notice_unanswered": "The recipient did not answer the notice of the transfer",
        "tribal_agreement": "An approved State-Tribal agreement provides for the consent",
        "ihs_eligible": "The child is eligible for Indian Health Service care",
        "medicaid_referral_indian_health": "Opened for a Medicaid referral based solely on care "
        "through an Indian Health Program",
    }
)
"""What a worker can find, by code."""

COUNTED: Mapping[str, str] = MappingProxyType(
    {
        "contact_attempts": "case.closure_contact_methods",
        "recipient_interviewed": "case.closure_interviews",
    }
)
"""Findings that say how many, and the rule that says how many there must be."""


def found(code: str) -> Requirement:
    """Return the requirement that a finding was recorded; counted ones often enough."""

    def ask(facts: Facts, law: Policy, on: date) -> Check:
        title = FINDINGS[code]
        finding = facts.findings.get(code)
        if finding is None or finding.on_date > on:
            return Check(title, Verdict.MISSING, f"record the finding {code}", code)
        if code in COUNTED and finding.number < law.count(COUNTED[code], on):
            wanted = law.count(COUNTED[code], on)
            return Check(
                title, Verdict.MISSING, f"{finding.number} recorded, {wanted} needed", code
            )
        return Check(title, Verdict.MET, f"found on {finding.on_date}", code)

    return ask


def long_enough(code: str, rule: str, title: str) -> Requirement:
    """Return the requirement that something has been so for the time that a rule says."""

    def ask(facts: Facts, law: Policy, on: date) -> Check:
        finding = facts.findings.get(code)
        if finding is None or finding.on_date > on:
            return Check(title, Verdict.MISSING, f"record the finding {code}", code)
        over_on = law.due_date(rule, finding.on_date)
        if on < over_on:
            detail = f"since {finding.on_date}; long enough on {over_on}"
            return Check(title, Verdict.NOT_MET, detail, code)
        return Check(title, Verdict.MET, f"since {finding.on_date}", code)

    return ask
