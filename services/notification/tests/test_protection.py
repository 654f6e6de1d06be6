"""Family violence: where a parent lives is nowhere that the other side can reach."""

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import LargeBinary, select, text

from chassis import logs
from childsupport.payments.v1 import payments_service_pb2 as payments_pb
from notification_service.store.tables import metadata

PLANTED = ("99 Hidden Lane", "Hideaway", "hidden@refuge.example")
EMPLOYER = ("Synth Employer Inc", "Factory Road")


@pytest.fixture
def said() -> Iterator[io.StringIO]:
    import logging

    root = logging.getLogger()
    before = root.handlers, root.level
    stream = io.StringIO()
    logs.configure("notification", "worker", "DEBUG", stream)
    yield stream
    root.handlers, root.level = before
    logs.begin()


@pytest.fixture
def world(world_with: Callable[..., Any], mail_server: Any, said: io.StringIO) -> Any:
    """Everything that the service can tell, told, with a protected obligee."""
    made = world_with(smtp_host="127.0.0.1", smtp_port=mail_server.port)
    made.meet("obligor", email="payer@family.example", email_notices=True)
    line1, city, email = PLANTED
    made.meet("obligee", line1=line1, city=city, email=email, email_notices=True, protected=True)
    made.employ()
    made.open_case()
    parts = [made.part(10_000), made.part(5_000, payments_pb.PAYEE_KIND_STATE)]
    made.deliver(made.collection(*parts, made.part(100, payments_pb.PAYEE_KIND_FEE)))
    made.deliver(made.disbursement(10_000, first=True))
    made.deliver(made.suspended(1, 2, obligor="obligor"))
    made.deliver(made.held("obligor", 100))
    made.deliver(made.held("obligee", 100, "no_payee_address"))
    for party in ("obligor", "obligee"):
        made.deliver(made.notice(party, "review_right", letter=True))
    made.run_timers()
    return made


def pdf_text(world: Any, letter: Any) -> str:
    reader = PdfReader(io.BytesIO(world.pdf(letter)))
    shown = " ".join(" ".join(p.extract_text() for p in reader.pages).split())
    return f"{shown} {reader.metadata}"


def absent(words: tuple[str, ...], where: str) -> None:
    found = [word for word in words if word.casefold() in where.casefold()]
    assert not found, where


def test_the_planted_address_is_where_it_belongs(
    world: Any, mail_server: Any, name_of: Callable[[str], str]
) -> None:
    """Else the searches below would find nothing because nothing was planted."""
    own = [pdf_text(world, x) for x in world.letters("obligee")]
    assert len(own) == 3
    for letter in own:
        assert "99 Hidden Lane Hideaway, KY 40601" in letter
    assert sorted(m.rcpt_tos[0] for m in mail_server.mails) == [PLANTED[2], "payer@family.example"]


def test_no_letter_to_anybody_else_says_where_the_protected_parent_is(
    world: Any, name_of: Callable[[str], str]
) -> None:
    others = [x for x in world.letters() if x.participant_id != name_of("obligee")]
    assert {x.kind for x in others} == {
        "first_payment_obligor",
        "suspense",
        "suspense_obligor",
        "hold",
        "review_right",
    }
    for letter in others:
        absent((*PLANTED, "Obligee"), pdf_text(world, letter))


def test_no_entry_says_where_the_other_parent_is(world: Any) -> None:
    paying, family = world.inbox("obligor"), world.inbox("obligee")
    assert len(paying) == 5
    assert len(family) == 6
    absent((*PLANTED, "Obligee"), str(paying))
    # The sender of a payment is where the other parent works.
    absent((*PLANTED, *EMPLOYER, "Obligor"), str(family))
    assert EMPLOYER[0] in str(paying)


def test_no_letter_to_the_family_says_where_the_other_parent_works(world: Any) -> None:
    for letter in world.letters("obligee"):
        absent((*EMPLOYER, "12 Maple Street", "Obligor"), pdf_text(world, letter))


def test_no_mail_says_anything(world: Any, mail_server: Any) -> None:
    for mail in mail_server.mails:
        absent(
            (*PLANTED[:2], *EMPLOYER, "Sample", "Obligee", "$", "0000123456"), mail.content.decode()
        )
    (to_payer,) = [m for m in mail_server.mails if m.rcpt_tos == ["payer@family.example"]]
    absent(PLANTED, to_payer.content.decode())


def test_no_event_and_no_log_says_it(world: Any, said: io.StringIO) -> None:
    assert world.emitted()
    absent((*PLANTED, "12 Maple Street", *EMPLOYER), str(world.emitted()))
    import structlog

    structlog.get_logger().info("the stream is read")
    lines = [json.loads(line) for line in said.getvalue().splitlines()]
    assert lines
    absent((*PLANTED, "12 Maple Street", *EMPLOYER), said.getvalue())


def test_no_column_holds_it_in_clear(world: Any) -> None:
    seen = 0
    with world.runtime.work() as work:
        for table in metadata.sorted_tables:
            for row in work.session.execute(select(table)):
                kept = " ".join(
                    value.decode("latin-1") if isinstance(value, bytes) else str(value)
                    for value in row
                )
                absent(PLANTED, kept)
                seen += 1
        assert seen > 15
        assert work.session.scalar(text("SELECT count(*) FROM letter WHERE pdf IS NULL")) == 0


def test_columns_that_are_encrypted_say_what_they_hold() -> None:
    for table in metadata.sorted_tables:
        for column in table.c:
            if isinstance(column.type, LargeBinary):
                assert column.info.get("data_class") == "location", column
