"""What each side reads in its inbox, from the events that the other services send."""

from collections.abc import Callable
from typing import Any

import pytest

from chassis import migrate
from chassis.errors import PlatformError
from childsupport.case.v1 import events_pb2 as case_events
from childsupport.notification.v1 import notification_service_pb2 as pb
from childsupport.payments.v1 import events_pb2 as payments
from childsupport.payments.v1 import payments_service_pb2 as payments_pb
from notification_service.api import InboxReads
from notification_service.service import SERVICE

CASE = "0000123456"


@pytest.fixture
def family(world: Any) -> Any:
    world.meet("obligor")
    world.meet("obligee")
    world.open_case()
    return world


def texts(entries: list[pb.InboxEntry]) -> list[str]:
    return [f"{e.subject}: {e.body}" for e in entries]


def test_a_payment_is_told_to_the_one_who_paid_and_to_the_family(family: Any) -> None:
    family.deliver(family.collection(family.part(22_000), family.part(3_000, current=False)))

    assert texts(family.inbox("obligor")) == [
        (
            "We received your payment: We received your payment of $250.00 from Synth Employer Inc "
            f"on March 6, 2026. $220.00 went to current support in case {CASE}. "
            f"$30.00 went to past-due support in case {CASE}."
        )
    ]
    assert texts(family.inbox("obligee")) == [
        (
            f"We received support for you: We received $250.00 for you in case {CASE}. "
            "We expect to send it to you by March 10, 2026."
        )
    ]
    assert {e.kind for e in family.inbox("obligor")} == {"payment_received"}
    assert {e.kind for e in family.inbox("obligee")} == {"payment_for_family"}


def test_a_sender_that_is_not_named_and_costs_that_it_kept(family: Any) -> None:
    family.deliver(family.collection(family.part(9_800), remitter_name="", credited_cents=10_000))

    (told,) = family.inbox("obligor")
    assert told.body.startswith("We received your payment of $98.00 on March 6, 2026.")
    assert "You get credit for $100.00." in told.body


def test_support_that_is_assigned_is_told_to_the_family_of_the_case(family: Any) -> None:
    state, medicaid = payments_pb.PAYEE_KIND_STATE, payments_pb.PAYEE_KIND_MEDICAID
    fee = payments_pb.PAYEE_KIND_FEE
    family.deliver(
        family.collection(
            family.part(10_000, state),
            family.part(2_000, state, current=False),
            family.part(1_500, medicaid),
            family.part(3_500, fee),
        )
    )

    told = {e.kind: e.body for e in family.inbox("obligee")}
    assert told["payment_to_state"] == (
        f"We collected $120.00 in case {CASE} on March 6, 2026. "
        "It went to the State for the assistance that your family received."
    )
    assert "$15.00 for medical support" in told["payment_to_medicaid"]
    assert told["fee_kept"].startswith(f"We kept $35.00 from the support collected in case {CASE}")
    (paid,) = family.inbox("obligor")
    # Who gets the money is the family's affair: to the one who paid it is all support.
    assert f"$150.00 went to current support in case {CASE}" in paid.body
    assert "$20.00 went to past-due support" in paid.body
    assert "State" not in paid.body
    assert "Medicaid" not in paid.body


def test_what_is_held_is_told_to_the_one_who_paid_as_held(family: Any) -> None:
    held = payments_pb.PAYEE_KIND_HELD
    family.deliver(family.collection(family.part(10_000), family.part(2_500, held, obligation="")))

    (told,) = family.inbox("obligor")
    assert told.body.endswith("$25.00 is held for now.")


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        (
            "",
            (
                "We sent $123.45 to your bank account by direct deposit on March 6, 2026. "
                "It should be in your account by March 9, 2026."
            ),
        ),
        (
            "100234",
            "We mailed you a check for $123.45 on March 6, 2026. The check number is 100234.",
        ),
    ],
)
def test_a_payment_that_was_sent(family: Any, check: str, expected: str) -> None:
    family.deliver(family.disbursement(12_345, check=check))

    assert texts(family.inbox("obligee")) == [f"We sent you a payment: {expected}"]
    assert family.inbox("obligor") == []


def test_a_payment_to_the_state_is_told_to_nobody(family: Any) -> None:
    issued = family.disbursement(100)
    issued.disbursements[0].disbursement.payee_kind = payments_pb.PAYEE_KIND_STATE
    issued.disbursements[0].disbursement.payee_id = ""
    family.deliver(issued)

    assert family.inbox("obligee") == []


def test_money_that_is_held_and_the_one_thing_to_do(family: Any) -> None:
    family.deliver(family.held("obligee", 4_500, "no_payee_address"))
    family.deliver(family.held("obligor", 4_500, "a reason of tomorrow"))

    (family_told,), (obligor_told,) = family.inbox("obligee"), family.inbox("obligor")
    assert family_told.body == (
        "We are holding $45.00 that came in for you. We do not know where to send it. "
        "Please call (800) 248-1163 and give us your address or your bank account."
    )
    assert "We need to check something" in obligor_told.body


def test_a_payment_in_suspense_is_told_where_the_one_who_paid_is_known(family: Any) -> None:
    family.deliver(family.suspended(1, reason="INVALID_PAY_DATE", obligor="obligor"))
    family.deliver(family.suspended(2))

    (told,) = family.inbox("obligor")
    assert told.kind == "suspense"
    assert told.body.startswith("We received $50.00 for you. We cannot count it")
    assert "900-01-0001" not in told.body


def test_the_inbox_speaks_the_language_of_its_reader_as_it_is_now(family: Any) -> None:
    family.deliver(family.collection(family.part(25_000)))
    family.meet("obligor", language="es", version=2)

    (told,) = family.inbox("obligor")
    assert told.subject == "Recibimos su pago"
    assert told.body == (
        "Recibimos su pago de $250.00 de Synth Employer Inc el 6 de marzo de 2026. "
        f"$250.00 se aplicaron a la manutención actual del caso {CASE}."
    )


def test_telling_the_same_again_changes_nothing(family: Any) -> None:
    events = [
        family.collection(family.part(25_000), family.part(100, payments_pb.PAYEE_KIND_STATE)),
        family.disbursement(25_000, first=True),
        family.held("obligee", 500),
        family.suspended(1, obligor="obligor"),
    ]
    family.employ()

    def everything() -> tuple[object, ...]:
        family.run_timers()
        return family.inbox("obligor"), family.inbox("obligee"), family.letters()

    for event in events:
        family.deliver(event)
    before = everything()
    assert len(before[0]) == 2
    assert len(before[1]) == 4
    for event in events:
        family.deliver(event)

    assert everything() == before


def test_events_in_the_wrong_order_end_in_the_same_inbox(
    world_with: Callable[..., Any],
) -> None:
    def told_in(order: Callable[[list[Any]], Any]) -> tuple[object, ...]:
        world = world_with(smtp_host="127.0.0.1", smtp_port=9)
        money = world.collection(
            world.part(20_000), world.part(5_000, payments_pb.PAYEE_KIND_STATE)
        )
        chosen = world.participant(
            "obligee", language="es", email="o@family.example", email_notices=True
        )
        events = [chosen, world.participant("obligor"), world.case(), money]
        events.append(world.disbursement(20_000, first=True))
        for event in order(events):
            world.deliver(event)
        world.run_timers()
        entries = world.inbox("obligor") + sorted(world.inbox("obligee"), key=lambda e: e.kind)
        letters = sorted((x.kind, x.participant_id) for x in world.letters())
        return [(e.entry_id, e.subject, e.body, e.email_state) for e in entries], letters

    forwards, backwards = told_in(lambda events: events), told_in(reversed)

    assert backwards == forwards
    assert [state for *_, state in forwards[0]] == [1, 2, 2, 2]  # type: ignore[attr-defined]
    assert [kind for kind, _ in forwards[1]] == ["first_payment", "first_payment_obligor"]  # type: ignore[attr-defined]


def test_an_older_state_of_a_participant_is_ignored(world: Any) -> None:
    world.meet("obligor", language="es", version=2)
    world.meet("obligor", language="en", version=1)
    world.deliver(world.collection(world.part(100)))

    (told,) = world.inbox("obligor")
    assert told.subject == "Recibimos su pago"


def test_two_states_of_one_participant_in_a_page_the_newer_counts(world: Any) -> None:
    old = world.participant("obligor", language="en", version=1).participants[0]
    new = world.participant("obligor", language="es", version=2).participants[0]
    world.deliver(case_events.ParticipantsChanged(participants=[new, old]))
    world.deliver(world.collection(world.part(100)))

    assert world.inbox("obligor")[0].subject == "Recibimos su pago"


def test_an_inbox_is_read_by_pages_newest_first(family: Any, name_of: Callable[[str], str]) -> None:
    for n in range(5):
        family.deliver(family.collection(family.part(100 + n), receipt=f"receipt {n}"))
    pages: list[list[str]] = []
    request = pb.ListInboxEntriesRequest(participant_id=name_of("obligor"), page_size=2)
    while True:
        with family.runtime.work() as work:
            answer = InboxReads().ListInboxEntries(request, work)
        pages.append([e.about_id for e in answer.entries])
        request.page_token = answer.next_page_token
        if not request.page_token:
            break

    expected = [name_of(f"receipt {n}") for n in (4, 3, 2, 1, 0)]
    assert pages == [expected[:2], expected[2:4], expected[4:]]
    other = pb.ListInboxEntriesRequest(participant_id=name_of("obligee"), page_size=2)
    with family.runtime.work() as work:
        other.page_token = InboxReads().ListInboxEntries(other, work).next_page_token
    request.page_token = other.page_token
    with family.runtime.work() as work, pytest.raises(PlatformError, match="page_token"):
        InboxReads().ListInboxEntries(request, work)


@pytest.mark.parametrize("given", ["", "nobody", "12"])
def test_an_id_that_is_none_is_refused_by_name(world: Any, given: str) -> None:
    request = pb.ListInboxEntriesRequest(participant_id=given)
    with world.runtime.work() as work, pytest.raises(PlatformError, match="participant_id"):
        InboxReads().ListInboxEntries(request, work)


def test_an_unknown_letter_is_not_found(world: Any, name_of: Callable[[str], str]) -> None:
    with world.runtime.work() as work, pytest.raises(PlatformError, match="letter not found"):
        InboxReads().GetLetter(pb.GetLetterRequest(letter_id=name_of("x")), work)


def test_the_migrations_make_the_tables_that_the_program_describes(world: Any) -> None:
    migrate.check(SERVICE, world.runtime.settings.database_url.get_secret_value())


class TestCorrections:
    """What was told of a payment is told again where it changes something for the reader."""

    def corrected(self, family: Any, before: list[Any], after: list[Any], cause: str) -> Any:
        posted = family.collection(*after).collections[0]
        if not after:
            posted.amount_cents = posted.credited_cents = 0
        return payments.CollectionsCorrected(
            collections=[
                payments.CorrectedCollection(
                    collection=posted, revision=1, cause=cause, before=before
                )
            ]
        )

    def test_a_check_that_the_bank_did_not_pay(self, family: Any) -> None:
        family.deliver(self.corrected(family, [family.part(22_000)], [], "nsf"))

        assert texts(family.inbox("obligor")) == [
            (
                "A payment of yours was corrected: The bank did not pay your payment of $220.00 "
                "that we received on March 6, 2026. It does not count any more. What it had paid "
                "is owed again."
            )
        ]
        (told,) = family.inbox("obligee")
        assert "It was $220.00, and is $0.00 now." in told.body
        assert "bank" not in told.body

    def test_the_one_who_pays_is_not_told_that_money_went_to_another(self, family: Any) -> None:
        state = family.part(20_000, kind=payments_pb.PAYEE_KIND_STATE)
        family.deliver(self.corrected(family, [state], [family.part(20_000)], "assistance_changed"))

        assert family.inbox("obligor") == []
        (told,) = family.inbox("obligee")
        assert "It was $0.00, and is $200.00 now." in told.body

    def test_what_it_pays_otherwise_is_told_to_the_one_who_pays(self, family: Any) -> None:
        before, after = [family.part(20_000)], [family.part(20_000, current=False)]
        family.deliver(self.corrected(family, before, after, "order_changed"))

        (told,) = family.inbox("obligor")
        assert "was worked out again. It is $200.00. $200.00 went to past-due" in told.body
        assert family.inbox("obligee") == []
