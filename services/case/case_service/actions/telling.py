"""Writing what happened into the history of a case."""

from datetime import date

from case_service.domain.happenings import SENTENCES
from case_service.store import histories
from chassis.runtime import Work


def tell(
    work: Work,
    case_id: str,
    kind: str,
    *,
    on: date | None = None,
    about_id: str = "",
    citation: str = "",
    **facts: str,
) -> None:
    """Record what happened in a case; `kind` is one of `domain.happenings`.

    `on` is the day that it is about (None: today). `facts` are what its sentence names, kept
    encrypted; no secrets and no locations: whoever may read the case reads its history.

    Raises KeyError for a kind that has no sentence.
    """
    if kind not in SENTENCES:
        raise KeyError(f"no sentence for {kind!r}: add it to domain.happenings")
    entry = histories.Entry(
        case_id=case_id,
        on_date=on or work.clock.today(),
        kind=kind,
        about_id=about_id or None,
        recorded_by=work.caller.person,
        facts=facts,
        citation=citation,
    )
    histories.add(work.session, work.keys, [entry], work.clock.now())
