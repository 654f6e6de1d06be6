"""Taking cases over: all or nothing, once, and told to the others with secrets sealed."""

from collections.abc import Callable
from datetime import date

import pytest
from cryptography.exceptions import InvalidTag
from google.protobuf.message import Message
from sqlalchemy import select, text

from case_service.api.imports import CaseImports
from case_service.api.reads import CaseReads
from case_service.republish import republish_cases, republish_participants
from case_service.service import SERVICE
from chassis import migrate, tables
from chassis.crypto import load_keys
from chassis.dates import from_date
from chassis.errors import PlatformError
from chassis.events import message_class
from chassis.ids import derived_id
from chassis.runtime import Runtime
from childsupport.case.v1 import case_service_pb2 as pb
from childsupport.case.v1 import events_pb2 as events
from childsupport.withholding.v1 import events_pb2 as withholding

CASE_NUMBER = "0000123456"


@pytest.fixture
def runtime(runtime_for: Callable[..., Runtime]) -> Runtime:
    return runtime_for(SERVICE)


def take(runtime: Runtime, *pages: pb.ImportCasesRequest) -> pb.ImportCasesResponse:
    with runtime.work() as work:
        return CaseImports().ImportCases(iter(pages), work)


def get(runtime: Runtime) -> pb.GetCaseResponse:
    with runtime.work() as work:
        return CaseReads().GetCase(pb.GetCaseRequest(case_number=CASE_NUMBER), work)


def told(runtime: Runtime) -> list[Message]:
    with runtime.work() as work:
        rows = work.session.execute(
            select(tables.outbox.c.type, tables.outbox.c.body).order_by(tables.outbox.c.id)
        )
        return [message_class(row.type).FromString(row.body) for row in rows]


def test_a_family_is_taken_over_and_read_back(
    runtime: Runtime, page: pb.ImportCasesRequest
) -> None:
    page.cases[0].initiating_fips = "3900000"
    owed = page.cases[0].orders[0].obligations[0]
    owed.owed_to_fips = "1800000"
    owed.judgments.add(amount_cents=500_000, entered_on={"year": 2025, "month": 6, "day": 2})
    answer = take(runtime, page)
    assert (answer.participants_changed, answer.cases_changed, answer.orders_changed) == (2, 1, 1)
    found = get(runtime).case
    expected = pb.Case()
    expected.CopyFrom(page.cases[0])
    expected.version = 1
    expected.status = pb.CASE_STATUS_OPEN
    expected.etag = "1"
    expected.office_id = "21073"
    expected.orders[0].version = 1
    expected.orders[0].case_id = expected.case_id
    assert found == expected


def test_taking_the_same_over_again_changes_and_tells_nothing(
    runtime: Runtime, page: pb.ImportCasesRequest
) -> None:
    take(runtime, page)
    before = told(runtime)
    answer = take(runtime, page)
    assert answer == pb.ImportCasesResponse(unchanged=3)
    assert told(runtime) == before


def test_a_change_gets_the_next_version_and_is_told(
    runtime: Runtime, page: pb.ImportCasesRequest
) -> None:
    take(runtime, page)
    page.cases[0].orders[0].obligations[0].monthly_amount_cents = 25_000
    answer = take(runtime, page)
    assert (answer.cases_changed, answer.participants_changed) == (1, 0)
    last = told(runtime)[-1]
    assert isinstance(last, events.CasesChanged)
    assert last.cases[0].version == 2
    assert last.cases[0].orders[0].obligations[0].monthly_amount_cents == 25_000


def add_order(page: pb.ImportCasesRequest) -> pb.Order:
    """Give the case a second order that is like its first."""
    second = page.cases[0].orders.add()
    second.CopyFrom(page.cases[0].orders[0])
    second.order_id = derived_id("test", "second order")
    second.obligations[0].obligation_id = derived_id("test", "second obligation")
    return second


def leave_out_first_order(page: pb.ImportCasesRequest) -> None:
    del page.cases[0].orders[0]


def leave_out_every_order(page: pb.ImportCasesRequest) -> None:
    del page.cases[0].orders[:]


def leave_out_obligation(page: pb.ImportCasesRequest) -> None:
    del page.cases[0].orders[0].obligations[:]


def leave_out_arrears(page: pb.ImportCasesRequest) -> None:
    del page.cases[0].orders[1].obligations[0].opening_arrears[:]


def move_obligation(page: pb.ImportCasesRequest) -> None:
    orders = page.cases[0].orders
    orders[1].obligations.append(orders[0].obligations.pop())


@pytest.mark.parametrize(
    "change",
    [
        leave_out_first_order,
        leave_out_every_order,
        leave_out_obligation,
        leave_out_arrears,
        move_obligation,
    ],
)
def test_what_a_newer_version_leaves_out_is_gone(
    runtime: Runtime,
    page: pb.ImportCasesRequest,
    change: Callable[[pb.ImportCasesRequest], None],
) -> None:
    add_order(page)
    take(runtime, page)
    change(page)
    take(runtime, page)
    said = told(runtime)[-1]
    assert isinstance(said, events.CasesChanged)
    assert said.cases[0].version == 2
    assert get(runtime).case == said.cases[0]
    with runtime.work() as work:
        republish_cases(work, None)
    assert told(runtime)[-1] == said
    assert [len(o.obligations) for o in said.cases[0].orders] == [
        len(o.obligations) for o in page.cases[0].orders
    ]


def test_bad_input_is_refused_whole_and_every_field_is_named(
    runtime: Runtime, page: pb.ImportCasesRequest
) -> None:
    page.participants[1].bank_account.routing_number = "987654321"
    page.participants[0].ssn = "12"
    page.cases[0].case_number = "12x"
    with pytest.raises(PlatformError) as caught:
        take(runtime, page)
    assert [v.field for v in caught.value.violations] == [
        "participants[0].ssn",
        "participants[1].bank_account.routing_number",
        "cases[0].case_number",
    ]
    assert told(runtime) == []


def test_the_second_page_of_a_stream_takes_the_first_down_with_it(
    runtime: Runtime, page: pb.ImportCasesRequest
) -> None:
    bad = pb.ImportCasesRequest(participants=[pb.Participant(participant_id="x")])
    with pytest.raises(PlatformError, match=r"participants\[0\]\.participant_id"):
        take(runtime, page, bad)
    with pytest.raises(PlatformError, match="case not found"):
        get(runtime)


def test_a_case_needs_its_parties(runtime: Runtime, page: pb.ImportCasesRequest) -> None:
    del page.participants[1]
    with pytest.raises(PlatformError, match=r"cases\[0\]\.obligee_id: participant .* not recorded"):
        take(runtime, page)


def test_who_owes_cannot_be_changed(runtime: Runtime, page: pb.ImportCasesRequest) -> None:
    """Payments would charge the new obligor for what the old one was charged with."""
    take(runtime, page)
    one = page.cases[0]
    one.obligor_id, one.obligee_id = one.obligee_id, one.obligor_id
    with pytest.raises(PlatformError) as caught:
        take(runtime, page)
    assert caught.value.detail == (
        "cases[0].obligor_id: cannot be changed; close the case and open another"
    )
    assert get(runtime).case.version == 1


def test_orders_and_obligations_stay_with_their_case(
    runtime: Runtime, page: pb.ImportCasesRequest
) -> None:
    take(runtime, page)
    other = page.cases[0]
    other.case_id, other.case_number = derived_id("test", "another case"), "0000999999"
    other.orders.add(order_id=derived_id("test", "order of its own"))
    with pytest.raises(PlatformError) as caught:
        take(runtime, page)
    assert [v.field for v in caught.value.violations] == [
        "cases[0].orders[0].order_id",
        "cases[0].orders[0].obligations[0].obligation_id",
    ]
    assert all("belongs to another case" in v.description for v in caught.value.violations)
    assert len(get(runtime).case.orders) == 1


def test_no_answer_and_no_clear_field_of_an_event_carries_a_secret_or_a_place(
    runtime: Runtime, page: pb.ImportCasesRequest
) -> None:
    take(runtime, page)
    everything = get(runtime).SerializeToString() + b"".join(
        m.SerializeToString() for m in told(runtime)
    )
    for secret in (b"1 Hidden Lane", b"jane@example.org", b"900010001", b"7766554"):
        assert secret not in everything


def test_secrets_stand_in_no_column_in_clear(runtime: Runtime, page: pb.ImportCasesRequest) -> None:
    take(runtime, page)
    with runtime.work() as work:
        dump = str(work.session.execute(text("SELECT participant::text FROM participant")).all())
    for secret in ("1 Hidden Lane", "jane@example.org", "900010001", "7766554", "1989-07-07"):
        assert secret not in dump
        assert secret.encode().hex() not in dump


def test_each_sealed_field_opens_for_its_reader_alone(
    runtime: Runtime, page: pb.ImportCasesRequest
) -> None:
    take(runtime, page)
    changed = told(runtime)[0]
    assert isinstance(changed, events.ParticipantsChanged)
    jane = next(p for p in changed.participants if p.first_name == "Jane")
    directory = runtime.settings.keys_file.parent
    readers = {s: load_keys(s, directory / f"{s}.keys.json") for s in ("notification", "payments")}
    opened = readers["notification"].open(jane.contact_for_notification)
    assert opened is not None
    assert events.ParticipantContact.FromString(opened).email == "jane@example.org"
    with pytest.raises(InvalidTag):
        readers["payments"].open(jane.contact_for_notification)


def test_republishing_says_the_same_state_in_the_same_version(
    runtime: Runtime, page: pb.ImportCasesRequest
) -> None:
    take(runtime, page)
    first = told(runtime)
    with runtime.work() as work:
        assert republish_participants(work, None) == 2
        assert republish_cases(work, None) == 1
    again = told(runtime)[len(first) :]
    assert [m.DESCRIPTOR.name for m in again] == ["ParticipantsChanged", "CasesChanged"]
    assert again[1] == first[1]
    with runtime.work() as work:
        assert republish_cases(work, date(2026, 3, 7)) == 0


def test_what_an_employer_reports_stands_in_the_history(
    runtime: Runtime, page: pb.ImportCasesRequest
) -> None:
    take(runtime, page)
    case_id = page.cases[0].case_id
    report = withholding.EmploymentsEnded(
        employments=[
            withholding.EndedEmployment(
                case_id=case_id,
                reported_on=from_date(date(2026, 3, 5)),
                receipt_id="01a203f7-7d4a-7e14-80a6-c5e8f1007b78",
            )
        ]
    )
    coverage = withholding.MedicalCoverageReported(
        reports=[withholding.MedicalCoverage(case_id=case_id)]
    )
    handlers = {h.type: h for h in SERVICE.handlers}
    with runtime.work() as work:
        handlers[report.DESCRIPTOR.full_name].handle(report, work)
        handlers[coverage.DESCRIPTOR.full_name].handle(coverage, work)
    assert [(e.kind, e.on_date.day) for e in get(runtime).history] == [
        ("taken_over", 6),
        ("employment_ended", 5),
        ("medical_coverage_available", 6),
    ]


def test_cases_are_listed_by_number_a_page_at_a_time(
    runtime: Runtime, page: pb.ImportCasesRequest
) -> None:
    for n in range(3):
        copy = page.cases.add()
        copy.CopyFrom(page.cases[0])
        copy.case_id = f"00000000-0000-7000-8000-00000000000{n}"
        copy.case_number = f"000020000{n}"
        del copy.orders[:]
    take(runtime, page)
    seen: list[str] = []
    token = ""
    with runtime.work() as work:
        for _ in range(2):
            answer = CaseReads().ListCases(pb.ListCasesRequest(page_size=2, page_token=token), work)
            seen += [c.case_number for c in answer.cases]
            token = answer.next_page_token
    assert seen == ["0000123456", "0000200000", "0000200001", "0000200002"]
    assert token == ""


def test_tables_and_migrations_agree(runtime: Runtime) -> None:
    migrate.check(SERVICE, runtime.settings.database_url.get_secret_value())
