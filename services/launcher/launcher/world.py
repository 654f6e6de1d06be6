"""A world out of a readable file: employers, participants, cases, a second employer's file."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from chassis.dates import from_date
from chassis.ids import derived_id
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.withholding.v1 import withholding_service_pb2 as withholding_pb

DEMO_WORLD = Path(__file__).parent / "demo_data" / "world.toml"
DEMO_CCD_FILE = Path(__file__).parent / "demo_data" / "ccd_ded.ach"

_BUCKETS = {
    "NA": case_pb.ARREARS_BUCKET_NEVER_ASSIGNED,
    "PA": case_pb.ARREARS_BUCKET_PERMANENTLY_ASSIGNED,
    "TA": case_pb.ARREARS_BUCKET_TEMPORARILY_ASSIGNED,
    "CA": case_pb.ARREARS_BUCKET_CONDITIONALLY_ASSIGNED,
    "UD": case_pb.ARREARS_BUCKET_UNASSIGNED_DURING,
    "UP": case_pb.ARREARS_BUCKET_UNASSIGNED_PRE,
}


@dataclass(frozen=True, slots=True)
class CtxLine:
    """One employee of the second employer's file."""

    case_number: str
    ssn: str
    name: str
    amount_cents: int
    medical: str


@dataclass(frozen=True, slots=True)
class World:
    """Everything that a demonstration begins with."""

    employers: Mapping[str, withholding_pb.Employer]
    first: case_pb.ImportCasesRequest
    """Participants and cases that are known from the start."""
    late: case_pb.ImportCasesRequest
    """Cases that appear after the first files have come."""
    names: Mapping[str, str]
    """Participant ids to the names that people know."""
    ctx_employer: str
    ctx_pay_date: date
    ctx_lines: tuple[CtxLine, ...]


def read_world(path: Path = DEMO_WORLD) -> World:
    """Read a world. Raises KeyError or ValueError when the file says something it cannot mean."""
    raw = tomllib.loads(path.read_text())
    people = [_participant(p) for p in raw["participant"]]
    cases = [(bool(c.get("late")), _case(c)) for c in raw["case"]]
    return World(
        employers={e["key"]: _employer(e) for e in raw["employer"]},
        first=case_pb.ImportCasesRequest(
            participants=people, cases=[case for late, case in cases if not late]
        ),
        late=case_pb.ImportCasesRequest(cases=[case for late, case in cases if late]),
        names={p.participant_id: f"{p.first_name} {p.last_name}" for p in people},
        ctx_employer=raw["ctx"]["employer"],
        ctx_pay_date=raw["ctx"]["pay_date"],
        ctx_lines=tuple(_ctx_lines(raw["ctx"]["lines"])),
    )


def cents(dollars: str) -> int:
    """Return the cents of an amount like "1572.00"."""
    return int(Decimal(dollars).scaleb(2))


def participant_id(key: str) -> str:
    """Return the id of the participant with a key: the same in every demonstration."""
    return derived_id("demo", "participant", key)


def _employer(raw: Mapping[str, Any]) -> withholding_pb.Employer:
    address = raw["address"]
    return withholding_pb.Employer(
        fein=raw["fein"],
        name=raw["name"],
        ach_company_ids=raw["ach_company_ids"],
        contact_email=raw["contact_email"],
        address_line1=address["line1"],
        city=address["city"],
        state=address["state"],
        zip_code=address["zip"],
    )


def _participant(raw: Mapping[str, Any]) -> case_pb.Participant:
    first, _, last = raw["name"].partition(" ")
    message = case_pb.Participant(
        participant_id=participant_id(raw["key"]),
        first_name=first,
        last_name=last,
        birth_date=from_date(raw["born"]),
        ssn=raw.get("ssn", ""),
        email=raw.get("email", ""),
        email_notices=raw.get("email_notices", False),
        protected=raw.get("protected", False),
        language=raw.get("language", "en"),
    )
    if address := raw.get("address"):
        message.address.line1 = address["line1"]
        message.address.city = address["city"]
        message.address.state = address["state"]
        message.address.zip_code = address["zip"]
    if bank := raw.get("bank"):
        message.bank_account.routing_number = bank["routing"]
        message.bank_account.account_number = bank["account"]
        message.bank_account.savings = bank.get("savings", False)
    return message


def _case(raw: Mapping[str, Any]) -> case_pb.Case:
    number = raw["number"]
    return case_pb.Case(
        case_id=derived_id("demo", "case", number),
        case_number=number,
        case_type=case_pb.CaseType.Value(f"CASE_TYPE_{raw.get('type', 'iv_d').upper()}"),
        assistance_status=case_pb.AssistanceStatus.Value(
            f"ASSISTANCE_STATUS_{raw['assistance'].upper()}"
        ),
        assistance_since=from_date(raw.get("assistance_since")),
        unreimbursed_assistance_cents=cents(raw.get("unreimbursed_assistance", "0")),
        obligor_id=participant_id(raw["obligor"]),
        obligee_id=participant_id(raw["obligee"]),
        county_fips=raw["county"],
        opened_on=from_date(raw["opened"]),
        office_id=raw["county"],
        members=[
            case_pb.CaseMember(participant_id=participant_id(key), role=case_pb.CASE_ROLE_CHILD)
            for key in raw["children"]
        ],
        orders=[_order(number, n, order) for n, order in enumerate(raw["order"])],
    )


def _order(case_number: str, place: int, raw: Mapping[str, Any]) -> case_pb.Order:
    return case_pb.Order(
        order_id=derived_id("demo", "order", case_number, str(place)),
        case_id=derived_id("demo", "case", case_number),
        court_number=raw["court"],
        income_withholding=True,
        obligations=[
            _obligation(case_number, f"{place}.{n}", o) for n, o in enumerate(raw["obligations"])
        ],
    )


def _obligation(case_number: str, place: str, raw: Mapping[str, Any]) -> case_pb.Obligation:
    return case_pb.Obligation(
        obligation_id=derived_id("demo", "obligation", case_number, place),
        support_type=case_pb.SupportType.Value(f"SUPPORT_TYPE_{raw['type'].upper()}"),
        monthly_amount_cents=cents(raw["monthly"]),
        monthly_arrears_cents=cents(raw.get("monthly_arrears", "0")),
        effective_from=from_date(raw["from"]),
        opening_arrears=[
            case_pb.OpeningArrears(
                bucket=_BUCKETS[bucket], amount_cents=cents(amount), as_of=from_date(_OPENING_DAY)
            )
            for bucket, amount in raw.get("arrears", {}).items()
        ],
    )


_OPENING_DAY = date(2026, 2, 28)


def _ctx_lines(raw: list[Mapping[str, Any]]) -> Iterator[CtxLine]:
    for line in raw:
        yield CtxLine(
            case_number=line["case"],
            ssn=line["ssn"],
            name=line["name"],
            amount_cents=cents(line["amount"]),
            medical=line["medical"],
        )
