"""Disputes of a balance: stated by a party, answered in writing within a time (45 CFR 303.35)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import policy
from case_service.actions import clocks, desk, documents, worklist
from case_service.actions.changing import check_etag
from case_service.actions.notices import notify
from case_service.actions.recording import refuse_locations
from case_service.actions.telling import tell
from case_service.domain.desk import disputes as domain
from case_service.domain.desk import worklist as items
from case_service.domain.desk.access import is_id
from case_service.domain.model import Case
from case_service.domain.notices import Notice
from case_service.settings import settings_of
from case_service.store import disputes as store
from chassis.errors import invalid_field, not_found
from chassis.ids import derived_id, new_id
from chassis.runtime import Work

CLOCK = "dispute_answer"
RULE = "dispute.answer"


@dataclass(frozen=True, slots=True)
class Statement:
    """What a party states."""

    text: str
    expected_cents: int | None
    first_month: date | None
    last_month: date | None
    document_ids: Sequence[str]


def open_dispute(work: Work, case: Case, participant_id: str, said: Statement) -> domain.Dispute:
    """Take a dispute in: its clock runs, it goes on the worklist, the party is told until when."""
    now, today = work.clock.now(), work.clock.today()
    if problem := domain.months_problem(said.first_month, said.last_month, today):
        raise invalid_field("first_month", problem)
    if said.expected_cents is not None and not (
        0 <= said.expected_cents <= domain.MAX_EXPECTED_CENTS
    ):
        raise invalid_field("expected_cents", f"must be 0 to {domain.MAX_EXPECTED_CENTS}")
    ids = _evidence(work, case, participant_id, said.document_ids)
    dispute = domain.Dispute(
        dispute_id=new_id(now),
        version=1,
        case_id=case.case_id,
        participant_id=participant_id,
        state=domain.OPEN,
        expected_cents=said.expected_cents,
        first_month=said.first_month and said.first_month.replace(day=1),
        last_month=said.last_month and said.last_month.replace(day=1),
        answer_by=_answer_by(work),
        created_at=now,
        rounds=(
            domain.Round(
                1, today, desk.text_of("statement", said.text, domain.TEXT_CHARACTERS_MAX)
            ),
        ),
        document_ids=ids,
    )
    _take_in(work, case, dispute, "dispute_opened")
    return dispute


def reopen(
    work: Work, case: Case, seen: domain.Dispute, etag: str, text: str, ids: Sequence[str]
) -> domain.Dispute:
    """Ask once more after an answer; once."""
    before = lock(work, seen.dispute_id, etag)
    if before.state != domain.ANSWERED:
        raise desk.precondition("only an answered dispute is reopened", state=before.state)
    if before.last.number >= domain.LAST_ROUND:
        raise desk.precondition("the dispute was reopened before: ask the court, or for a hearing")
    after = domain.reopened(
        before,
        desk.text_of("statement", text, domain.TEXT_CHARACTERS_MAX),
        _evidence(work, case, before.participant_id, ids),
        work.clock.today(),
        _answer_by(work),
    )
    _take_in(work, case, after, "dispute_reopened")
    return after


def _take_in(work: Work, case: Case, dispute: domain.Dispute, kind: str) -> None:
    _write(work, dispute)
    about, due = dispute.dispute_id, dispute.answer_by
    clocks.start(work, case.case_id, CLOCK, work.clock.today(), about_id=_clock_about(dispute))
    worklist.put(
        work,
        case.case_id,
        "QUES",
        about,
        due_on=due,
        about_type="dispute",
        answer_by=due.isoformat(),
    )
    _tell(work, dispute, kind, answer_by=due.isoformat())
    notice = Notice("dispute_received", _round_id(dispute), answer_by=due)
    notify(work, case, dispute.participant_id, notice)


def withdraw(work: Work, dispute_id: str, etag: str) -> domain.Dispute:
    """Take a dispute back."""
    before = lock(work, dispute_id, etag)
    if before.state not in (domain.OPEN, domain.PROPOSED):
        raise desk.precondition("only an open dispute is taken back", state=before.state)
    after = replace(before, version=before.version + 1, state=domain.WITHDRAWN)
    _write(work, after)
    clocks.cancel(work, after.case_id, CLOCK, work.clock.today(), about_id=_clock_about(after))
    worklist.done(work, dispute_id, kind="QUES")
    _tell(work, after, "dispute_withdrawn")
    return after


def add_references(
    work: Work, dispute_id: str, etag: str, reference_ids: Sequence[str]
) -> domain.Dispute:
    """Keep ids of explanations by payments that bear on a dispute."""
    for number, one in enumerate(reference_ids):
        if not (1 <= len(one) <= domain.REFERENCE_CHARACTERS_MAX and one.isprintable()):
            raise invalid_field(
                f"reference_ids[{number}]",
                f"must have 1 to {domain.REFERENCE_CHARACTERS_MAX} characters",
            )
    before = lock(work, dispute_id, etag)
    references = tuple(sorted({*before.reference_ids, *reference_ids}))
    if not reference_ids or len(references) > domain.REFERENCE_ITEMS_MAX:
        raise invalid_field("reference_ids", f"must be 1 to {domain.REFERENCE_ITEMS_MAX} in all")
    after = replace(before, version=before.version + 1, reference_ids=references)
    _write(work, after)
    return after


def answer(
    work: Work, dispute_id: str, etag: str, given: domain.Answer, *, second_person: bool
) -> domain.Dispute:
    """Answer a dispute in writing, or propose an answer where somebody else must confirm it."""
    before = lock(work, dispute_id, etag)
    if before.state != domain.OPEN:
        raise desk.precondition(
            f"the dispute is {before.state}: only an open one is answered", state=before.state
        )
    checked = domain.Answer(
        given.decision,
        desk.text_of("answer", given.text, domain.TEXT_CHARACTERS_MAX),
        desk.text_of("reasons", given.reasons, domain.TEXT_CHARACTERS_MAX),
    )
    case = desk.case_of(work, before.case_id)
    for field, said in (("answer", checked.text), ("reasons", checked.reasons)):
        refuse_locations(work, [case], field, said, but_of=before.participant_id)
    waits = second_person or settings_of(work).dispute_second_person
    on = None if waits else work.clock.today()
    after = domain.answered(before, checked, work.caller.person, on=on)
    _write(work, after)
    if waits:
        _tell(work, after, "dispute_proposed")
    else:
        _send(work, after)
    return after


def confirm(work: Work, dispute_id: str, etag: str) -> domain.Dispute:
    """Confirm the proposed answer of somebody else; then the party is told."""
    before = _proposed(work, dispute_id, etag)
    if before.last.decided_by == work.caller.person:
        raise desk.precondition("somebody else than who wrote the answer must confirm it")
    after = domain.confirmed(before, work.caller.person, work.clock.today())
    _write(work, after)
    _send(work, after)
    return after


def send_back(work: Work, dispute_id: str, etag: str, note: str) -> domain.Dispute:
    """Send a proposed answer back to be worked on again; the note stands with its item."""
    text = desk.text_of("note", note, domain.TEXT_CHARACTERS_MAX)
    before = _proposed(work, dispute_id, etag)
    after = domain.returned(before)
    _write(work, after)
    worklist.note(work, dispute_id, "returned", text)
    _tell(work, after, "dispute_returned")
    return after


def _proposed(work: Work, dispute_id: str, etag: str) -> domain.Dispute:
    before = lock(work, dispute_id, etag)
    if before.state != domain.PROPOSED:
        raise desk.precondition("no answer waits for a second person", state=before.state)
    return before


def _send(work: Work, dispute: domain.Dispute) -> None:
    """Tell the party in writing, stop the clock, take it off the worklist."""
    today, last = work.clock.today(), dispute.last
    clocks.stop(work, dispute.case_id, CLOCK, today, about_id=_clock_about(dispute))
    worklist.done(work, dispute.dispute_id, kind="QUES", state=items.ANSWERED)
    _tell(work, dispute, "dispute_answered", decision=last.decision)
    notice = Notice(
        "dispute_answered",
        _round_id(dispute),
        letter=True,
        facts={"decision": last.decision},
        text=f"{last.answer}\n\n{last.reasons}",
    )
    notify(work, desk.case_of(work, dispute.case_id), dispute.participant_id, notice)


def lock(work: Work, dispute_id: str, etag: str) -> domain.Dispute:
    """Return a dispute, locked. Raises PlatformError: NOT_FOUND, ETAG_MISMATCH."""
    found = None
    if is_id(dispute_id):
        found = store.read(work.session, work.keys, dispute_id, lock=True)
    if found is None:
        raise not_found("dispute", dispute_id)
    check_etag(found.version, etag, "dispute")
    return found


def _write(work: Work, dispute: domain.Dispute) -> None:
    store.write(work.session, work.keys, dispute, work.caller.person, work.clock.now())


def _evidence(work: Work, case: Case, participant_id: str, ids: Sequence[str]) -> tuple[str, ...]:
    documents.check_attached(work, case, list(ids), domain.MAX_DOCUMENTS, participant_id)
    return tuple(sorted(set(ids)))


def _answer_by(work: Work) -> date:
    return policy.load(work.settings.jurisdiction).due_date(RULE, work.clock.today())


def _round_id(dispute: domain.Dispute) -> str:
    return derived_id("dispute", dispute.dispute_id, str(dispute.last.number))


def _clock_about(dispute: domain.Dispute) -> str:
    """Return what a clock is about: each round has one of its own, also on one day."""
    return dispute.dispute_id if dispute.last.number == 1 else _round_id(dispute)


def _tell(work: Work, dispute: domain.Dispute, kind: str, **facts: str) -> None:
    tell(
        work,
        dispute.case_id,
        kind,
        on=None,
        about_id=dispute.dispute_id,
        citation=domain.CITATION,
        **facts,
    )
