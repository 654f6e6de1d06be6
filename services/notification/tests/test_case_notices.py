"""What the parties of a case are told: each kind in words, in the inbox, by mail and on paper."""

import io
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select
from structlog.testing import capture_logs

from chassis.dates import from_date
from chassis.events import MAX_PAGE_ITEMS
from childsupport.case.v1 import events_pb2 as case_events
from notification_service.catalogue import LANGUAGES, catalogue
from notification_service.domain.case_notices import UNKNOWN, Figures, Told, notice
from notification_service.domain.spellings import PLACES, SPELLINGS, WORDS, Choice
from notification_service.domain.wording import body, places
from notification_service.store.tables import inbox_entry, metadata

CASE = "0000123456"
BY = date(2026, 5, 5)
KINDS = sorted(SPELLINGS)
FIGURES = Figures(3, 180, 15, 180)
FULL = {
    "at": "2026-04-09T14:30",
    "place": "Franklin County Office, Room 2",
    "subject": "your income",
    "court_number": "26-CI-00123",
    "effective_from": "2026-04-01",
    "monthly_cents": "45050",
    "support_type": "child",
    "ended_on": "2026-03-31",
    "what": "address",
    "office": "Franklin",
    "begins_on": "2026-04-06",
    "amount_cents": "50000",
    "sent_on": "2026-03-06",
    "due_on": "2026-03-02",
    "next_on": "2026-03-16",
}


def told(kind: str, **given: Any) -> Told:
    values: dict[str, Any] = {
        "notice_id": "n",
        "case_id": "c",
        "case_number": CASE,
        "participant_id": "p",
        "kind": kind,
        "answer_by": BY,
        "letter": False,
        "facts": FULL,
        "text": "",
    }
    return Told(**values | given)


def said(kind: str, language: str = "en", **given: Any) -> str:
    facts = notice(told(kind, **given), FIGURES).facts
    return body(catalogue(language), facts, "(800) 248-1163")


@pytest.fixture
def family(world: Any) -> Any:
    world.meet("obligor")
    world.meet("obligee", line1="34 Oak Avenue", city="Berea", language="es")
    return world


def keys_of(kind: str) -> Iterator[str]:
    spelling = SPELLINGS[kind]
    for sentence in spelling.sentences:
        if isinstance(sentence, Choice):
            yield from sentence.keys.values()
        else:
            yield sentence
    yield spelling.opening


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_sentence_names_what_its_words_have_a_place_for(language: str) -> None:
    words = catalogue(language)
    used = {key for kind in KINDS for key in keys_of(kind)}

    assert used == set(PLACES)
    for key in used:
        assert places(words.sentences[key]) == set(PLACES[key]), key
    assert set(words.words) == WORDS
    for kind, spelling in SPELLINGS.items():
        assert words.subjects[kind]
        assert places(words.actions[spelling.action]) <= {"phone", "answer_by_on"}
        if "answer_by_on" in places(words.actions[spelling.action]):
            assert spelling.action_undated, kind
        if spelling.action_undated:
            assert "answer_by_on" not in places(words.actions[spelling.action_undated])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_told_with_everything_with_nothing_and_for_every_code(
    kind: str, language: str
) -> None:
    for facts in (FULL, {}, dict.fromkeys(FULL, "no such thing")):
        for answer_by in (BY, None):
            text = said(kind, language, facts=facts, answer_by=answer_by)
            assert "{" not in text
            # The last thing is what to do, and whom to call about it.
            assert "(800) 248-1163" in text or kind == "document_accepted"
    for choice in (s for s in SPELLINGS[kind].sentences if isinstance(s, Choice)):
        for code, key in choice.keys.items():
            assert catalogue(language).sentences[key] in said(
                kind, language, facts=FULL | {choice.fact: code}
            )


def test_a_hearing_says_what_when_where_and_what_happens_to_who_stays_away() -> None:
    assert said("hearing_set") == (
        f"There will be a court hearing in case {CASE}. It is on April 9, 2026 at 2:30 p.m. "
        "Place: Franklin County Office, Room 2. It is about: your income. Please go to the "
        "hearing. If you are not there, the court may decide without you. If you cannot go, "
        "call (800) 248-1163 right away."
    )
    assert "9 de abril de 2026, 2:30 p. m." in said("hearing_set", "es")


@pytest.mark.parametrize(
    ("at", "shown"),
    [("T00:05", "12:05 a.m."), ("T12:00", "12:00 p.m."), ("T09:00:00-04:00", "9:00 a.m.")],
)
def test_an_hour_is_said_as_a_clock_shows_it(at: str, shown: str) -> None:
    assert f"It is on April 9, 2026 at {shown} " in said(
        "hearing_set", facts={"at": f"2026-04-09{at}"}
    )


def test_closing_says_the_law_the_reason_and_until_when_it_can_be_stopped() -> None:
    """45 CFR 303.11(d)(1) and (3): notice before the closing; an answer keeps the case open."""
    text = said("closure_intended", facts={"ground": "7"})
    assert "We could not find the other parent." in text
    assert "45 CFR 303.11" in text
    assert "write to us by May 5, 2026. Tell us what you know that could help." in text


def test_closing_after_a_limited_service_says_what_applying_again_brings() -> None:
    """45 CFR 303.11(d)(4): reapplying, fees, cost recovery and distribution."""
    text = said("closure_intended", facts={"ground": "13"})
    for word in ("new application", "fee", "costs", "this month's support first"):
        assert word in text
    assert "new application" not in said("closure_intended", facts={"ground": "7"})


@pytest.mark.parametrize("ground", ["3", "4", "5", "8", "9", "10", "14"])
def test_closing_says_nothing_of_the_other_sides_health_income_or_danger(ground: str) -> None:
    """42 USC 654(26): no release of information; 45 CFR 303.11(b)(14): risk of harm."""
    text = said("closure_intended", facts={"ground": ground})
    found = re.findall(
        r"jail|prison|dead|died|disab|SSI|hospital|foreign|countr|harm|danger|other parent", text
    )
    assert not found


def test_the_right_to_a_review_says_how_to_ask_and_the_laws_figures() -> None:
    """45 CFR 303.8(b)(7): the notice says the place and the manner of asking."""
    text = said("review_right", answer_by=None)
    assert "once 3 years have passed" in text
    assert "at least 15 percent (KRS 403.213)" in text
    assert "write to your child support office or send us a message in your online account" in text


def test_who_writes_in_own_words_is_read_in_a_paragraph_of_its_own() -> None:
    text = said("dispute_answered", text="We left out {one} payment.\nIt is mended.")
    assert text.split("\n\n")[1:] == [
        "We left out {one} payment.\nIt is mended.",
        "If you do not agree, call (800) 248-1163. We will tell you what you can do next.",
    ]
    assert text.split("\n\n")[0].endswith("This is our answer:")


def test_a_notice_stands_in_the_inbox_of_its_reader_alone(family: Any) -> None:
    facts = {
        "court_number": "26-CI-00123",
        "effective_from": "2026-04-01",
        "monthly_cents": "45050",
    }
    family.deliver(family.notice("obligee", "order_recorded", facts=facts))

    (entry,) = family.inbox("obligee")
    assert entry.kind == "order_recorded"
    assert entry.subject == "Hay una orden de manutención en su caso"
    assert "La cantidad es de $450.50 al mes desde el 1 de abril de 2026." in entry.body
    assert family.inbox("obligor") == []
    family.run_timers()
    assert family.letters() == []


def test_told_twice_it_is_one_and_two_about_different_things_are_two(family: Any) -> None:
    for _ in range(2):
        family.deliver(family.notice("obligor", "document_accepted", letter=True))
    family.deliver(family.notice("obligor", "document_accepted", about="another", letter=True))
    family.run_timers()

    assert len(family.inbox("obligor")) == 2
    assert len(family.letters()) == 2


def test_a_notice_may_come_before_its_reader(world: Any, mail_server: Any) -> None:
    world.deliver(world.notice("obligee", "closure_intended", letter=True, answer_by=from_date(BY)))
    world.run_timers()
    assert world.letters() == []

    world.meet("obligee", language="es")
    world.run_timers()
    (letter,) = world.letters("obligee")
    assert letter.kind == "closure_intended"
    (entry,) = world.inbox("obligee")
    assert "5 de mayo de 2026" in entry.body


def test_a_kind_that_is_not_known_yet_is_news_and_is_logged(family: Any) -> None:
    message = family.notice("obligor", "moon_phase", text="Own words.", letter=True)
    message.notices.extend(family.notice("obligor", "case_opened").notices)
    with capture_logs() as logs:
        assert family.deliver(message)
    family.run_timers()

    opened, news = family.inbox("obligor")
    assert (opened.kind, news.kind) == ("case_opened", UNKNOWN)
    assert news.subject == "There is something new in your case"
    assert "Own words." in news.body
    (warning,) = [e for e in logs if e["event"] == "notice_kind_unknown"]
    assert warning["notice_kind"] == "moon_phase"
    assert "Own words" not in str(logs)
    assert [letter.kind for letter in family.letters()] == [UNKNOWN]


def test_a_page_of_notices_is_told_in_one_message(family: Any) -> None:
    page = case_events.NoticesIssued(
        notices=[
            family.notice("obligor", "document_accepted", about=f"{n}").notices[0]
            for n in range(MAX_PAGE_ITEMS)
        ]
    )
    family.deliver(page)
    with family.runtime.work() as work:
        entries = work.session.scalar(select(func.count()).select_from(inbox_entry))
    assert entries == MAX_PAGE_ITEMS


def test_every_kind_makes_a_letter_that_reads_back(family: Any) -> None:
    for kind in KINDS:
        family.deliver(
            family.notice(
                "obligee",
                kind,
                letter=True,
                text='Own *words* with #let and "quotes".',
                answer_by=from_date(BY),
                facts=FULL,
            )
        )
    family.run_timers()

    letters = family.letters("obligee")
    assert sorted(letter.kind for letter in letters) == KINDS
    for letter in letters:
        reader = PdfReader(io.BytesIO(family.pdf(letter)))
        text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
        assert len(reader.pages) == 1, letter.kind
        assert catalogue("es").subjects[letter.kind] in text
        assert "34 Oak Avenue Berea, KY 40601" in text
        assert CASE in text
        assert re.search(r"Own \*words\* with #let and .quotes.\.", text)


SECRET = "Bring the pay stub of the second job"


def test_own_words_are_sealed_on_the_way_and_encrypted_at_rest(
    world_with: Callable[..., Any], mail_server: Any
) -> None:
    world = world_with(smtp_host="127.0.0.1", smtp_port=mail_server.port)
    world.meet("obligor", email="payer@family.example", email_notices=True)
    message = world.notice("obligor", "information_requested", text=SECRET, letter=True)
    assert SECRET.encode() not in message.SerializeToString()
    with capture_logs() as logs:
        world.deliver(message)
        world.run_timers()

    (entry,) = world.inbox("obligor")
    assert SECRET in entry.body
    (letter,) = world.letters("obligor")
    (page,) = PdfReader(io.BytesIO(world.pdf(letter))).pages
    assert SECRET in page.extract_text()
    (mail,) = mail_server.mails
    for word in (SECRET, "Obligor", "Sample", CASE):
        assert word not in mail.content.decode()
    assert SECRET not in str(logs)
    assert SECRET not in str(world.emitted())
    with world.runtime.work() as work:
        for table in metadata.sorted_tables:
            for row in work.session.execute(select(table)):
                assert SECRET not in " ".join(
                    v.decode("latin-1") if isinstance(v, bytes) else str(v) for v in row
                )


def test_a_review_is_told_with_the_figures_of_the_law_in_force(family: Any) -> None:
    family.deliver(family.notice("obligor", "review_requested"))
    (entry,) = family.inbox("obligor")
    assert "up to 180 days" in entry.body


def test_who_applied_and_has_no_case_yet_reads_the_number_of_the_application() -> None:
    """45 CFR 303.2(a): applications are answered before there is a case."""
    for kind, called in (
        ("application_refused", "application_reference"),
        ("information_requested", "number_reference"),
    ):
        facts = notice(told(kind), FIGURES).facts
        assert facts.reference is not None
        assert facts.reference.key == called
        assert "case" not in said(kind).casefold()


def test_a_planned_payment_that_was_not_made_says_which_and_what_becomes_of_the_plan() -> None:
    """Facts as payments sends them (actions/plan_outcomes.py)."""
    facts = {"amount_cents": "15000", "due_on": "2026-03-02"}
    which = "The payment of $150.00 that you planned for March 2, 2026 did not go through."
    again = said(
        "scheduled_payment_declined",
        answer_by=None,
        facts=facts | {"next": "again", "next_on": "2026-03-16"},
    )
    assert f"{which} Your plan goes on. The next payment is on March 16, 2026. " in again
    stopped = said("scheduled_payment_declined", facts=facts | {"next": "stopped"})
    assert f"{which} Your plan is stopped. " in stopped
    # Paid once: there is no plan to speak of.
    assert "plan goes" not in (once := said("scheduled_payment_declined", facts=facts))
    assert "is stopped" not in once


def test_payments_that_ended_say_why() -> None:
    """Facts as payments sends them (actions/plan_outcomes.py)."""
    facts = {"amount_cents": "15000"}
    paid = said("scheduled_payment_over", "es", facts=facts | {"cause": "nothing_owed"})
    assert "plan de pagar $150.00" in paid
    assert "En este momento usted no debe manutención." in paid
    back = said("scheduled_payment_over", facts=facts | {"cause": "charged_back"})
    assert "Your bank took back one of its payments." in back
    assert "owe" not in back


def test_a_broken_fact_costs_its_sentence_and_not_the_message() -> None:
    text = said("order_modified", facts=FULL | {"monthly_cents": "a lot"})
    assert "26-CI-00123" in text
    assert "amount" not in text
    assert said("hearing_set", facts={"at": str(BY + timedelta(days=1))})
