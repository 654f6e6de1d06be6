"""Which sentences tell a notice of the case service, by its kind.

The words of each key stand in `texts/`. A kind's first sentence says what happened and needs
nothing but the case number; the last thing is what the reader can do, by when, and whom to call.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Choice:
    """A sentence that is chosen by a code among the facts; a code that is not here chooses none."""

    fact: str
    keys: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a kind is told: its sentences in order, and what the reader is asked to do."""

    sentences: tuple[str | Choice, ...]
    action: str
    action_undated: str = ""
    """The action when no day to answer by is known; empty: the same."""
    opening: str = "text_note"
    """The sentence that leads over to somebody's own words, when there are some."""
    reference: str = "case_reference"
    """What the number of the notice is called: that of a case, or of an application."""


CLOSURE_GROUNDS: Mapping[str, str] = MappingProxyType(
    {
        "1": "closure_no_order",
        "2": "closure_no_order",
        "3": "closure_cannot_collect",
        "4": "closure_cannot_collect",
        "5": "closure_no_need",
        "6": "closure_no_paternity",
        "7": "closure_not_found",
        "8": "closure_cannot_collect",
        "9": "closure_cannot_collect",
        "10": "closure_cannot_collect",
        "13": "closure_limited_service",
        "15": "closure_no_contact",
        "16": "closure_need_you",
    }
)
"""Paragraph of 45 CFR 303.11(b) to what its reader learns: nothing of the other side's health,
income or whereabouts, nor of a finding that support would bring danger (14)."""

CLOSURE_REAPPLYING: Mapping[str, str] = MappingProxyType({"13": "closure_reapplying"})
"""What a notice on a limited service says of applying again and of what services bring: fees, cost
recovery, distribution (45 CFR 303.11(d)(4))."""

ENDED_GROUNDS: Mapping[str, str] = MappingProxyType(
    {
        "majority": "ended_of_age",
        "school": "ended_school",
        "marriage_of_child": "ended_marriage",
        "death_of_child": "ended_death",
        "adoption": "ended_adoption",
        "order": "ended_order",
        "term": "ended_term",
    }
)
"""Grounds on which support ends that both parties may read; of a party's own affairs there are
none here."""

OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        "modified": "outcome_changed",
        "agreed_order": "outcome_agreed",
        "motion": "outcome_motion",
        "no_change": "outcome_no_change",
        "unchanged": "outcome_denied",
        "refused": "outcome_refused",
        "withdrawn": "outcome_withdrawn",
    }
)
DECISIONS: Mapping[str, str] = MappingProxyType(
    {"for": "dispute_for", "partly": "dispute_partly", "against": "dispute_against"}
)

_REVIEW_RULES = ("review_cycle", "review_change", "review_law")

SPELLINGS: Mapping[str, Spelling] = MappingProxyType(
    {
        "case_opened": Spelling(("case_opened", "case_opened_next"), "keep_us_informed"),
        "application_refused": Spelling(
            ("application_refused",),
            "apply_again",
            opening="text_reason",
            reference="application_reference",
        ),
        "appointment_set": Spelling(
            ("appointment_set", "takes_place_at", "takes_place", "is_about"), "come_or_call"
        ),
        "appointment_changed": Spelling(
            ("appointment_changed", "new_time", "takes_place", "is_about"), "come_or_call"
        ),
        "appointment_cancelled": Spelling(
            ("appointment_cancelled", "was_set_for", "was_about"), "no_need_to_come"
        ),
        "hearing_set": Spelling(
            ("hearing_set", "takes_place_at", "takes_place", "is_about"), "come_to_court"
        ),
        "hearing_changed": Spelling(
            ("hearing_changed", "new_time", "takes_place", "is_about"), "come_to_court"
        ),
        "hearing_cancelled": Spelling(
            ("hearing_cancelled", "was_set_for", "was_about"), "no_need_to_come"
        ),
        "genetic_test_scheduled": Spelling(
            ("genetic_test", "takes_place_at", "takes_place", "genetic_swab", "genetic_law"),
            "go_to_the_test",
        ),
        "message_received": Spelling(("message_received", "is_about"), "read_message"),
        "document_wanted": Spelling(
            ("document_wanted",), "send_information_by", "send_information", opening="text_needed"
        ),
        "document_accepted": Spelling(("document_accepted",), "nothing"),
        "document_rejected": Spelling(
            ("document_rejected",), "send_again", opening="text_what_was_wrong"
        ),
        "dispute_received": Spelling(("dispute_received", "dispute_answer_by"), "nothing_for_now"),
        "dispute_answered": Spelling(
            ("dispute_answered", Choice("decision", DECISIONS)),
            "disagree_call",
            opening="text_answer",
        ),
        "review_right": Spelling(
            ("review_right", *_REVIEW_RULES), "ask_for_review_by", "ask_for_review"
        ),
        "review_requested": Spelling(("review_requested", "review_takes"), "wait_for_review"),
        "review_started": Spelling(
            ("review_started", "review_begins", "review_looks_at", "review_law"),
            "send_proof_by",
            "send_proof",
        ),
        "review_decided": Spelling(
            ("review_decided", Choice("outcome", OUTCOMES)),
            "disagree_by",
            "disagree_call",
            opening="text_reason",
        ),
        "review_incarceration": Spelling(
            ("review_right", "review_incarceration", "review_law"),
            "ask_for_review_by",
            "ask_for_review",
        ),
        "order_recorded": Spelling(
            ("order_recorded", "order_number", "order_amount"), "check_the_order"
        ),
        "order_modified": Spelling(
            ("order_modified", "order_number", "order_amount"), "check_the_order"
        ),
        "obligation_ended": Spelling(
            (
                "obligation_ended",
                "obligation_ended_on",
                Choice("ground", ENDED_GROUNDS),
                "arrears_stay",
            ),
            "wrong_call",
        ),
        "closure_intended": Spelling(
            (
                "closure_intended",
                Choice("ground", CLOSURE_GROUNDS),
                Choice("ground", CLOSURE_REAPPLYING),
                "closure_law",
            ),
            "keep_open_by",
            "keep_open",
        ),
        "case_closed": Spelling(("case_closed", "closed_order_stays"), "apply_any_time"),
        "case_reopened": Spelling(("case_reopened", "case_opened_next"), "keep_us_informed"),
        "services_continue": Spelling(
            ("services_continue",), "no_services_call", opening="text_know"
        ),
        "information_requested": Spelling(
            ("information_requested",),
            "send_information_by",
            "send_information",
            opening="text_needed",
            reference="number_reference",
        ),
        "acknowledgment_recorded": Spelling(
            ("acknowledgment_recorded", "acknowledgment_means", "acknowledgment_back"),
            "acknowledgment_call",
        ),
        "acknowledgment_rescinded": Spelling(
            ("acknowledgment_rescinded", "acknowledgment_gone"), "call_with_questions"
        ),
        "paternity_established": Spelling(
            ("paternity_established", "paternity_next"), "call_with_questions"
        ),
        "change_accepted": Spelling(("change_accepted", "change_was"), "not_you_call"),
        "change_rejected": Spelling(
            ("change_rejected", "change_was"), "send_change_again", opening="text_reason"
        ),
        "office_changed": Spelling(("office_changed", "office_is"), "call_with_questions"),
        "payment_returned": Spelling(
            (
                "payment_returned",
                Choice("account", {"stopped": "account_not_used"}),
                Choice("next", {"again": "paid_again", "no_way": "paid_no_way"}),
            ),
            "call_about_address",
        ),
        "account_change": Spelling(("account_change", "account_not_used"), "call_about_address"),
        "check_stopped": Spelling(
            ("check_stopped", Choice("next", {"again": "paid_again", "kept": "money_kept"})),
            "call_with_questions",
        ),
        "check_stale": Spelling(("check_stale", "money_kept"), "ask_for_check"),
        "payment_unclaimed": Spelling(("payment_unclaimed", "money_kept"), "ask_for_check"),
        "payment_kept_back": Spelling(("payment_kept_back", "kept_back_why"), "wrong_call"),
        "payment_claimed": Spelling(("payment_claimed", "claimed_from"), "wrong_call"),
        "redirect_away": Spelling(("redirect_away",), "wrong_call"),
        "redirect_to_you": Spelling(("redirect_to_you",), "call_about_address"),
        "redirect_back": Spelling(("redirect_back",), "call_with_questions"),
        "redirect_over": Spelling(("redirect_over",), "call_with_questions"),
        "scheduled_payment_declined": Spelling(
            (
                "planned_not_made",
                Choice("next", {"again": "plan_goes_on", "stopped": "plan_stopped"}),
                "plan_next",
            ),
            "pay_now",
        ),
        "scheduled_payment_over": Spelling(
            (
                "plan_over",
                Choice(
                    "cause",
                    {"nothing_owed": "plan_nothing_owed", "charged_back": "plan_charged_back"},
                ),
            ),
            "plan_anew",
        ),
        "case_news": Spelling(("case_news", "case_news_answer"), "sign_in_or_call"),
    }
)

PLACES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "case_opened": ("case",),
        "case_opened_next": (),
        "application_refused": (),
        "appointment_set": ("case",),
        "appointment_changed": ("case",),
        "appointment_cancelled": ("case",),
        "hearing_set": ("case",),
        "hearing_changed": ("case",),
        "hearing_cancelled": ("case",),
        "takes_place_at": ("happens_at",),
        "takes_place": ("place",),
        "is_about": ("subject",),
        "new_time": ("happens_at",),
        "was_set_for": ("happens_at",),
        "was_about": ("subject",),
        "genetic_test": ("case",),
        "genetic_swab": (),
        "genetic_law": (),
        "message_received": (),
        "document_wanted": ("case",),
        "document_accepted": ("case",),
        "document_rejected": ("case",),
        "dispute_received": ("case",),
        "dispute_answer_by": ("answer_by_on",),
        "dispute_answered": ("case",),
        "dispute_for": (),
        "dispute_partly": (),
        "dispute_against": (),
        "review_right": ("case",),
        "review_cycle": ("cycle_years",),
        "review_change": ("change_percent",),
        "review_law": (),
        "review_requested": ("case",),
        "review_takes": ("review_days",),
        "review_started": ("case",),
        "review_begins": ("begins_on",),
        "review_looks_at": (),
        "review_decided": ("case",),
        "review_incarceration": ("incarceration_days",),
        "outcome_changed": (),
        "outcome_agreed": (),
        "outcome_motion": (),
        "outcome_no_change": (),
        "outcome_denied": (),
        "outcome_refused": (),
        "outcome_withdrawn": (),
        "order_recorded": ("case",),
        "order_modified": ("case",),
        "order_number": ("court_number",),
        "order_amount": ("monthly_cents", "effective_from_on"),
        "obligation_ended": ("case",),
        "obligation_ended_on": ("support_type_word", "ended_on"),
        "ended_of_age": (),
        "ended_school": (),
        "ended_marriage": (),
        "ended_adoption": (),
        "ended_order": (),
        "ended_death": (),
        "ended_term": (),
        "arrears_stay": (),
        "closure_intended": ("case",),
        "closure_no_order": (),
        "closure_cannot_collect": (),
        "closure_no_need": (),
        "closure_no_paternity": (),
        "closure_not_found": (),
        "closure_no_contact": (),
        "closure_need_you": (),
        "closure_limited_service": (),
        "closure_reapplying": (),
        "closure_law": (),
        "case_closed": ("case",),
        "closed_order_stays": (),
        "case_reopened": ("case",),
        "services_continue": ("case",),
        "information_requested": (),
        "acknowledgment_recorded": ("case",),
        "acknowledgment_means": (),
        "acknowledgment_back": ("answer_by_on",),
        "acknowledgment_rescinded": ("case",),
        "acknowledgment_gone": (),
        "paternity_established": ("case",),
        "paternity_next": (),
        "change_accepted": ("case",),
        "change_rejected": ("case",),
        "change_was": ("what_word",),
        "office_changed": ("case",),
        "office_is": ("office",),
        "payment_returned": ("amount_cents", "sent_on"),
        "account_not_used": (),
        "account_change": (),
        "paid_again": (),
        "paid_no_way": (),
        "check_stopped": ("amount_cents", "sent_on"),
        "money_kept": (),
        "check_stale": ("amount_cents", "sent_on"),
        "payment_unclaimed": ("amount_cents", "sent_on"),
        "payment_kept_back": ("amount_cents",),
        "kept_back_why": (),
        "payment_claimed": ("amount_cents",),
        "claimed_from": ("from_on",),
        "redirect_away": ("case",),
        "redirect_to_you": ("case",),
        "redirect_back": ("case",),
        "redirect_over": ("case",),
        "planned_not_made": ("amount_cents", "due_on"),
        "plan_goes_on": (),
        "plan_next": ("next_on",),
        "plan_stopped": (),
        "plan_over": ("amount_cents",),
        "plan_nothing_owed": (),
        "plan_charged_back": (),
        "case_news": ("case",),
        "case_news_answer": ("answer_by_on",),
        "text_note": (),
        "text_reason": (),
        "text_what_was_wrong": (),
        "text_answer": (),
        "text_needed": (),
        "text_know": (),
    }
)
"""What each sentence names. It is said when all of that is known."""

WORDS = frozenset(
    {
        "child",
        "medical",
        "spousal",
        "child_care",
        "arrears",
        "address",
        "contact",
        "employment",
        "account",
        "insurance",
    }
)
"""Codes that a catalogue has a word for (places `…_word`)."""
