"""Messages of orders to the domain's dataclasses and back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from google.type.date_pb2 import Date

from case_service.actions.lives import OrderLife
from case_service.domain.orders import model as domain
from case_service.domain.orders.life import Life
from case_service.domain.orders.life_events import LifeEvent
from case_service.messages import (
    BUCKET_VALUES,
    BUCKETS,
    FREQUENCIES,
    SUPPORT_TYPES,
    obligation_message,
)
from chassis.dates import from_date, from_instant, to_date
from chassis.errors import invalid_field
from chassis.explanations import step_message
from childsupport.case.v1 import order_service_pb2 as pb


def _codes(enum: object, prefix: str) -> dict[int, str]:
    named = enum.items()  # type: ignore[attr-defined]
    return {value: name.removeprefix(prefix).lower() for name, value in named if value}


KINDS = _codes(pb.OrderKind, "ORDER_KIND_")
EXCEPTIONS = _codes(pb.WithholdingException, "WITHHOLDING_EXCEPTION_")
CAUSES = _codes(pb.VersionCause, "VERSION_CAUSE_")
GROUNDS = _codes(pb.LifeGround, "LIFE_GROUND_")
KIND_VALUES = {code: value for value, code in KINDS.items()}
EXCEPTION_VALUES = {code: value for value, code in EXCEPTIONS.items()}
CAUSE_VALUES = {code: value for value, code in CAUSES.items()}
GROUND_VALUES = {code: value for value, code in GROUNDS.items()}


@dataclass(frozen=True, slots=True)
class Detail:
    """An order as it is now."""

    version: domain.Version
    life: OrderLife


def day(value: Date, field: str) -> date:
    """Return a day that must be said. Raises an error naming the field."""
    found = to_date(value, field)
    if found is None:
        raise invalid_field(field, "must be said")
    return found


def text_from_message(m: pb.OrderText, path: str = "order") -> domain.OrderText:
    """Return an order's words. Raises an error naming a broken date."""
    return domain.OrderText(
        kind=KINDS.get(m.kind, ""),
        court_number=m.court_number.strip(),
        county_fips=m.county_fips,
        entered_on=to_date(m.entered_on, f"{path}.entered_on"),
        children=tuple(m.children),
        judge=m.judge.strip(),
        filed_on=to_date(m.filed_on, f"{path}.filed_on"),
        notice_on=to_date(m.notice_on, f"{path}.notice_on"),
        income_withholding=m.income_withholding,
        withholding_exception=EXCEPTIONS.get(m.withholding_exception, ""),
        withholding_finding=m.withholding_finding.strip(),
        interest_ordered=m.interest_ordered,
        judgment=_judgment(m.judgment, f"{path}.judgment") if m.HasField("judgment") else None,
        deviation_finding_id=m.deviation_finding_id,
        issuing_state=m.issuing_state.strip(),
    )


def new_obligations(
    messages: Iterable[pb.NewObligation], path: str
) -> Sequence[domain.NewObligation]:
    """Return obligations that an order begins."""
    return tuple(
        domain.NewObligation(
            support_type=SUPPORT_TYPES.get(m.support_type, ""),
            terms=stated_terms(m.terms, f"{path}[{n}].terms"),
            child_id=m.child_id,
            monthly_arrears_cents=m.monthly_arrears_cents,
            obligation_id=m.obligation_id,
        )
        for n, m in enumerate(messages)
    )


def stated_terms(messages: Iterable[pb.StatedTerm], path: str) -> tuple[domain.StatedTerm, ...]:
    """Return terms as the paper states them."""
    return tuple(
        domain.StatedTerm(
            day(m.effective_from, f"{path}[{n}].effective_from"),
            to_date(m.effective_to, f"{path}[{n}].effective_to"),
            m.amount_cents,
            FREQUENCIES.get(m.frequency, ""),
        )
        for n, m in enumerate(messages)
    )


def event_from_message(m: pb.LifeEvent, case_id: str) -> LifeEvent:
    """Return what happened in a life."""
    return LifeEvent(
        event_id=m.event_id,
        case_id=case_id,
        kind=GROUNDS.get(m.kind, ""),
        on=day(m.on_date, "event.on_date"),
        participant_id=m.child_id,
        until=to_date(m.until_date, "event.until_date"),
        document_id=m.document_id,
    )


def event_message(event: LifeEvent) -> pb.LifeEvent:
    """Return the message for what happened in a life."""
    return pb.LifeEvent(
        event_id=event.event_id,
        kind=GROUND_VALUES[event.kind],  # type: ignore[arg-type]
        on_date=from_date(event.on),
        child_id=event.participant_id,
        until_date=from_date(event.until),
        document_id=event.document_id,
    )


def version_message(v: domain.Version) -> pb.OrderVersion:
    """Return the message for a version of an order."""
    return pb.OrderVersion(
        order_id=v.order_id,
        case_id=v.case_id,
        number=v.number,
        cause=CAUSE_VALUES[v.cause],  # type: ignore[arg-type]
        recorded_at=from_instant(v.recorded_at),
        recorded_by=v.recorded_by,
        text=_text_message(v.text),
        obligations=[obligation_message(one) for one in v.obligations],
        effective_from=from_date(v.effective_from),
        document_id=v.document_id,
        explanation=v.explanation,
        ground=GROUND_VALUES.get(v.ground, 0),  # type: ignore[arg-type]
        about_id=v.about_id,
    )


def detail_message(detail: Detail) -> pb.OrderDetail:
    """Return the message for an order as it is now."""
    return pb.OrderDetail(
        version=version_message(detail.version),
        etag=str(detail.version.number),
        lives=[_life_message(life) for life in detail.life.lives],
        barred_on=from_date(detail.life.barred_on),
        barred_steps=[step_message(step) for step in detail.life.barred_steps],
    )


def _life_message(life: Life) -> pb.ObligationLife:
    return pb.ObligationLife(
        obligation_id=life.obligation_id,
        last_day=from_date(life.last_day),
        ground=GROUND_VALUES[life.end.ground] if life.end else None,  # type: ignore[arg-type]
        court_ends=[
            pb.CourtEnd(
                on_date=from_date(end.on),
                ground=GROUND_VALUES[end.ground],  # type: ignore[arg-type]
                child_id=end.about_id,
            )
            for end in life.court
        ],
        steps=[step_message(step) for step in life.steps],
    )


def _judgment(m: pb.Judgment, path: str) -> domain.Judgment:
    return domain.Judgment(
        m.amount_cents,
        day(m.as_of, f"{path}.as_of"),
        BUCKETS.get(m.bucket, ""),
        m.monthly_cents,
        m.obligation_id,
    )


def _text_message(text: domain.OrderText) -> pb.OrderText:
    judgment = text.judgment
    return pb.OrderText(
        kind=KIND_VALUES[text.kind],  # type: ignore[arg-type]
        court_number=text.court_number,
        county_fips=text.county_fips,
        judge=text.judge,
        entered_on=from_date(text.entered_on),
        filed_on=from_date(text.filed_on),
        notice_on=from_date(text.notice_on),
        children=text.children,
        income_withholding=text.income_withholding,
        withholding_exception=EXCEPTION_VALUES.get(text.withholding_exception, 0),  # type: ignore[arg-type]
        withholding_finding=text.withholding_finding,
        interest_ordered=text.interest_ordered,
        judgment=pb.Judgment(
            amount_cents=judgment.amount_cents,
            as_of=from_date(judgment.as_of),
            bucket=BUCKET_VALUES[judgment.bucket],
            monthly_cents=judgment.monthly_cents,
            obligation_id=judgment.obligation_id,
        )
        if judgment
        else None,
        deviation_finding_id=text.deviation_finding_id,
        issuing_state=text.issuing_state,
    )
