"""What can happen in a case, and the sentence in which a caseworker reads it.

A sentence names its facts in braces; `sentence` fills them in. A kind that once was recorded stays.
"""

from collections.abc import Mapping
from string import Formatter
from types import MappingProxyType

SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        # taken over from another system
        "taken_over": "The case was taken over from another system.",
        "changed": "Another system sent the case in a new version.",
        # heard from other services
        "employment_ended": "The employer reported that the employment has ended.",
        "medical_coverage_available": "The employer reported that medical coverage is available.",
        # parties
        "case_opened": "The case was opened with number {number} in the office of {office}.",
        "member_added": "{name} is in the case as {role}.",
        "member_ended": "{name} is no longer in the case as {role}: {reason}",
        "obligor_named": "{name} owes support in this case: {basis}.",
        "case_assigned": "The case was given to {worker}.",
        "case_transferred": "The case went from {before} to {after}. Note: {note}",
        "participant_changed": "What is recorded of {name} was changed: {fields}.",
        "change_reported": "A new {what} was reported and waits for a worker.",
        "change_accepted": "The reported {what} was accepted and is in force.",
        "change_rejected": "The reported {what} was rejected.",
        "card_chosen": "{name} chose the agency's debit card. Support goes to it once two workers"
        " have recorded the card in payments (SetDebitCard); until then by check.",
        "card_given_up": "{name} gave up the agency's debit card. Support goes to it until a"
        " worker has recorded in payments that there is none (SetDebitCard without card_id).",
        "protection_set": "{name} is protected (family violence indicator).",
        "protection_lift_asked": "A worker asks to lift the protection of {name}.",
        "protection_lifted": "Two workers lifted the protection of {name}.",
        "location_looked_up": "Where {name}, who is protected, can be found was looked up: "
        "{purpose}.",
        # orders
        "order_recorded": "The order {court_number} was recorded: {monthly} a month"
        " from {effective_from} on.",
        "order_modified": "The court changed the order {court_number}: {monthly} a month"
        " from {effective_from} on.",
        "order_corrected": "An entry error in the order {court_number} was put right after the"
        " court's paper; it touches the days from {first_day} to {last_day}.",
        "obligation_ended": "{support} support under the order {court_number} ended;"
        " it is owed through {last_day}. The reason: {ground}.",
        "obligation_extended": "{support} support under the order {court_number} goes on:"
        " {ground}.",
        "obligation_revived": "{support} support under the order {court_number} is owed again"
        " from {first_day} on: {ground}.",
        "life_event_recorded": "Recorded of {whom}: {what}, on {day}.",
        "life_event_withdrawn": "What was recorded never happened: {what}, on {day}.",
        "court_needed": "Support under the order {court_number} may have to change, which takes"
        " an order of the court: {ground}, on {day}.",
        "school_to_find_out": "A child comes of age on {day}: somebody is to find out whether the"
        " child is still in high school then.",
        # assistance
        "assistance_recorded": "{program} was recorded from {first} to {last}.",
        "assistance_ended": "{program} ended; its last month is {last}.",
        "assistance_corrected": (
            "{program} recorded from {was_first} to {was_last} was corrected: {first} to {last}."
            " Reason: {reason}"
        ),
        "assistance_paid": "{program} paid from {first} to {last}: {amount} (before: {was}).",
        "assistance_referred_again": (
            "{program} was referred from {first} to {last}; months of it are recorded already and"
            " were left as they are. Correct them if they are wrong."
        ),
        "assistance_status_changed": "Assistance was {was}; it is {status} now.",
        # applications
        "applied": "Services were applied for ({channel}), application {reference}; fee: {fee}.",
        "referred": "{agency} referred the family, referral {reference}.",
        "orders_named": "The application names orders that there are: {orders}.",
        "marriage_named": "The application says of the parents' marriage: {married}.",
        # paternity, locate, service
        "mother_named": "{mother} is the mother of {child}.",
        "alleged_father_named": "{father} may be the father of {child}.",
        "marriage_recorded": "The marriage of {wife} and {husband} was recorded: from {married_on}"
        " to {ended_on}.",
        "acknowledgment_recorded": "{mother} and {father} acknowledged paternity of {child}; both"
        " had signed on {signed_on}. It can be taken back until {until}.",
        "acknowledgment_rescinded": "{whom} took the acknowledgment of paternity of {child} back.",
        "acknowledgment_challenged": "{whom} asks a court to set the acknowledgment of paternity of"
        " {child} aside: {ground}.",
        "paternity_proceeding": "A proceeding about {child} took place.",
        "genetic_test_ordered": "A genetic test of {father} and {child} was ordered.",
        "genetic_test_scheduled": "The genetic test of {father} and {child} is set for {at}.",
        "genetic_test_result": "The genetic test of {father} and {child}: {result}.",
        "paternity_found": "{father} was found to be the father of {child}: {basis}.",
        "paternity_denied": "{father} was found not to be the father of {child}: {basis}.",
        "paternity_not_pursued": "Paternity of {child} is not pursued: {ground}.",
        "paternity_taken_up": "Paternity of {child} is pursued again.",
        "paternity_fact_withdrawn": "What was recorded about {child} in error no longer counts:"
        " {what}. Reason: {reason}",
        "paternity_changed": "Paternity of {child} was {was}; it is {status} now.",
        "alleged_father_removed": "{father} no longer is an alleged father in this case.",
        "locate_begun": "Locating {whom} was begun.",
        "locate_asked": "To locate {whom}, sources were asked or have answered: {sources}.",
        "locate_exhausted": "Every source was asked for {whom}; the next attempt is due in time.",
        "locate_repeated": "Locating {whom} was begun again: {why}.",
        "located": "{whom} is located.",
        "locate_ended": "Locating {whom} ended without success.",
        "location_adopted": "What {source} gave was recorded of {whom}: {what}.",
        "locate_left": "{whom} is no longer located: no part in this case is left.",
        "petition_filed": "A petition for {purpose} against {whom} was filed: {court_number}.",
        "service_attempted": "Serving {whom} was tried by {method}: {outcome}.",
        "process_served": "{whom} was served by {method}; the answer is due by {answer_by}.",
        "diligent_effort": "Serving {whom} failed; a diligent effort is on record: {attempts}"
        " attempts.",
        "process_answered": "{whom} answered the petition.",
        "petition_disposed": "The petition against {whom} ended: {disposition}.",
        "worksheet_attached": "The worksheet of an order of {ordered} a month was attached; the"
        " guidelines come to {guideline}: {finding}.",
        # clocks
        "clock_missed": "A time limit was missed: {limit}. It was due on {due_on}.",
        "clock_late": "Done late: {limit}. It was due on {due_on}.",
        "clock_elapsed": "A time has run out: {limit}. Its last day was {due_on}.",
        # work
        "document_received": "A party sent a document: {subject}.",
        "document_filed": "A document was put on file: {subject}.",
        "document_accepted": "A document was accepted: {subject}.",
        "document_rejected": "A document was rejected, with a message to the party: {subject}.",
        "document_wanted": "A party was asked for a document by {due_on}: {subject}.",
        "document_wish_withdrawn": "A document that was asked for is not wanted now: {subject}.",
        "document_shared": "A document may now be read by another party: {subject}.",
        "document_unshared": "A document may no longer be read by another party: {subject}.",
        "message_from_party": "A party wrote to the office.",
        "message_to_party": "The office wrote to a party.",
        "conversation_closed": "A conversation with a party was closed.",
        "appointment_set": "{what} was set for {at}.",
        "appointment_changed": "{what} was moved from {was_at} to {at}.",
        "appointment_reworded": "{what} on {at} was changed in place or subject.",
        "appointment_cancelled": "{what} on {at} was cancelled: {reason}",
        "appointment_held": "{what} on {at} was held; {attended} of {invited} invited came.",
        "appointment_no_show": "{what} on {at}: nobody whom it needed came.",
        "appointment_continued": "{what} on {at} was continued to {next_at}.",
        "dispute_opened": "A party says that a balance is wrong; the answer is due by {answer_by}.",
        "dispute_reopened": "A party asks again about a balance; the answer is due by {answer_by}.",
        "dispute_withdrawn": "A party took back that a balance is wrong.",
        "dispute_proposed": "An answer about a balance waits for a second person.",
        "dispute_returned": "A proposed answer about a balance was sent back.",
        "dispute_answered": "The party was answered about a balance: decided {decision} the party.",
        "case_handed_over": "The case went from {from_worker} to {to_worker}.",
        # review, closing
        "review_requested": "{who} asked for a review of the order. Grounds: {grounds}.",
        "review_opened": "The agency opened a review of the order: {why}.",
        "review_accepted": "The request for a review was accepted; both parents hand in what shows"
        " their income by {begins_on}.",
        "review_refused": "The request for a review was refused: {reasons}",
        "review_income_recorded": "What shows the income of {who} was recorded: {what}.",
        "review_compared": "The guidelines come to {guideline} a month, the order to {ordered}:"
        " a change of {percent} percent, presumed to be {presumed}.",
        "review_no_change": "The review ended: the order stays. It can be contested until"
        " {contest_by}. Reasons: {reasons}",
        "review_agreed_order": "An agreed order was filed on {filed_on}; a change can hold from"
        " {earliest} on.",
        "review_motion_filed": "A motion to modify the order was filed on {filed_on}; a change can"
        " hold from {earliest} on.",
        "review_contested": "{who} contested that nothing changes; the review goes on: {statement}",
        "review_modified": "The review ended: the court modified the order.",
        "review_motion_denied": "The review ended: the court denied the motion.",
        "review_withdrawn": "The review was ended without a result: {reasons}",
        "review_right_told": "Both parents were told of their right to a review.",
        "incarceration_learned": "The obligor is or will be incarcerated from {since} until"
        " {until}. The obligation goes on.",
        "incarceration_ended": "The obligor was released from incarceration.",
        "review_incarceration_told": "Both parents were told of their right to a review because of"
        " the incarceration.",
        "closure_finding_recorded": "Found toward a closing: {what}.",
        "closure_finding_retracted": "No longer found: {what}. Reason: {reasons}",
        "closure_intended": "The agency intends to close the case: {ground}. An answer keeps it"
        " open; the last day to answer is {answer_by}.",
        "closure_ready": "The agency intends to close the case: {ground}. No notice is needed.",
        "closure_answered": "The notice of closing was answered: {answer}.",
        "closure_kept_open": "The answer keeps the case open.",
        "closure_withdrawn": "The agency no longer intends to close the case: {reasons}",
        "case_closed": "The case was closed: {ground}. Its records are kept.",
        "case_reopened": "The case was opened again: {why}.",
    }
)


def sentence(kind: str, facts: Mapping[str, str]) -> str:
    """Return the sentence of what happened.

    A fact that is missing (an entry older than its sentence) reads "(not recorded)". What a newer
    version of this program recorded, and this one has no sentence for, is told by its name.
    """
    template = SENTENCES.get(kind)
    if template is None:
        known = "; ".join(f"{name.replace('_', ' ')}: {fact}" for name, fact in facts.items())
        said = kind.replace("_", " ").capitalize()
        return f"{said} ({known})." if known else f"{said}."
    names = [name for _, name, _, _ in Formatter().parse(template) if name]
    return template.format(**{name: facts.get(name, "(not recorded)") for name in names})
