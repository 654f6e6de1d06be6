"""Taking an acknowledgment of paternity back, and challenging it afterwards.

42 USC 666(a)(5)(D)(ii)-(iii): each signatory can take it back within 60 days, or until an earlier
proceeding about the child in which he is a party; afterwards a court can set it aside for fraud,
duress or a material mistake of fact alone.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from case_service.domain.establishing.facts import Acknowledgment, Finding, Proceeding, Recorded
from policy import Policy

RESCISSION = "paternity.rescission"
GROUNDS = "paternity.challenge_grounds"


def last_day(
    acknowledgment: Acknowledgment, signatory_id: str, facts: Sequence[Recorded], law: Policy
) -> date:
    """Return the last day on which a signatory can take an acknowledgment back.

    It lies before the day of signing when a proceeding took place on that very day.
    """
    signed = acknowledgment.completed_on
    by_time = law.due_date(RESCISSION, signed)
    proceedings = [
        r.on_date for r in facts if r.on_date >= signed and _is_party(signatory_id, r.fact)
    ]
    return min([by_time, *(day - timedelta(days=1) for day in proceedings)])


def _is_party(signatory_id: str, fact: object) -> bool:
    """A finding of a court binds both parents; a proceeding names who was a party."""
    if isinstance(fact, Proceeding):
        return signatory_id in fact.party_ids
    return isinstance(fact, Finding)


def why_not_rescind(
    acknowledgment: Acknowledgment,
    by_id: str,
    on: date,
    facts: Sequence[Recorded],
    law: Policy,
) -> str:
    """Return why it cannot be taken back by somebody on a day; empty when it can."""
    if by_id not in acknowledgment.signatories:
        return "only who signed an acknowledgment can take it back"
    if on < acknowledgment.completed_on:
        return f"both had signed on {acknowledgment.completed_on} only; say a day from then on"
    until = last_day(acknowledgment, by_id, facts, law)
    if on > until:
        citation = law.rule(RESCISSION, acknowledgment.completed_on).citation
        return (
            f"it could be taken back until {until} ({citation}); "
            "it can now be challenged in court for fraud, duress or a material mistake of fact"
        )
    return ""


def why_not_challenge(
    acknowledgment: Acknowledgment,
    by_id: str,
    on: date,
    facts: Sequence[Recorded],
    law: Policy,
) -> str:
    """Return why it cannot be challenged on a day; empty when it can."""
    if by_id not in acknowledgment.signatories:
        return ""
    until = last_day(acknowledgment, by_id, facts, law)
    if on <= until:
        return f"until {until} it can simply be taken back: record that instead"
    return ""
