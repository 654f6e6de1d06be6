"""Federal tax information: who may see that money is a tax refund (26 USC 6103, Publication 1075).

Sources are shown to callers with a scope of its own, and never in what a parent reads. For all
others every source is left out, not those of refunds alone: what is missing would tell as much.
When the source of a refund was shown, a record beside that of the call says so.
"""

from collections.abc import Iterable

from chassis.runtime import Work
from childsupport.common.v1 import explanation_pb2 as common
from payments_service.domain.model import Source
from payments_service.store import shown as store

SCOPE = "payments.fti.read"
SOURCES = frozenset({Source.FEDERAL_TAX_OFFSET, Source.FEDERAL_ADMINISTRATIVE_OFFSET})
OTHER_REASON = "other"
PLAIN_REASONS = frozenset({"excess", "no_payee_address", "undecided_payee"})
"""Reasons of holds that say nothing of where the money came from."""


def may_see(work: Work, audience: common.Audience.ValueType = common.AUDIENCE_UNSPECIFIED) -> bool:
    """Return whether sources may stand in an answer."""
    return audience != common.AUDIENCE_PARENT and SCOPE in work.caller.scopes


def note_shown(work: Work, method: str, shown: Iterable[tuple[str, int]]) -> None:
    """Record that sources were shown, where refunds are among them. `shown`: receipt and source."""
    ids = sorted({receipt_id for receipt_id, source in shown if source in SOURCES})
    store.note(
        work.session,
        at=work.clock.now(),
        caller=work.caller.person,
        method=f"childsupport.payments.v1.{method}",
        receipt_ids=ids,
    )


def plain_reason(reason: str) -> str:
    """Return why money is held, as somebody may know it who may not know its source."""
    return reason if not reason or reason in PLAIN_REASONS else OTHER_REASON
