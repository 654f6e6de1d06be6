"""Applications as messages of the contract and back: fields are named alike on both sides."""

from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import date
from typing import Any, get_args, get_origin, get_type_hints

from google.protobuf.message import Message
from google.type.date_pb2 import Date

from case_service.actions.applications import kept_until, open_by
from case_service.actions.following_applications import Stage
from case_service.domain import applications as domain
from case_service.domain.applications import Application, Content
from case_service.domain.model import Violation
from case_service.domain.offices import Office
from case_service.messages import PROGRAM_VALUES, PROGRAMS
from case_service.store.applications import Duplicate, Event
from chassis.dates import from_date, from_instant, to_date
from chassis.errors import invalid_field
from chassis.runtime import Work
from childsupport.case.v1 import application_service_pb2 as pb
from childsupport.case.v1 import party_case_service_pb2 as party_pb

NOTHING = Content()
_UNSPECIFIED = "UNSPECIFIED"


def content_from_message(message: pb.ApplicationContent, before: Content = NOTHING) -> Content:
    """Return what a message says. Raises an error naming a broken date.

    A number that was kept back from an answer (`ssn_given`) stays what it was.
    """
    read: Content = _from_message(Content, message, "content")
    return replace(
        read,
        applicant=_with_number(read.applicant, message.applicant, [before.applicant], 0),
        other_parents=tuple(
            _with_number(one, message.other_parents[place], before.other_parents, place)
            for place, one in enumerate(read.other_parents)
        ),
        children=tuple(
            _with_number(one, message.children[place], before.children, place)
            for place, one in enumerate(read.children)
        ),
    )


def application_message(one: Application, work: Work, *, full: bool = True) -> pb.Application:
    """Return the message for an application; `full`: with what it says, without numbers."""
    return pb.Application(
        application_id=one.application_id,
        reference=one.reference,
        etag=str(one.version),
        channel=_enum_value(pb.ApplicationChannel.DESCRIPTOR, one.channel),
        status=_enum_value(pb.ApplicationStatus.DESCRIPTOR, one.status),
        office_id=one.office_id,
        applicant_id=one.applicant_id,
        asked_on=from_date(one.asked_on),
        given_on=from_date(one.given_on),
        filed_on=from_date(one.filed_on),
        open_by=from_date(open_by(work, one)),
        decided_on=from_date(one.decided_on),
        answer_by=from_date(one.answer_by),
        kept_until=from_date(
            kept_until(work, one.saved_on) if one.status == domain.DRAFT else None
        ),
        fee_cents=one.fee_cents,
        fee=_enum_value(pb.ApplicationFee.DESCRIPTOR, one.fee),
        case_id=one.case_id,
        agency=one.agency,
        referral_id=one.referral_id,
        reason=one.reason if full else "",
        content=content_message(one.content) if full else None,
    )


def content_message(content: Content) -> pb.ApplicationContent:
    """Return the message for what an application says; numbers stay here."""
    message = pb.ApplicationContent()
    _fill(message, content)
    return message


def gap_messages(gaps: Iterable[Violation]) -> list[pb.ApplicationGap]:
    """Return the messages for what an application lacks."""
    return [pb.ApplicationGap(field=gap.field, expected=gap.expected) for gap in gaps]


def duplicate_message(found: Duplicate) -> pb.DuplicateApplication:
    """Return the message for another application about the same people."""
    return pb.DuplicateApplication(
        application_id=found.application.application_id,
        reference=found.application.reference,
        status=_enum_value(pb.ApplicationStatus.DESCRIPTOR, found.application.status),
        filed_on=from_date(found.application.filed_on),
        case_id=found.application.case_id,
        same_applicant=found.same_applicant,
        same_children=found.same_children,
    )


def event_message(event: Event) -> pb.ApplicationEvent:
    """Return the message for what happened to an application."""
    return pb.ApplicationEvent(
        on_date=from_date(event.on_date),
        kind=event.kind,
        text=domain.sentence(event.kind, event.facts),
        recorded_by=event.recorded_by,
        recorded_at=from_instant(event.at),
    )


def stage_message(stage: Stage) -> pb.ApplicationStage:
    """Return the message for a stage on the way to an order."""
    return pb.ApplicationStage(
        kind=_enum_value(pb.ApplicationStageKind.DESCRIPTOR, stage.kind),
        reached_on=from_date(stage.reached_on),
        due_on=from_date(stage.due_on),
        days=stage.days,
        citation=stage.citation,
    )


def office_message(office: Office) -> party_pb.MyOffice:
    """Return the message for a local office as everybody may see it."""
    return party_pb.MyOffice(
        office_id=office.office_id,
        county=office.county,
        street=office.street,
        city=office.city,
        zip_code=office.zip_code,
        phone=office.phone,
        hours=office.hours,
        email=office.email,
    )


def word_of(enum: Any, value: int) -> str:
    """Return the domain's word for a value of an enum; empty when it is not said."""
    name = enum.values_by_number[value].name.removeprefix(_prefix(enum))
    return "" if name == _UNSPECIFIED else str(name.lower())


def _enum_value(enum: Any, word: str) -> Any:
    return enum.values_by_name[_prefix(enum) + (word.upper() or _UNSPECIFIED)].number


def _prefix(enum: Any) -> str:
    return str(enum.values[0].name.removesuffix(_UNSPECIFIED))


def _with_number(read: Any, message: Any, before: Sequence[Any], place: int) -> Any:
    if read.ssn or not message.ssn_given or place >= len(before):
        return read
    return replace(read, ssn=before[place].ssn)


def _from_message(wanted: Any, message: Message, path: str) -> Any:
    hints = get_type_hints(wanted)
    given: dict[str, Any] = {}
    for one in fields(wanted):
        at = f"{path}.{one.name}"
        given[one.name] = _read(hints[one.name], message, one.name, at)
    return wanted(**given)


def _read(wanted: Any, message: Message, name: str, path: str) -> Any:
    value, descriptor = getattr(message, name), message.DESCRIPTOR.fields_by_name[name]
    if get_origin(wanted) is tuple:
        inner = get_args(wanted)[0]
        return tuple(_from_message(inner, one, f"{path}[{n}]") for n, one in enumerate(value))
    if isinstance(value, Date):
        return to_date(value, path)
    if descriptor.enum_type is not None:
        if name == "program":
            return PROGRAMS.get(value, "")
        return word_of(descriptor.enum_type, value)
    if descriptor.message_type is None:
        return value.strip() if isinstance(value, str) else value
    record = next(t for t in (wanted, *get_args(wanted)) if is_dataclass(t))
    if record is not wanted and not message.HasField(name):
        return None
    return _from_message(record, value, path)


def _fill(message: Any, value: Any) -> None:
    for one in fields(value):
        _set(message, one.name, getattr(value, one.name))
    if hasattr(value, "ssn"):
        message.ssn_given, message.ssn = bool(value.ssn), ""


def _set(message: Any, name: str, said: Any) -> None:
    enum = message.DESCRIPTOR.fields_by_name[name].enum_type
    if isinstance(said, tuple):
        for item in said:
            _fill(getattr(message, name).add(), item)
    elif isinstance(said, date):
        getattr(message, name).CopyFrom(from_date(said))
    elif is_dataclass(said):
        getattr(message, name).SetInParent()
        _fill(getattr(message, name), said)
    elif enum is not None:
        value = PROGRAM_VALUES.get(said, 0) if name == "program" else _enum_value(enum, said)
        setattr(message, name, value)
    elif said is not None:
        setattr(message, name, said)


def sections_from_mask(paths: Sequence[str]) -> frozenset[str]:
    """Return the sections that a mask names. Raises an error when it names none, or another."""
    unknown = sorted(set(paths) - set(domain.SECTIONS))
    if unknown or not paths:
        raise invalid_field(
            "update_mask", f"sections of ApplicationContent: {', '.join(domain.SECTIONS)}"
        )
    return frozenset(paths)
