"""Making letters: words, layout, file, and the event that says so."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import structlog

from chassis import outgoing
from chassis.dates import from_instant
from chassis.events import MAX_PAGE_ITEMS
from chassis.runtime import Work
from childsupport.notification.v1 import notification_service_pb2 as pb
from childsupport.notification.v1.events_pb2 import LettersIssued
from notification_service.catalogue import agency, catalogue, language_of, other_language
from notification_service.domain.letters import Addressee, compose
from notification_service.domain.telling import TO_SENDER, missing
from notification_service.rendering import RenderingError, render
from notification_service.store import letters

_log = structlog.get_logger()

BATCH = 20
"""Letters in a transaction; some 10 ms each, during which a worker does nothing else."""


def render_letters(work: Work) -> bool:
    """Make the letters that wait and can be addressed. True when there may be more."""
    waiting = letters.take_waiting(work.session, work.keys, BATCH)
    made: list[pb.Letter] = []
    for one in _combined(work, waiting):
        if one.addressee is None:
            letters.set_aside(work.session, one.letter_id, "no_address")
        elif issued := _issue(work, one, one.addressee):
            made.append(issued)
    if made:
        work.emit(LettersIssued(letters=made), subject=made[0].letter_id)
    return len(waiting) == BATCH


def retry_failed_letters(work: Work, on: date) -> dict[str, int | str]:
    """Queue the letters again that could not be made, for after a mend."""
    return {"queued": letters.queue_failed_again(work.session)}


def republish_letters(work: Work, since: date | None) -> int:
    """Tell of every letter made on or after `since` again; returns how many."""
    count, before = 0, None
    while page := letters.issued(work.session, before=before, since=since, limit=MAX_PAGE_ITEMS):
        work.emit(LettersIssued(letters=[message(i) for i in page]), subject=page[0].letter_id)
        count, before = count + len(page), page[-1].place
    return count


def message(issued: letters.Issued) -> pb.Letter:
    """Return the message for a letter."""
    return pb.Letter(
        letter_id=issued.letter_id,
        kind=issued.kind,
        participant_id=issued.participant_id,
        employer_id=issued.employer_id,
        create_time=from_instant(issued.issue_time),
        about_id=issued.about_id,
        file_name=file_name(issued.letter_id),
    )


def file_name(letter_id: str) -> str:
    """Return the name of a letter's file: an id, and nothing that names anybody."""
    return f"{letter_id}.pdf"


def _combined(work: Work, waiting: Sequence[letters.Waiting]) -> list[letters.Waiting]:
    """Put what is asked of one sender about one file into one letter.

    The lines of a file that wait in suspense come in several events, one for each lane.
    """
    kept: dict[tuple[str, ...], letters.Waiting] = {}
    for one in waiting:
        if one.kind != TO_SENDER:
            kept[one.letter_id,] = one
            continue
        key = (one.employer_id, one.about_id)
        if first := kept.get(key):
            rows = (*first.facts.rows, *one.facts.rows)
            kept[key] = replace(first, facts=missing(one.about_id, rows))
            letters.set_aside(work.session, one.letter_id, "combined")
        else:
            kept[key] = one
    return list(kept.values())


def _issue(work: Work, one: letters.Waiting, addressee: Addressee) -> pb.Letter | None:
    now = work.clock.now()
    language = language_of(one.language)
    content = compose(
        kind=one.kind,
        facts=one.facts,
        addressee=addressee,
        agency=agency(work.settings.jurisdiction),
        words=(catalogue(language), catalogue(other_language(language))),
        on=work.clock.today(),
    )
    try:
        pdf = render(content, now)
    except RenderingError as error:
        # One letter that cannot be set must not keep the others back.
        _log.error("letter_failed", letter_id=one.letter_id, letter_kind=one.kind, error=str(error))
        letters.set_aside(work.session, one.letter_id, "failed")
        return None
    # Before the commit: when it fails, the next attempt writes the same name again.
    outgoing.write_file(work.settings.data_dir / "letters", file_name(one.letter_id), [pdf])
    letters.issue(work.session, work.keys, one.letter_id, pdf, now)
    return pb.Letter(
        letter_id=one.letter_id,
        kind=one.kind,
        participant_id=one.participant_id,
        employer_id=one.employer_id,
        create_time=from_instant(now),
        about_id=one.about_id,
        file_name=file_name(one.letter_id),
    )
