"""Service of process: attempts, what a diligent effort is, until when a served party answers.

45 CFR 303.4(d): within 90 days of locating the parent an order stands, process is served, or
unsuccessful attempts are documented by the State's guidelines on diligent efforts (303.3(c)).
"""

from dataclasses import dataclass
from datetime import date

from policy import Policy, Step, explain

SERVED = "served"
WARNING_ORDER = "warning_order_attorney"
OUTCOMES = ("served", "not_found", "moved", "refused", "unclaimed", "returned")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at serving process."""

    attempt_id: str
    method: str
    on_date: date
    outcome: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Process:
    """A petition that is to be served on one party.

    `purpose`: paternity, support, paternity_and_support. `state`: open, served, diligent_effort,
    answered, disposed.
    """

    process_id: str
    case_id: str
    participant_id: str
    purpose: str
    filed_on: date
    court_number: str
    state: str
    attempts: tuple[Attempt, ...] = ()
    served_on: date | None = None
    answer_by: date | None = None
    answered_on: date | None = None
    diligent_on: date | None = None
    disposed_on: date | None = None
    disposition: str = ""


def methods(on: date, law: Policy) -> tuple[str, ...]:
    """Return the ways in which process can be served on a day."""
    return law.codes("service.methods", on)


def answer_by(served_on: date, method: str, law: Policy) -> date:
    """Return the last day for an answer (CR 12.01; after a warning order CR 4.06 and 4.08)."""
    warned = method == WARNING_ORDER
    return law.due_date("service.answer_warning_order" if warned else "service.answer", served_on)


def diligence(process: Process, on: date, law: Policy) -> tuple[bool, Step]:
    """Whether the attempts are a diligent effort, and the settings that say so."""
    failed = [a for a in process.attempts if a.outcome != SERVED]
    ways = {a.method for a in failed}
    attempts = law.rule("service.diligent_attempts", on)
    differing = law.rule("service.diligent_methods", on)
    enough = len(failed) >= attempts.count() and len(ways) >= differing.count()
    text = (
        f"{len(failed)} unsuccessful attempts in {len(ways)} ways; a diligent effort takes "
        f"{attempts.count()} in {differing.count()}."
    )
    inputs = {"attempts": str(len(failed)), "ways": str(len(ways))}
    return enough, explain(attempts, inputs, "diligent" if enough else "not_yet", text)


def why_no_default(process: Process, on: date) -> str:
    """Return why no default judgment is possible on a day; empty when it is.

    It takes service and no answer in time (42 USC 666(a)(5)(H); 45 CFR 303.5(f)).
    """
    if process.served_on is None or process.answer_by is None:
        return "process was not served; record its service first"
    if process.answered_on is not None and process.answered_on <= process.answer_by:
        return f"it was answered on {process.answered_on}; a court decides it as contested"
    if on <= process.answer_by:
        return f"it can be answered until {process.answer_by}"
    return ""
