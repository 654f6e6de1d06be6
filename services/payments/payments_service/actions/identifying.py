"""Whose money is: by what its sender wrote, at once and again when more becomes known."""

from collections.abc import Iterable, Mapping, Sequence

from chassis.runtime import Work
from childsupport.case.v1 import case_service_pb2 as case_pb
from formats.identifiers import identifier_key
from payments_service.domain.identifying import Clues, Found, identify
from payments_service.domain.receiving import Line, sender_key, ssn_digits
from payments_service.store import receiving
from payments_service.store import suspense as store
from policy import load

SSN = "participant_key.ssn"


def keep_cases(work: Work, cases: Iterable[case_pb.Case]) -> None:
    """Keep the numbers of newer cases and of their orders; look again at what waits under them."""
    known = [(case.case_id, case.obligor_id, _keys(case)) for case in cases]
    receiving.keep_identifiers(work.session, known)
    _look_again(work, {key for _, _, keys in known for key in keys}, ())


def keep_numbers(work: Work, numbers: Mapping[str, tuple[int, str]]) -> None:
    """Keep a keyed hash of participants' Social Security numbers: (version, number) by id."""
    rows = [
        (id_, version, hash_)
        for id_, (version, ssn) in sorted(numbers.items())
        if (hash_ := ssn_hash(work, ssn))
    ]
    receiving.keep_numbers(work.session, rows)
    _look_again(work, (), [hash_ for _, _, hash_ in rows])


def identified(work: Work, lines: Sequence[Line], employer_id: str) -> list[Found]:
    """Return whose each line is, or why that is not sure; all of a page by three look-ups."""
    policy, today = load(work.settings.jurisdiction), work.clock.today()
    keys = [identifier_key(line.case_identifier) for line in lines]
    hashes = [ssn_hash(work, line.ssn) for line in lines]
    senders = [sender_key(line.sender, employer_id) for line in lines]
    by_key = receiving.obligors_by_key(work.session, keys)
    by_number = receiving.obligors_by_number(work.session, (h for h in hashes if h))
    unknown = [pair for pair in zip(senders, keys, strict=True) if pair[1] not in by_key]
    by_history = receiving.obligors_by_history(work.session, unknown)
    ssn_alone = policy.flag("receipts.ssn_alone", today)
    use_history = policy.flag("receipts.sender_history", today)
    found: list[Found] = []
    for line, key, hash_, sender in zip(lines, keys, hashes, senders, strict=True):
        if line.obligor_id or line.reason:
            found.append(Found(line.obligor_id, line.reason, line.detail))
            continue
        clues = Clues(
            case_named=bool(key),
            ssn_named=hash_ is not None,
            by_case=by_key.get(key, ()),
            by_ssn=by_number.get(hash_, ()) if hash_ else (),
            by_history=by_history.get((sender, key), ()),
        )
        found.append(identify(clues, ssn_alone=ssn_alone, use_history=use_history))
    return found


def ssn_hash(work: Work, ssn: str) -> bytes | None:
    """Return what a Social Security number is looked up by; None when it is none."""
    digits = ssn_digits(ssn)
    return work.keys.lookup_hash(SSN, digits) if digits else None


def _keys(case: case_pb.Case) -> set[str]:
    numbers = [case.case_number, *(order.court_number for order in case.orders)]
    return {key for number in numbers if (key := identifier_key(number))}


def _look_again(work: Work, keys: Iterable[str], hashes: Iterable[bytes]) -> None:
    """Name the obligor of what waits under these numbers, where that is sure now.

    One that is still on its way to suspense is named there, once it has arrived.
    """
    waiting = store.unidentified(work.session, keys, hashes)
    if not waiting:
        return
    policy, today = load(work.settings.jurisdiction), work.clock.today()
    by_key = receiving.obligors_by_key(work.session, (w.case_key for w in waiting))
    by_number = receiving.obligors_by_number(
        work.session, (w.ssn_hash for w in waiting if w.ssn_hash)
    )
    for item in waiting:
        clues = Clues(
            case_named=bool(item.case_key),
            ssn_named=item.ssn_hash is not None,
            by_case=by_key.get(item.case_key, ()),
            by_ssn=by_number.get(item.ssn_hash, ()) if item.ssn_hash else (),
        )
        ssn_alone = policy.flag("receipts.ssn_alone", today)
        found = identify(clues, ssn_alone=ssn_alone, use_history=False)
        if found.obligor_id:
            store.name(work.session, item.receipt_id, found.obligor_id)
