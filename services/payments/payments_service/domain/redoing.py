"""An obligor's books computed again from a month on, and what is to be booked of the difference.

Every correction is this: what a month was charged, or what was paid in it, is known otherwise now.
The books are brought back to the end of the month before, and charged and posted again with
today's facts, receipts in the order of their days of collection. What comes out as it stood stays.
What differs is taken back by a reversing entry and booked anew. Money that went out to a family
stays with that family (domain/pinning.py), unless the policy lets the State ask for it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import groupby

from payments_service.domain.bookkeeping import (
    PAYABLE,
    Account,
    Entry,
    EntryKind,
    cash_lines,
    charge_entry,
    fact_id,
    receipt_lines,
    reversal,
)
from payments_service.domain.books import Books, Standing
from payments_service.domain.charging import Charge, bring_up, first_month
from payments_service.domain.future import apply_excess
from payments_service.domain.lanes import INSTITUTIONS
from payments_service.domain.model import (
    Applied,
    Bucket,
    Checked,
    Part,
    Payee,
    Receipt,
    month_of,
)
from payments_service.domain.pinning import FREE, Pin, covers, limit, pay_pin, pins_of
from payments_service.domain.posting import post, share_out
from payments_service.domain.proration import largest_remainder
from payments_service.domain.rules import Rules

BOUNCED = frozenset({"nsf", "chargeback"})


@dataclass(frozen=True, slots=True)
class Law:
    """What the policy says of receipts by day of collection, and of asking money back."""

    rules: Callable[[date], Rules]
    families_keep: bool = True
    bounced_stays: bool = True


@dataclass(frozen=True, slots=True)
class StoodPart:
    """A part in force. `gone`: it was paid out, or sent on otherwise; as the part `out_as`."""

    sequence: int
    part: Part
    gone: bool
    out_as: int


@dataclass(frozen=True, slots=True)
class StoodReceipt:
    """A receipt as it stands: its parts in force and the entry that posted it, none when new.

    `taken_back`: why it counts no more; empty: it does.
    """

    receipt: Receipt
    revision: int
    taken_back: str = ""
    parts: tuple[StoodPart, ...] = ()
    entry: Entry | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What stands of an obligor from `month` on, and what stood before.

    `books` are as they stand now, with today's facts. `due_before` and `ahead_before`: the debts
    and credits at the end of the month before; `charged_before`: what was charged by then.
    `entries`: charges and what follows from them, that were not reversed.
    """

    month: date
    books: Books
    due_before: dict[tuple[str, Bucket], int]
    ahead_before: dict[str, int]
    charged_before: frozenset[str]
    opened_before: frozenset[str]
    entries: tuple[Entry, ...]
    receipts: tuple[StoodReceipt, ...]


@dataclass(frozen=True, slots=True)
class PlacedPart:
    """A part of the new distribution; `paid_as`: the sequence as which it went out already."""

    part: Part
    paid_as: int | None


@dataclass(frozen=True, slots=True)
class Overpaid:
    """What a payee got of a receipt that is not theirs. `claimed`: it is asked back."""

    claim_id: str
    payee: Payee
    payee_id: str
    amount_cents: int
    claimed: bool


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a receipt: parts that stay, that end and that are placed anew.

    `parts`: all of it as it is now. `posted`: it was not posted before.
    """

    stood: StoodReceipt
    revision: int
    parts: tuple[Part, ...]
    kept: tuple[StoodPart, ...]
    withdrawn: tuple[StoodPart, ...]
    placed: tuple[PlacedPart, ...]
    overpaid: tuple[Overpaid, ...]

    @property
    def posted(self) -> bool:
        """Whether it is posted for the first time under this obligor."""
        return self.stood.entry is None


@dataclass(slots=True)
class Redone:
    """The books as they are now, and what is to be booked: nothing where nothing differs."""

    books: Books
    entries: list[Entry] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    charged: set[str] = field(default_factory=set)


def redo(history: History, law: Law, on: date) -> Redone:
    """Compute an obligor's books again. `on`: the day that claims are opened.

    Raises LookupError or ValueError when a receipt cannot be posted by today's facts.
    """
    # What has ended is aged in a month that it is not charged for any more.
    turned = (e.collection_date for e in history.entries if e.kind != EntryKind.OPENING)
    reached = [month_of(day) for day in (history.books.charged_through(), *turned) if day]
    through = max(reached, default=None)
    done = Redone(rewound(history, law))
    days = [s.receipt.collection_date for s in history.receipts if not s.taken_back]
    last = max([day for day in (through, *map(month_of, days)) if day], default=date.min)
    charges: list[Charge] = []
    for _, same in groupby(sorted(history.receipts, key=_order), key=_month):
        of_month = list(same)
        live = [stood for stood in of_month if not stood.taken_back]
        posted: list[tuple[Part, ...]] = []
        if live:
            done.books, some, posted = _post(done.books, live, law, last)
            charges += some
        by_receipt = {s.receipt.receipt_id: p for s, p in zip(live, posted, strict=True)}
        for stood in of_month:
            parts = by_receipt.get(stood.receipt.receipt_id, ())
            change = compare(stood, parts, law, done.entries, on)
            if change is not None:
                done.changes.append(change)
    charges += bring_up(done.books, through)
    _book_charges(history, charges, done)
    return done


def _order(stood: StoodReceipt) -> tuple[date, str]:
    return stood.receipt.collection_date, stood.receipt.receipt_id


def _month(stood: StoodReceipt) -> date:
    return month_of(stood.receipt.collection_date)


def rewound(history: History, law: Law) -> Books:
    """Return the books as they stood at the end of the month before, with today's facts."""
    books = history.books.copy()
    books.due = dict(history.due_before)
    begins = {o.obligation_id: first_month(o, history.month) for o in books.obligations}
    for id_, standing in list(books.standing.items()):
        ahead = history.ahead_before.get(id_, 0)
        if id_ not in history.opened_before and not ahead:
            # What it opens with is booked as for one that is new.
            del books.standing[id_]
            continue
        through = standing.charged_through
        # Months for which nothing is owed are charged without a line: arrears alone, for example.
        if id_ not in history.charged_before and begins[id_] >= history.month:
            through = None
        elif through is not None and through >= history.month:
            through = _month_before(history.month)
        books.standing[id_] = Standing(through, standing.revision, ahead)
    for key in books.arrears_paid:
        if key[1] >= history.month:
            books.arrears_paid[key] = 0
    for stood in history.receipts:
        rules = law.rules(stood.receipt.collection_date)
        year = rules.fee_year(stood.receipt.settlement_date)
        for one in stood.parts:
            _forget(books, one.part, year)
    return books


def _forget(books: Books, part: Part, fiscal_year: int) -> None:
    """Take a part out of what was kept and paid out in its case."""
    if not part.case_id:
        return
    fund = books.fund(part.case_id, fiscal_year)
    if part.payee == Payee.STATE:
        fund.retained_cents -= part.amount_cents
    elif part.payee == Payee.FAMILY:
        fund.family_cents -= part.amount_cents
    elif part.payee == Payee.FEE:
        fund.fee_cents -= part.amount_cents


def _month_before(month: date) -> date:
    return month_of(month - timedelta(days=1))


def _post(
    books: Books, of_month: Sequence[StoodReceipt], law: Law, through: date
) -> tuple[Books, list[Charge], list[tuple[Part, ...]]]:
    """Post a month's receipts on a copy of the books: what went out stays with whom it went to.

    If one of them cannot leave it there, what went out of all of them pays first: else a receipt
    of an earlier day that came later would pay the family again for what it has been paid for.
    `through`: the last month that is charged in the end, to which what is over is applied.
    """

    def applied(receipt: Receipt, parts: tuple[Part, ...]) -> tuple[Part, ...]:
        return apply_excess(tried, receipt, parts, through, law.rules)

    rules = [law.rules(stood.receipt.collection_date) for stood in of_month]
    pins = [
        pins_of((one.part for one in stood.parts if one.gone), families_keep=law.families_keep)
        for stood in of_month
    ]
    tried = books.copy()
    charges: list[Charge] = []
    parts: list[tuple[Part, ...]] = []
    for stood, on in zip(of_month, rules, strict=True):
        one = post(tried, stood.receipt, on)
        charges += one.charges
        parts.append(applied(stood.receipt, one.parts))
    if all(covers(one, some) for one, some in zip(parts, pins, strict=True)):
        return tried, charges, parts
    tried = books.copy()
    charges = bring_up(tried, rules[0].month)
    stays = [
        _pay_pins(tried, s.receipt, some, on)
        for s, some, on in zip(of_month, pins, rules, strict=True)
    ]
    parts = []
    for (first, rest), on in zip(stays, rules, strict=True):
        owed = rest.amount_cents or rest.credited_cents
        shared = applied(rest, share_out(tried, rest, on)) if owed else ()
        parts.append((*first, *shared))
    return tried, charges, parts


def _pay_pins(
    books: Books, receipt: Receipt, pins: Sequence[Pin], rules: Rules
) -> tuple[tuple[Part, ...], Receipt]:
    """Let what went out of a receipt pay; returns its parts, and what is left of the receipt."""
    year = rules.fee_year(receipt.settlement_date)
    kept, rest = limit(pins, receipt)
    parts: list[Part] = []
    for pin in kept:
        if not pin.credited_cents and not pin.amount_cents:
            continue
        some = tuple(pay_pin(books, pin, rules))
        _note_arrears(books, some, rules.month)
        books.apply(some, year)
        parts += some
    return tuple(parts), rest


def _note_arrears(books: Books, parts: Iterable[Part], month: date) -> None:
    """Note what went out on arrears in a month: the month's ordered amount asks for it no more."""
    ordered = {o.obligation_id for o in books.obligations if o.monthly_arrears_cents}
    for part in parts:
        if part.obligation_id in ordered and not part.current and not part.ahead:
            key = (part.obligation_id, month)
            books.arrears_paid[key] = books.arrears_paid.get(key, 0) + part.credited_cents


def compare(
    stood: StoodReceipt, parts: tuple[Part, ...], law: Law, entries: list[Entry], on: date
) -> Change | None:
    """Return what becomes of a receipt, and add its entries; None when it stays as it is."""
    before, after = _by_payee(one.part for one in stood.parts), _by_payee(parts)
    if before == after and (stood.entry is not None or not parts):
        return None
    same = {key for key, sums in after.items() if before.get(key) == sums}
    kept = tuple(one for one in stood.parts if _payee_key(one.part) in same)
    withdrawn = tuple(one for one in stood.parts if _payee_key(one.part) not in same)
    revision = stood.revision + (stood.entry is not None)
    pools = _pools(withdrawn)
    anew = [part for part in parts if _payee_key(part) not in same]
    rules = law.rules(stood.receipt.collection_date)
    rule = rules.policy.rule("redo.pinned_pays", rules.on)
    placed = tuple(piece for part in anew for piece in _place(part, pools, rule))
    overpaid = tuple(_overpaid(stood, pools, revision, law))
    _book_receipt(stood, parts, revision, entries)
    entries += [_claim_entry(stood.receipt, one, on) for one in overpaid]
    return Change(stood, revision, parts, kept, withdrawn, placed, overpaid)


def _payee_key(part: Part) -> tuple[str, Payee, str]:
    """Return what is compared as one: an institution's parts of a receipt, a family's of one debt.

    So that money of an institution that moves between debts is no claim and no new payment.
    """
    return ("" if part.payee in FREE else part.obligation_id, part.payee, part.payee_id)


def _by_payee(parts: Iterable[Part]) -> dict[tuple[str, Payee, str], Counter[object]]:
    sums: dict[tuple[str, Payee, str], Counter[object]] = {}
    for part in parts:
        what = (part.case_id, part.obligation_id, part.current, part.bucket)
        cents = sums.setdefault(_payee_key(part), Counter())
        cents[(*what, "cash")] += part.amount_cents
        cents[(*what, "credit")] += part.credited_cents
    return sums


def _pools(withdrawn: Iterable[StoodPart]) -> dict[tuple[str, Payee, str], list[list[int]]]:
    """Return what went out of withdrawn parts, as [sequence, cents], by payee."""
    pools: dict[tuple[str, Payee, str], list[list[int]]] = {}
    for one in withdrawn:
        if one.gone and one.part.amount_cents:
            pool = pools.setdefault(_payee_key(one.part), [])
            pool.append([one.out_as, one.part.amount_cents])
    return pools


def _place(
    part: Part, pools: dict[tuple[str, Payee, str], list[list[int]]], rule: Checked
) -> list[PlacedPart]:
    """Split a part into what went out already and what is still to go out."""
    pool = pools.get(_payee_key(part), [])
    pieces: list[PlacedPart] = []
    whole = part.amount_cents
    while pool and part.amount_cents:
        sequence, cents = pool[0]
        taken = min(cents, part.amount_cents)
        rest = part.amount_cents - taken
        credits = largest_remainder(part.credited_cents, [taken, rest])
        step = Applied(rule, {"paid_out_cents": taken}, {"amount_cents": taken})
        steps = part.steps if taken == whole else (*part.steps, step)
        piece = replace(part, amount_cents=taken, credited_cents=credits[0], steps=steps)
        pieces.append(PlacedPart(piece, sequence))
        part = replace(part, amount_cents=rest, credited_cents=credits[1])
        pool[0][1] -= taken
        if not pool[0][1]:
            pool.pop(0)
    if part.amount_cents or part.credited_cents or not pieces:
        if pieces:
            facts = {"paid_out_cents": whole - part.amount_cents}
            step = Applied(rule, facts, {"amount_cents": part.amount_cents})
            part = replace(part, steps=(*part.steps, step))
        pieces.append(PlacedPart(part, None))
    return pieces


def _overpaid(
    stood: StoodReceipt,
    pools: dict[tuple[str, Payee, str], list[list[int]]],
    revision: int,
    law: Law,
) -> Iterable[Overpaid]:
    sums: dict[tuple[Payee, str], int] = {}
    for (_, payee, payee_id), pool in pools.items():
        left = sum(cents for _, cents in pool)
        if left:
            sums[payee, payee_id] = sums.get((payee, payee_id), 0) + left
    stays = law.bounced_stays if stood.taken_back in BOUNCED else law.families_keep
    for (payee, payee_id), cents in sums.items():
        name = ("CLAIM", stood.receipt.receipt_id, str(revision), payee.name, payee_id)
        holder = payee_id or INSTITUTIONS[payee]
        yield Overpaid(fact_id(*name), payee, holder, cents, payee in FREE or not stays)


def _claim_entry(receipt: Receipt, one: Overpaid, on: date) -> Entry:
    """Return the entry that makes the trust fund whole: by a claim, or out of the State's funds."""
    against = Account.RECOUPMENT if one.claimed else Account.AGENCY
    holder = None if one.payee in FREE else one.payee_id
    lines = cash_lines(against, PAYABLE[one.payee], holder, one.amount_cents)
    return Entry(
        receipt.obligor_id, one.claim_id, EntryKind.CLAIM, receipt.receipt_id, on, on, lines
    )


def _book_receipt(
    stood: StoodReceipt, parts: tuple[Part, ...], revision: int, entries: list[Entry]
) -> None:
    receipt = stood.receipt
    lines = receipt_lines(receipt.amount_cents, parts) if parts else []
    if stood.entry is not None:
        if Counter(stood.entry.lines) == Counter(lines):
            return
        entries.append(reversal(stood.entry))
    if not parts:
        return
    id_ = receipt.receipt_id
    if revision:
        id_ = fact_id(EntryKind.RECEIPT.name, id_, f"revision {revision}")
    entries.append(
        Entry(
            receipt.obligor_id,
            id_,
            EntryKind.RECEIPT,
            receipt.receipt_id,
            receipt.collection_date,
            receipt.settlement_date,
            lines,
        )
    )


def _book_charges(history: History, charges: Sequence[Charge], done: Redone) -> None:
    """Take back the charges that differ, and book them anew; the others stay."""
    obligor_id = done.books.obligor_id
    stood = Counter(_charge_key(entry) for entry in history.entries)
    fresh = [(charge, charge_entry(obligor_id, charge)) for charge in charges]
    wanted = Counter(_charge_key(entry) for _, entry in fresh)
    missing, over = wanted - stood, stood - wanted
    for entry in history.entries:
        if over[_charge_key(entry)] > 0:
            over[_charge_key(entry)] -= 1
            done.entries.append(reversal(entry))
            done.charged.add(entry.source_id)
    again: list[Charge] = []
    for charge, entry in fresh:
        if missing[_charge_key(entry)] > 0:
            missing[_charge_key(entry)] -= 1
            again.append(charge)
            done.charged.add(entry.source_id)
    revisions = {id_: one.revision for id_, one in history.books.standing.items()}
    for id_, standing in done.books.standing.items():
        standing.revision = revisions.get(id_, 0) + (id_ in done.charged)
    for charge in again:
        revision = done.books.standing[charge.obligation.obligation_id].revision
        done.entries.append(charge_entry(obligor_id, charge, revision))


def _charge_key(entry: Entry) -> tuple[object, ...]:
    lines = frozenset(Counter(entry.lines).items())
    return (entry.kind, entry.source_id, entry.collection_date, entry.settlement_date, lines)
