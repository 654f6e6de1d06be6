"""Used law must stay: what postings kept of their rules, compared with the policy of now."""

from chassis.runtime import Work
from payments_service.store import applied
from payments_service.store.allocations import CHECKSUM_CHARS
from policy import Policy
from policy.comparing import all_checksums


def changed_rules(work: Work, policy: Policy) -> list[str]:
    """Return a sentence for each rule that was applied and is not in the policy as it was then.

    A rule that was used may be ended and succeeded, but neither changed nor taken out.
    """
    known = {
        rule_id: {checksum[:CHECKSUM_CHARS] for checksum in checksums}
        for rule_id, checksums in all_checksums(policy).items()
    }
    findings = []
    for checksum, rule_id in sorted(
        applied.kept(work.session).items(), key=lambda item: item[::-1]
    ):
        if checksum in known.get(rule_id, set()):
            continue
        day = applied.first_posted(work.session, checksum)
        posted = f"as posted on {day}" if day else "as it was applied to receipts"
        wrong = "differs from the policy's now" if rule_id in known else "is not in the policy now"
        findings.append(f"Rule {rule_id} {posted} {wrong}.")
    return findings
