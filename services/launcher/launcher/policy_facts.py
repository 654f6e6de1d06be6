"""What `childsupport policy` says of the law, as plain data."""

from datetime import date
from pathlib import Path
from typing import Any

import policy
from policy import Entry, Policy, Rule, Table
from policy.comparing import near_ids
from policy.lookup import DATA, FEDERAL
from policy.profile import Answer, code_words
from policy.reader import HEADER_FILE
from policy.saying import value_in_words

Facts = dict[str, Any]


def law(state: str, data: Path | None) -> Policy:
    """The policy of a State; `ValueError` names the States that there are."""
    root = data or DATA
    if state not in states(root):
        raise ValueError(f"no State {state!r} in the policy; there are: {', '.join(states(root))}")
    return policy.load(state, root)


def states(root: Path) -> list[str]:
    """The folders beside the federal one that hold a State's law."""
    found = (file.parent.name for file in root.glob(f"*/{HEADER_FILE}"))
    return sorted(name for name in found if name != FEDERAL)


def find(law: Policy, rule_id: str, on: date) -> Entry:
    """The entry in force; `ValueError` says when it is, or which ids are like it."""
    versions = law.versions(rule_id)
    if not versions:
        near = near_ids(law, rule_id)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise ValueError(f"no rule has the id {rule_id!r}{hint}")
    in_force = {entry.id: entry for entry in law.entries(on)}
    for one in versions:
        if one.id in in_force:
            return in_force[one.id]
    periods = ", ".join(f"{one.id} {one.period}" for one in versions)
    raise ValueError(f"{rule_id} is not in force on {on}; it has {periods}")


def value(law: Policy, entry: Entry) -> str:
    """The value of a rule, or how long a table is, in words."""
    if isinstance(entry, Rule):
        return value_in_words(entry, code_words(law))
    return f"{len(entry)} rows" if isinstance(entry, Table) else "calendar"


def entry_facts(law: Policy, entry: Entry) -> Facts:
    """Everything that an entry says of itself."""
    facts: Facts = {
        "id": entry.id,
        "title": entry.title,
        "value": value(law, entry),
        "effective_from": str(entry.effective_from),
        "effective_to": str(entry.effective_to) if entry.effective_to else None,
        "citation": entry.citation,
        "authority": [
            {"since": str(since) if since else None, "cited": cited}
            for since, cited in law.renumbering.history(entry.authority)
        ],
        "source": entry.source,
        "confidence": entry.confidence.value,
        "note": entry.note,
        "checksum": entry.checksum,
        "succeeds": entry.succeeds,
    }
    if isinstance(entry, Rule):
        facts |= {"unit": entry.unit.value, "calendar": entry.calendar}
    if isinstance(entry, Table):
        names = [column.name for column in entry.columns]
        facts["rows"] = [
            {name: str(row.cells[name]) for name in names if name in row.cells} for row in entry
        ]
    return facts


def version_facts(law: Policy, entry: Entry) -> Facts:
    """One line of a history."""
    return {
        "id": entry.id,
        "effective_from": str(entry.effective_from),
        "effective_to": str(entry.effective_to) if entry.effective_to else None,
        "value": value(law, entry),
        "checksum": entry.checksum,
    }


def answer_facts(answer: Answer) -> Facts:
    """One question of the profile."""
    return {
        "id": answer.question.id,
        "section": answer.question.section,
        "asked": answer.question.asked,
        "answer": answer.text,
        "unanswered": answer.why_not,
        "rules": list(answer.rules),
        "citations": list(answer.citations),
        "unverified": answer.unverified,
    }
