"""Recording, modifying and correcting orders: versions, what they touch, and what is refused."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from establishing_world import paternity_determined
from google.protobuf.message import Message
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from case_service.actions import orders
from case_service.api.imports import CaseImports
from case_service.domain.model import InterestJudgment
from case_service.domain.orders.model import (
    AmountChange,
    CorrectedObligation,
    Correction,
    Ending,
    Judgment,
    Modification,
    NewObligation,
    NewOrder,
    OrderText,
    StatedTerm,
    Version,
)
from case_service.service import SERVICE
from case_service.store import cases
from case_service.store import orders as store
from chassis import tables
from chassis.dates import from_date, to_date
from chassis.errors import PlatformError
from chassis.events import message_class
from chassis.ids import derived_id
from chassis.runtime import Caller, Runtime, Work
from childsupport.case.v1 import case_service_pb2 as pb
from childsupport.case.v1 import events_pb2 as events

TODAY = date(2026, 3, 6)
CASE = derived_id("test", "case")
CHILD = derived_id("test", "child")
RECORDER, OTHER = Caller("worker-1"), Caller("worker-2")


@pytest.fixture
def runtime(runtime_for: Callable[..., Runtime], page: pb.ImportCasesRequest) -> Runtime:
    """A case with a child and no order yet."""
    made = runtime_for(SERVICE)
    page.participants.add(
        participant_id=CHILD,
        first_name="Ann",
        last_name="Doe",
        birth_date=from_date(date(2015, 4, 1)),
    )
    page.cases[0].members.add(participant_id=CHILD, role=pb.CASE_ROLE_CHILD)
    del page.cases[0].orders[:]
    with made.work() as work:
        CaseImports().ImportCases(iter([page]), work)
    paternity_determined(made, CASE, page.cases[0].obligor_id, CHILD)
    return made


def paper(**given: object) -> OrderText:
    words = OrderText(
        kind="original",
        court_number="26-CI-00001",
        county_fips="21073",
        entered_on=date(2026, 1, 15),
        children=(CHILD,),
    )
    return replace(words, **given)  # type: ignore[arg-type]


def child_support(cents: int = 40_000, first: date = date(2026, 2, 1)) -> NewObligation:
    return NewObligation("child", (StatedTerm(first, None, cents, "monthly"),))


def record(work: Work, new: NewOrder | None = None) -> Version:
    return orders.record_order(work, CASE, new or NewOrder(paper(), (child_support(),)))


def modification(
    version: Version, first: date, cents: int = 50_000, **given: object
) -> Modification:
    made = Modification(
        effective_from=first,
        entered_on=date(2026, 3, 5),
        changes=(AmountChange(version.obligations[0].obligation_id, cents),),
        filed_on=date(2026, 2, 10),
        notice_on=date(2026, 2, 20),
    )
    return replace(made, **given)  # type: ignore[arg-type]


def told(work: Work, kind: type[Message]) -> list[Message]:
    rows = work.session.execute(
        select(tables.outbox.c.type, tables.outbox.c.body).order_by(tables.outbox.c.id)
    )
    name = kind.DESCRIPTOR.full_name
    return [message_class(row.type).FromString(row.body) for row in rows if row.type == name]


def amounts(version: Version) -> list[tuple[date, date | None, int]]:
    return [
        (t.effective_from, t.effective_to, t.monthly_cents) for t in version.obligations[0].terms
    ]


def test_an_order_is_recorded_told_and_stands_in_its_case(runtime: Runtime) -> None:
    with runtime.work(RECORDER) as work:
        version = record(work)
    with runtime.work() as work:
        stored = cases.read(work.session, [CASE])[0]
        assert stored.case.orders[0].obligations == version.obligations
        assert stored.case.orders[0].obligations[0].monthly_amount_cents == 40_000
        said = told(work, events.CasesChanged)[-1]
        assert isinstance(said, events.CasesChanged)
        assert said.cases[0].orders[0].court_number == "26-CI-00001"
        assert [(t.cause, to_date(t.first_day), to_date(t.last_day)) for t in said.touched] == [
            ("recorded", date(2026, 2, 1), None)
        ]
        notices = [n for m in told(work, events.NoticesIssued) for n in m.notices]  # type: ignore[attr-defined]
        assert {n.kind for n in notices} == {"order_recorded"}
        assert {n.participant_id for n in notices} == {
            stored.case.obligor_id,
            stored.case.obligee_id,
        }
        assert dict(notices[0].facts) == {
            "court_number": "26-CI-00001",
            "effective_from": "2026-02-01",
            "monthly_cents": "40000",
        }


def test_a_modification_reaches_back_to_the_later_of_notice_and_filing(runtime: Runtime) -> None:
    """42 USC 666(a)(9)(C) counts from notice, KRS 403.213(1) from filing."""
    with runtime.work(RECORDER) as work:
        version = record(work)
        after = orders.modify_order(
            work, version.order_id, modification(version, date(2026, 2, 20))
        )
        assert amounts(after) == [
            (date(2026, 2, 1), date(2026, 2, 19), 40_000),
            (date(2026, 2, 20), None, 50_000),
        ]
        assert (after.number, after.cause, after.text.kind) == (2, "modified", "modification")
        said = told(work, events.CasesChanged)[-1]
        assert isinstance(said, events.CasesChanged)
        assert [(t.cause, to_date(t.first_day)) for t in said.touched] == [
            ("modified", date(2026, 2, 20))
        ]


@pytest.mark.parametrize(
    ("first", "notice_on"),
    [
        (date(2026, 2, 19), date(2026, 2, 20)),
        (date(2026, 3, 4), None),
    ],
    ids=["before notice", "without notice, before its entry"],
)
def test_a_modification_never_reaches_behind_notice(
    runtime: Runtime, first: date, notice_on: date | None
) -> None:
    with runtime.work(RECORDER) as work:
        version = record(work)
        change = modification(version, first, notice_on=notice_on)
        with pytest.raises(PlatformError) as caught:
            orders.modify_order(work, version.order_id, change)
    assert [v.field for v in caught.value.violations] == ["effective_from"]
    assert "42 USC 666(a)(9)(C); KRS 403.213(1)" in caught.value.violations[0].description


def test_the_same_modification_twice_leaves_one_version(runtime: Runtime) -> None:
    with runtime.work(RECORDER) as work:
        version = record(work)
        change = modification(version, date(2026, 3, 1))
        first = orders.modify_order(work, version.order_id, change)
        events_then = len(told(work, events.CasesChanged))
        again = orders.modify_order(work, version.order_id, change)
        assert again.number == first.number == 2
        assert len(told(work, events.CasesChanged)) == events_then


def test_a_change_of_what_its_caller_has_not_seen_is_refused(runtime: Runtime) -> None:
    with runtime.work(RECORDER) as work:
        version = record(work)
        orders.modify_order(
            work, version.order_id, modification(version, date(2026, 3, 1)), etag="1"
        )
        with pytest.raises(PlatformError, match="changed by somebody else"):
            orders.modify_order(
                work, version.order_id, modification(version, date(2026, 3, 2)), etag="1"
            )


def test_of_two_who_change_an_order_at_once_one_is_told_to_read_it_again(runtime: Runtime) -> None:
    with runtime.work(RECORDER) as work:
        version = record(work)

    def change(cents: int) -> str:
        wanted = modification(version, date(2026, 3, 1), cents)
        try:
            with runtime.work(Caller(f"worker-{cents}")) as work:
                orders.modify_order(work, version.order_id, wanted, etag="1")
        except PlatformError as error:
            return error.detail
        return "done"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(change, (51_000, 52_000)))
    assert outcomes == ["done", "the order was changed by somebody else; read it again"]
    with runtime.work() as work:
        assert (
            len(store.versions(work.session, work.keys, [version.order_id])[version.order_id]) == 2
        )


def correction(version: Version) -> Correction:
    right = StatedTerm(date(2026, 2, 1), None, 45_000, "monthly")
    return Correction(
        document_id="doc-1",
        paper_says="$450 a month from February 1, 2026",
        obligations=(CorrectedObligation(version.obligations[0].obligation_id, (right,)),),
    )


def test_a_correction_reaches_back_to_the_beginning_by_another_person(runtime: Runtime) -> None:
    with runtime.work(RECORDER) as work:
        version = record(work)
    with runtime.work(RECORDER) as work, pytest.raises(PlatformError, match="another person"):
        orders.correct_order(work, version.order_id, correction(version))
    with runtime.work(OTHER) as work:
        after = orders.correct_order(work, version.order_id, correction(version))
        assert amounts(after) == [(date(2026, 2, 1), None, 45_000)]
        assert (after.cause, after.recorded_by) == ("corrected", "worker-2")
        said = told(work, events.CasesChanged)[-1]
        assert isinstance(said, events.CasesChanged)
        assert [(t.cause, to_date(t.first_day)) for t in said.touched] == [
            ("corrected", date(2026, 2, 1))
        ]


def test_a_correction_needs_proof(runtime: Runtime) -> None:
    with runtime.work(RECORDER) as work:
        version = record(work)
    unproved = replace(correction(version), document_id="", paper_says=" ")
    with runtime.work(OTHER) as work, pytest.raises(PlatformError) as caught:
        orders.correct_order(work, version.order_id, unproved)
    assert [v.field for v in caught.value.violations] == ["document_id", "paper_says"]


def test_versions_answer_what_was_known_when(runtime: Runtime) -> None:
    with runtime.work(RECORDER) as work:
        version = record(work)
    runtime.clock.advance(timedelta(days=1))  # type: ignore[attr-defined]
    with runtime.work(RECORDER) as work:
        orders.modify_order(work, version.order_id, modification(version, date(2026, 3, 1)))
    runtime.clock.advance(timedelta(days=1))  # type: ignore[attr-defined]
    with runtime.work(OTHER) as work:
        orders.correct_order(work, version.order_id, correction(version))
    with runtime.work() as work:
        kept = store.versions(work.session, work.keys, [version.order_id])[version.order_id]
    assert [(v.number, v.cause, v.recorded_at.date().day) for v in kept] == [
        (1, "recorded", 6),
        (2, "modified", 7),
        (3, "corrected", 8),
    ]
    assert [amounts(v)[-1][2] for v in kept] == [40_000, 50_000, 45_000]
    assert kept[0] == version


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE order_version SET cause = 'ended'",
        "DELETE FROM order_version",
        "TRUNCATE order_version",
    ],
)
def test_a_version_cannot_be_overwritten(runtime: Runtime, statement: str) -> None:
    with runtime.work(RECORDER) as work:
        record(work)
    with pytest.raises(DBAPIError, match="append-only"), runtime.work() as work:
        work.session.execute(text(statement))


def test_an_order_of_another_system_keeps_what_it_said(
    runtime_for: Callable[..., Runtime], page: pb.ImportCasesRequest
) -> None:
    made = runtime_for(SERVICE)
    with made.work() as work:
        CaseImports().ImportCases(iter([page]), work)
    order = page.cases[0].orders[0]
    owed = order.obligations[0].obligation_id
    change = Modification(date(2026, 3, 6), date(2026, 3, 6), (AmountChange(owed, 30_000),))
    with made.work(RECORDER) as work:
        after = orders.modify_order(work, order.order_id, change)
        kept = store.versions(work.session, work.keys, [order.order_id])[order.order_id]
    assert [(v.cause, v.obligations[0].monthly_amount_cents) for v in kept] == [
        ("taken_over", 20_000),
        ("modified", 30_000),
    ]
    assert amounts(after) == [
        (date(2021, 2, 1), date(2026, 3, 5), 20_000),
        (date(2026, 3, 6), None, 30_000),
    ]
    assert after.obligations[0].opening_arrears[0].amount_cents == 90_000


def test_each_import_of_an_order_is_a_version_and_none_is_when_it_says_the_same(
    runtime_for: Callable[..., Runtime], page: pb.ImportCasesRequest
) -> None:
    made = runtime_for(SERVICE)
    order = page.cases[0].orders[0]
    for cents in (20_000, 20_000, 25_000):
        order.obligations[0].monthly_amount_cents = cents
        page.cases[0].office_id = str(cents)
        with made.work() as work:
            CaseImports().ImportCases(iter([page]), work)
    page.cases[0].office_id = "21073"
    with made.work() as work:
        CaseImports().ImportCases(iter([page]), work)
        kept = store.versions(work.session, work.keys, [order.order_id])[order.order_id]
    assert [(v.number, v.obligations[0].monthly_amount_cents) for v in kept] == [
        (1, 20_000),
        (2, 25_000),
    ]


def test_imported_terms_follow_one_another(
    runtime_for: Callable[..., Runtime], page: pb.ImportCasesRequest
) -> None:
    owed = page.cases[0].orders[0].obligations[0]
    for first, last in ((date(2021, 2, 1), date(2022, 1, 31)), (date(2022, 2, 2), None)):
        owed.terms.add(
            effective_from=from_date(first),
            effective_to=from_date(last),
            amount_cents=20_000,
            frequency=pb.FREQUENCY_MONTHLY,
            monthly_cents=20_000,
        )
    with runtime_for(SERVICE).work() as work, pytest.raises(PlatformError) as caught:
        CaseImports().ImportCases(iter([page]), work)
    assert [v.field for v in caught.value.violations] == [
        "cases[0].orders[0].obligations[0].terms[0].effective_to"
    ]


def test_every_field_of_a_broken_order_is_named(runtime: Runtime) -> None:
    broken = NewOrder(
        paper(
            kind="",
            court_number=" ",
            entered_on=TODAY + timedelta(days=1),
            income_withholding=False,
            withholding_exception="good_cause",
            children=("nobody",),
        ),
        (
            NewObligation(
                "child",
                (
                    StatedTerm(date(2026, 2, 1), date(2026, 2, 10), -1, "monthly"),
                    StatedTerm(date(2026, 2, 12), None, 100, ""),
                ),
                child_id=CHILD,
            ),
        ),
    )
    with runtime.work(RECORDER) as work, pytest.raises(PlatformError) as caught:
        record(work, broken)
    assert [v.field for v in caught.value.violations] == [
        "order.kind",
        "order.court_number",
        "order.entered_on",
        "order.withholding_finding",
        "order.children[0]",
        "obligations[0].child_id",
        "obligations[0].terms[0].amount_cents",
        "obligations[0].terms[0].effective_to",
        "obligations[0].terms[1].frequency",
    ]


def test_a_judgment_without_an_obligation_gets_one_of_its_own(runtime: Runtime) -> None:
    judged = Judgment(500_000, date(2026, 1, 15), "NA", 5_000)
    with runtime.work(RECORDER) as work:
        version = record(work, NewOrder(paper(judgment=judged), (child_support(),)))
    own = version.obligations[1]
    assert (own.monthly_amount_cents, own.monthly_arrears_cents) == (0, 5_000)
    assert [(a.bucket, a.amount_cents) for a in own.opening_arrears] == [("NA", 500_000)]


def test_a_judgment_may_repay_an_obligation_of_the_order(runtime: Runtime) -> None:
    owed = derived_id("test", "owed")
    judged = Judgment(500_000, date(2026, 1, 15), "NA", 5_000, obligation_id=owed)
    new = NewOrder(paper(judgment=judged), (replace(child_support(), obligation_id=owed),))
    with runtime.work(RECORDER) as work:
        version = record(work, new)
    assert [(o.obligation_id, o.monthly_arrears_cents) for o in version.obligations] == [
        (owed, 5_000)
    ]


@pytest.mark.parametrize("ordered", [True, False])
def test_a_judgment_bears_interest_only_where_the_court_ordered_it(
    runtime: Runtime, ordered: bool
) -> None:
    """KRS 360.040; IRG Q4.2: from the day of its entry, and kept with the obligation."""
    judged = Judgment(500_000, date(2026, 1, 15), "NA", 5_000)
    text_of = replace(paper(judgment=judged), interest_ordered=ordered)
    with runtime.work(RECORDER) as work:
        version = record(work, NewOrder(text_of, (child_support(),)))
        stored = cases.read(work.session, [version.case_id])[0].case
    bears = (InterestJudgment(500_000, text_of.entered_on or judged.as_of),)
    own = [o for order in stored.orders for o in order.obligations if o.opening_arrears]
    assert own[-1].judgments == (bears if ordered else ())


def test_nobody_is_charged_by_an_order_while_nobody_is_known_to_owe(runtime: Runtime) -> None:
    with runtime.work(RECORDER) as work:
        work.session.execute(text("UPDATE support_case SET obligor_id = NULL"))
        with pytest.raises(PlatformError, match="record first who owes"):
            record(work)


def test_an_obligation_ends_once_and_both_parties_are_told(runtime: Runtime) -> None:
    with runtime.work(RECORDER) as work:
        version = record(work)
        owed = version.obligations[0].obligation_id
        ending = Ending(date(2026, 3, 31), "order")
        after = orders.end_obligation(work, owed, ending)
        assert amounts(after) == [(date(2026, 2, 1), date(2026, 3, 31), 40_000)]
        with pytest.raises(PlatformError, match="its last day already"):
            orders.end_obligation(work, owed, ending)
        notices = [n for m in told(work, events.NoticesIssued) for n in m.notices]  # type: ignore[attr-defined]
        assert [n.kind for n in notices].count("obligation_ended") == 2
