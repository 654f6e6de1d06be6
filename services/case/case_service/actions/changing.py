"""Changing a case: read it locked, compare the etag, write the next version, tell everybody."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from case_service.actions import leaving
from case_service.actions.recording import tell_again
from case_service.domain.model import Case
from case_service.domain.protection import circle
from case_service.messages import case_message
from case_service.store import cases
from chassis.dates import from_date
from chassis.errors import PlatformError, not_found
from chassis.runtime import Work
from childsupport.case.v1 import events_pb2 as events
from childsupport.common.v1.errors_pb2 import ErrorReason


@dataclass(frozen=True, slots=True)
class Span:
    """Days for which something that was said before is now different; `last_day` None: no end."""

    first_day: date
    last_day: date | None
    cause: str
    obligation_id: str = ""


def check_etag(version: int, etag: str, what: str) -> None:
    """Refuse a change of something that its caller has not seen. An empty etag is not compared.

    Raises PlatformError (ETAG_MISMATCH).
    """
    if etag and etag != str(version):
        raise PlatformError(
            ErrorReason.ERROR_REASON_ETAG_MISMATCH,
            f"the {what} was changed by somebody else; read it again",
            metadata={"etag": str(version), "read": etag},
        )


def lock_case(work: Work, case_id: str, etag: str = "") -> cases.Stored:
    """Return a case, locked until the end of the transaction.

    Raises PlatformError: NOT_FOUND, or ETAG_MISMATCH when it is not the version that was seen.
    """
    known = cases.known(work.session, [case_id])
    if case_id not in known:
        raise not_found("case", case_id)
    check_etag(known[case_id].version, etag, "case")
    return cases.read(work.session, [case_id])[0]


def save_case(
    work: Work, before: cases.Stored | None, case: Case, touched: Sequence[Span] = ()
) -> cases.Stored:
    """Write a case in its next version and tell it; `before` None: it is new.

    Nothing is told while nobody owes (several alleged fathers): the other services work for an
    obligor. A case that did not change stays in its version and is not told.
    """
    if before is not None and before.case == case and not touched:
        return before
    stored = cases.Stored(case, before.version + 1 if before else 1)
    known = cases.known(work.session, [case.case_id]) if before else {}
    imported = known[case.case_id].content_hash if before else _digest(work, case)
    cases.write(work.session, [(stored, imported)], work.clock.now(), worked_here=True)
    if before is not None:
        leaving.follow(work, before.case, case)
    if case.obligor_id:
        work.emit(
            events.CasesChanged(
                cases=[case_message(case, stored.version)],
                touched=[_touched(case.case_id, span) for span in touched],
            ),
            subject=case.case_id,
        )
    _tell_children(work, before, stored)
    return stored


def _tell_children(work: Work, before: cases.Stored | None, after: cases.Stored) -> None:
    """Tell children again when who has them changed: with it who may see where they are."""
    around = [circle(s.case) for s in (before, after) if s and s.case.status == "open"]
    if before is None or before.case.status != after.case.status or len(set(around)) > 1:
        tell_again(work, frozenset[str]().union(*(c.children for c in around)))


def _touched(case_id: str, span: Span) -> events.TouchedSpan:
    return events.TouchedSpan(
        case_id=case_id,
        obligation_id=span.obligation_id,
        first_day=from_date(span.first_day),
        last_day=from_date(span.last_day),
        cause=span.cause,
    )


def _digest(work: Work, case: Case) -> bytes:
    return work.keys.lookup_hash("content", json.dumps(asdict(case), default=str, sort_keys=True))
