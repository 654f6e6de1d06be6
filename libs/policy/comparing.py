"""The law by topic, between two days, and by ids like a mistyped one."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from policy.lookup import Policy
from policy.model import Confidence, Entry, Table

NEAR_MATCHES = 3
NEAR_CUTOFF = 0.6


class ChangeKind(StrEnum):
    """What became of an entry between two days."""

    BEGINS = "begins"
    ENDS = "ends"
    CHANGES = "changes"
    RENUMBERED = "renumbered"
    """The rule is the same; the statute it cites has another number."""


@dataclass(frozen=True, slots=True)
class Change:
    """One entry on the first and on the second day; None where it is not in force."""

    kind: ChangeKind
    id: str
    before: Entry | None
    after: Entry | None


def topic(entry_id: str) -> str:
    """The subject of an entry: the word after its jurisdiction."""
    return entry_id.split(".")[1]


def topics(policy: Policy) -> tuple[str, ...]:
    return tuple(sorted({topic(entry_id) for entry_id in policy.ids()}))


def listed(
    policy: Policy, on: date, *, subject: str = "", unverified: bool = False
) -> tuple[Entry, ...]:
    """The entries in force on that date by id; of one topic, or only those to be confirmed."""
    return tuple(
        entry
        for entry in policy.entries(on)
        if (not subject or topic(entry.id) == subject)
        and (not unverified or entry.confidence is Confidence.UNVERIFIED)
    )


def changes(policy: Policy, first: date, second: date) -> tuple[Change, ...]:
    """What differs between the law of two days, by id. The second may be the earlier one."""
    before = {entry.id: entry for entry in policy.entries(first)}
    after = {entry.id: entry for entry in policy.entries(second)}
    found = []
    for entry_id in sorted({*before, *after}):
        was, now = before.get(entry_id), after.get(entry_id)
        kind = _change(was, now)
        if kind is not None:
            found.append(Change(kind, entry_id, was, now))
    return tuple(found)


def _change(was: Entry | None, now: Entry | None) -> ChangeKind | None:
    if was is None or now is None:
        return ChangeKind.BEGINS if was is None else ChangeKind.ENDS
    if was.checksum != now.checksum:
        return ChangeKind.CHANGES
    return ChangeKind.RENUMBERED if was.citation != now.citation else None


def near_ids(policy: Policy, entry_id: str) -> tuple[str, ...]:
    """Ids that resemble a mistyped one, the nearest first."""
    full = {known.split(".", 1)[1]: known for known in policy.ids()}
    wanted = entry_id.strip().lower()
    for prefix in (policy.state.prefix, policy.federal.prefix):
        wanted = wanted.removeprefix(f"{prefix}.")
    near = difflib.get_close_matches(wanted, full, n=NEAR_MATCHES, cutoff=NEAR_CUTOFF)
    return tuple(full[name] for name in near)


def all_checksums(policy: Policy) -> Mapping[str, frozenset[str]]:
    """Every checksum that a rule, a table or a row of one has or had, by id.

    What a posting kept of a rule is compared with these: a rule that was used stays in the data,
    ended or not, so one that is not here was changed or taken out.
    """
    found: dict[str, set[str]] = {}
    for entry_id, checksum in _every_checksum(policy):
        found.setdefault(entry_id, set()).add(checksum)
    return {entry_id: frozenset(checksums) for entry_id, checksums in found.items()}


def _every_checksum(policy: Policy) -> Iterator[tuple[str, str]]:
    for entry_id in policy.ids():
        for entry in policy.versions(entry_id):
            yield entry.id, entry.checksum
            if isinstance(entry, Table):
                for row in entry:
                    yield row.id, row.checksum
