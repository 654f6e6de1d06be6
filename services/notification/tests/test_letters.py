"""Letters as PDF, read back: who gets which, what stands in them, and that a screen reader can."""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from structlog.testing import capture_logs

from childsupport.notification.v1.events_pb2 import LettersIssued
from notification_service import issuing, rendering
from notification_service.service import SERVICE


@pytest.fixture
def family(world: Any) -> Any:
    world.meet("obligor")
    world.meet("obligee", line1="34 Oak Avenue", city="Berea", language="es")
    world.open_case()
    world.employ()
    return world


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    text = "\n".join(page.extract_text() for page in read(pdf).pages)
    return " ".join(text.split())


def one(world: Any, kind: str, name: str = "") -> bytes:
    world.run_timers()
    (letter,) = [letter for letter in world.letters(name) if letter.kind == kind]
    return bytes(world.pdf(letter))


def test_the_first_payment_is_written_to_both_parents_each_their_own_side(family: Any) -> None:
    family.deliver(family.disbursement(25_000, first=True))
    family.deliver(family.disbursement(25_000, name="the next"))

    payee = text_of(one(family, "first_payment", "obligee"))
    assert "Su primer pago de manutención está en camino" in payee
    assert "34 Oak Avenue Berea, KY 40601" in payee
    assert "$250.00" in payee
    assert "6 de marzo de 2026" in payee
    assert "If you need this letter in English, call (800) 248-1163." in payee
    payer = text_of(one(family, "first_payment_obligor", "obligor"))
    assert "The first payment under your order" in payer
    assert "12 Maple Street Frankfort, KY 40601" in payer
    assert "Case number: 0000123456" in payer
    # What, when and how the family was paid is not the obligor's.
    for foreign in ("$", "Oak", "Berea", "Obligee", "deposit"):
        assert foreign not in payer, foreign
    assert len(family.letters()) == 2


def test_the_sender_is_asked_once_for_all_lines_of_a_file(family: Any) -> None:
    family.deliver(family.suspended(8, 9, reason="MISSING_CASE_IDENTIFIER"))

    text = text_of(one(family, "suspense"))
    assert "Synth Employer Inc 1 Factory Road Louisville, KY 40202" in text
    assert "We could not match $100.00 of the money" in text
    for line in ("8 1123456780000008 $50.00", "9 1123456780000009 $50.00"):
        assert f"{line} The case number is missing. Please tell us the case number." in text
    assert "Please do not send it again." in text
    assert "900-01-0001" not in text
    assert "900" not in text.replace("1 Factory Road", "")


def test_lines_of_a_file_that_come_in_several_events_go_into_one_letter(family: Any) -> None:
    for line in (3, 1, 2):
        family.deliver(family.suspended(line))
    text = text_of(one(family, "suspense"))
    assert "$150.00 of the money" in text
    first, second, third = (text.index(f"112345678000000{n}") for n in (1, 2, 3))
    assert first < second < third

    family.deliver(family.suspended(1))
    family.deliver(family.suspended(4))
    family.run_timers()
    # What is asked later needs a letter of its own; what was asked is not asked again.
    newest, _ = family.letters()
    assert "Trace number: 1123456780000004" in text_of(family.pdf(newest))


def test_the_one_who_paid_is_written_to_when_known(family: Any) -> None:
    family.deliver(family.suspended(8, reason="NO_ORDER", obligor="obligor"))

    text = text_of(one(family, "suspense_obligor", "obligor"))
    assert "A payment for you is waiting" in text
    assert "Trace number: 1123456780000008" in text
    assert "You do not need to do anything." in text
    assert "Synth" not in text


def test_a_hold_is_written_to_who_it_is_held_for(family: Any) -> None:
    family.deliver(family.held("obligee", 4_500))

    text = text_of(one(family, "hold", "obligee"))
    assert "Tenemos retenidos $45.00 que llegaron a su nombre." in text
    assert "Hidden Lane" not in text


def test_a_letter_of_many_lines_repeats_its_header_and_numbers_its_pages(family: Any) -> None:
    family.deliver(family.suspended(*range(1, 61)))

    pages = [p.extract_text() for p in read(one(family, "suspense")).pages]
    assert len(pages) > 2
    for number, page in enumerate(pages[:-1], start=1):
        assert "Trace number" in page
        assert f"{number} / {len(pages)}" in page
    assert "Commonwealth of Kentucky" not in pages[1]


@pytest.mark.parametrize(
    ("name", "language", "title"),
    [
        ("obligee", "es-US", "Tenemos dinero retenido a su nombre"),
        ("obligor", "en-US", "We are holding money for you"),
    ],
)
def test_a_letter_says_its_title_and_language_is_tagged_and_brings_its_fonts(
    family: Any, name: str, language: str, title: str
) -> None:
    family.deliver(family.held(name, 4_500))
    pdf = read(one(family, "hold", name))

    root = pdf.trailer["/Root"]
    assert root["/Lang"] == language
    assert pdf.metadata is not None
    assert pdf.metadata.title == title
    assert pdf.metadata.creation_date is not None
    assert pdf.metadata.creation_date.date().isoformat() == "2026-03-06"
    assert bool(root["/ViewerPreferences"]["/DisplayDocTitle"])
    assert bool(root["/MarkInfo"]["/Marked"])
    metadata = root["/Metadata"].get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert tags(root["/StructTreeRoot"]) >= {"/H1", "/H2", "/P"}
    for font in fonts(pdf):
        assert "/FontFile3" in font or "/FontFile2" in font


def tags(node: Any) -> set[str]:
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        return set().union(*map(tags, node))
    if not isinstance(node, dict):
        return set()
    own = {str(node["/S"])} if "/S" in node else set()
    return own | (tags(node["/K"]) if "/K" in node else set())


def fonts(pdf: PdfReader) -> list[Any]:
    used = pdf.pages[0]["/Resources"]["/Font"]
    descendants = [f.get_object()["/DescendantFonts"][0].get_object() for f in used.values()]
    assert descendants
    return [d["/FontDescriptor"].get_object() for d in descendants]


def test_a_table_is_a_table_to_a_screen_reader(family: Any) -> None:
    family.deliver(family.suspended(1))

    root = read(one(family, "suspense")).trailer["/Root"]
    assert tags(root["/StructTreeRoot"]) >= {"/Table", "/TH", "/TD"}


def test_what_a_name_holds_is_text_and_never_markup(world: Any) -> None:
    name = '*Bold* #panic("x") $1 <a> _b_ "q" \\ @c'
    world.employ(name=name)
    world.deliver(world.suspended(1))

    assert f"Dear {name}," in text_of(one(world, "suspense")).replace("“", '"').replace("”", '"')


def test_a_letter_lies_on_disk_as_it_is_kept_for_its_owner_alone(family: Any) -> None:
    family.deliver(family.held("obligor", 4_500))
    pdf = one(family, "hold")

    (letter,) = family.letters()
    directory: Path = family.runtime.settings.data_dir / "letters"
    (file,) = directory.iterdir()
    assert file.name == letter.file_name == f"{letter.letter_id}.pdf"
    assert file.read_bytes() == pdf
    assert file.stat().st_mode & 0o777 == 0o600
    assert directory.stat().st_mode & 0o777 == 0o700


def test_letters_that_were_made_are_told_once_and_again_on_demand(family: Any) -> None:
    family.deliver(family.held("obligor", 4_500))
    family.deliver(family.held("obligee", 4_500))
    family.run_timers()
    family.run_timers()

    (event,) = family.emitted()
    assert isinstance(event, LettersIssued)
    assert sorted(x.letter_id for x in event.letters) == sorted(
        x.letter_id for x in family.letters()
    )
    with family.runtime.work() as work:
        assert SERVICE.republish["letters"](work, None) == 2
    with family.runtime.work() as work:
        tomorrow = work.clock.today() + timedelta(days=1)
        assert SERVICE.republish["letters"](work, tomorrow) == 0
    _, again = family.emitted()
    assert sorted(str(x) for x in again.letters) == sorted(str(x) for x in event.letters)


def test_who_has_no_address_gets_no_letter_but_reads_it_in_the_inbox(world: Any) -> None:
    world.meet("obligor", line1="")
    world.employ(line1="")
    world.deliver(world.held("obligor", 4_500))
    world.deliver(world.suspended(1))
    world.run_timers()

    assert world.letters() == []
    assert len(world.inbox("obligor")) == 1


def test_a_letter_waits_for_the_one_that_it_goes_to(world: Any) -> None:
    world.deliver(world.held("obligor", 4_500))
    world.deliver(world.suspended(1))
    world.run_timers()
    assert world.letters() == []

    world.meet("obligor")
    world.employ()
    world.run_timers()
    assert sorted(x.kind for x in world.letters()) == ["hold", "suspense"]


def test_a_letter_that_cannot_be_set_keeps_no_other_back_and_can_be_made_later(
    family: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    family.deliver(family.held("obligor", 4_500))
    family.deliver(family.held("obligee", 4_500))
    with monkeypatch.context() as broken:
        # Spanish letters fail: the template is asked for a language tag that is none.
        real = rendering.render
        broken.setattr(
            issuing,
            "render",
            lambda content, at: real(
                content | ({"language": 7} if content["language"] == "es" else {}), at
            ),
        )
        with capture_logs() as logs:
            family.run_timers()
    assert [x.kind for x in family.letters()] == ["hold"]
    (failure,) = [e for e in logs if e["event"] == "letter_failed"]
    assert "Oak" not in str(failure)

    family.run_timers()
    assert len(family.letters()) == 1
    with family.runtime.work() as work:
        (job,) = SERVICE.jobs
        assert job.run(work, work.clock.today()) == {"queued": 1}
    family.run_timers()
    assert len(family.letters()) == 2


def test_many_letters_are_made_in_batches_until_none_waits(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuing, "BATCH", 2)
    for n in range(5):
        world.meet(f"reader {n}")
        world.deliver(world.held(f"reader {n}", 100))
    with world.runtime.work() as work:
        assert issuing.render_letters(work) is True
    world.run_timers()

    assert len(world.letters()) == 5


@pytest.mark.parametrize("rule", ["notice.first_payment", "notice.suspense", "notice.hold"])
def test_where_policy_wants_no_letter_there_is_only_the_inbox(
    family: Any, monkeypatch: pytest.MonkeyPatch, rule: str
) -> None:
    from notification_service import handlers

    law = handlers.load("kentucky")

    class Other:
        def code(self, rule_id: str, on: Any) -> str:
            return "inbox_only" if rule_id == rule else law.code(rule_id, on)

        def __getattr__(self, name: str) -> Any:
            return getattr(law, name)

    monkeypatch.setattr(handlers, "load", lambda _: Other())
    family.deliver(family.disbursement(25_000, first=True))
    family.deliver(family.suspended(1, obligor="obligor"))
    family.deliver(family.held("obligor", 100))
    family.run_timers()

    kinds = {x.kind for x in family.letters()}
    stem = rule.removeprefix("notice.")
    assert not {k for k in kinds if k.startswith(stem)}
    assert len(kinds) >= 2
    assert {e.kind for e in family.inbox("obligor")} >= {"suspense", "hold"}


def test_the_letters_of_one_reader_are_listed_alone(
    family: Any, name_of: Callable[[str], str]
) -> None:
    family.deliver(family.held("obligor", 100))
    family.deliver(family.held("obligee", 100))
    family.run_timers()

    assert [x.participant_id for x in family.letters("obligor")] == [name_of("obligor")]
    assert len(family.letters()) == 2
