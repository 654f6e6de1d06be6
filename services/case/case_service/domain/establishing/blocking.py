"""What of a child's paternity stands in the way of a support order (45 CFR 303.4(a))."""

from datetime import date

from case_service.domain.establishing.paternity import Standing
from policy import Policy

SUFFICES = "paternity.suffices_for_order"
IN_WORDS = {
    "not_needed": "not needed",
    "unestablished": "not established",
    "pending": "pending",
    "not_pursued": "not pursued",
    "excluded": "open: every man who was named is excluded",
    "presumed_by_test": "presumed by a genetic test alone",
    "presumed_by_marriage": "presumed by marriage",
    "acknowledged": "acknowledged",
    "adjudicated": "determined by a court or another State",
}
NEXT = {
    "unestablished": "record an acknowledgment, a marriage or a finding of a court",
    "pending": "record how it ended",
    "not_pursued": "take it up again, and establish it",
    "excluded": "name another man, and establish it",
    "presumed_by_test": "record the court's finding on the test",
}


def missing(
    standing: Standing, obligor_id: str, law: Policy, on: date, *, obligor_bore: bool
) -> str:
    """Return what is missing before support of a child can be ordered from somebody, in a sentence.

    Empty when nothing is: also when the mother owes, who needs no paternity (`obligor_bore`).
    """
    if obligor_bore:
        return ""
    if standing.status not in law.codes(SUFFICES, on):
        said = IN_WORDS[standing.status]
        return f"paternity is {said}; {NEXT.get(standing.status, 'establish it')}"
    if standing.father_id != obligor_id:
        return "its father in law is another man than the one who owes in this case"
    return ""
