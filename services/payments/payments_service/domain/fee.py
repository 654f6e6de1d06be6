"""The yearly fee (42 USC 654(6)(B)(ii), 45 CFR 302.33(e), KRS 15.810).

Due once the family of a never-assistance case got the threshold in a federal fiscal year; nothing
of it is taken out of the first dollars up to the threshold. Kentucky keeps it from the family's
part; rules fee.year_of and fee.taken_from say which year, and which money, counts. "Disbursed" is
what was distributed to the family.
"""

from dataclasses import replace

from payments_service.domain.books import Books
from payments_service.domain.distribution import Distribution
from payments_service.domain.model import Applied, Assistance, Part, Payee
from payments_service.domain.proration import largest_remainder
from payments_service.domain.rules import Rules


def take_fee(parts: list[Part], distribution: Distribution, year: int) -> list[Part]:
    """Split the fee off the family's parts, the first part first; cash and credit stay in sum.

    A case's fee stands after the parts of its family. `year`: the federal fiscal year that counts.
    """
    books, rules = distribution.books, distribution.rules
    if not rules.fee_retained:
        return parts
    family: dict[str, int] = {}
    for part in parts:
        if part.payee == Payee.FAMILY:
            family[part.case_id] = family.get(part.case_id, 0) + part.amount_cents
    owed = {}
    for case_id, cents in family.items():
        fee = fee_due(distribution, case_id, cents, year)
        if fee:
            owed[case_id] = fee
    if not owed:
        return parts
    result: list[Part] = []
    kept: dict[str, list[Part]] = {}
    last = {part.case_id: n for n, part in enumerate(parts) if part.payee == Payee.FAMILY}
    for n, part in enumerate(parts):
        fee = min(owed.get(part.case_id, 0), part.amount_cents)
        if part.payee != Payee.FAMILY or not fee or not _pays(part, distribution):
            result.append(part)
        else:
            owed[part.case_id] -= fee
            rest, taken = _split(part, fee, books, rules, year)
            result += rest
            kept.setdefault(part.case_id, []).append(taken)
        if last.get(part.case_id) == n:
            result += kept.get(part.case_id, [])
    return result


def fee_due(distribution: Distribution, case_id: str, family_cents: int, year: int) -> int:
    """Return what of the fee is due out of `family_cents` that the family would get now."""
    books, rules = distribution.books, distribution.rules
    case = books.cases[case_id]
    if not case.iv_d or case.initiating_fips:
        return 0
    if distribution.aid(case).assistance != Assistance.NEVER:
        return 0
    fund = books.fund(case_id, year)
    missing = rules.fee.cents() - fund.fee_cents
    if missing <= 0:
        return 0
    before_threshold = max(0, rules.fee_threshold.cents() - fund.family_cents)
    return max(0, min(missing, family_cents - before_threshold))


def _pays(part: Part, distribution: Distribution) -> bool:
    """Return whether the fee may be taken from a part of this kind of money."""
    kind = "federal_tax_offset" if distribution.offset else "arrears"
    return ("current" if part.current else kind) in distribution.rules.fee_kinds


def _split(part: Part, fee: int, books: Books, rules: Rules, year: int) -> tuple[list[Part], Part]:
    """Return what is left for the family (nothing, or a part), and the fee's part."""
    fund = books.fund(part.case_id, year)
    step = Applied(
        rules.fee,
        {
            "disbursed_cents": fund.family_cents,
            "threshold_cents": rules.fee_threshold.cents(),
            "taken_before_cents": fund.fee_cents,
            "fiscal_year": year,
        },
        {"amount_cents": fee, "left_cents": part.amount_cents - fee},
    )
    rest = part.amount_cents - fee
    credits = largest_remainder(part.credited_cents, [rest, fee])
    kept = replace(
        part,
        amount_cents=fee,
        credited_cents=credits[1],
        payee=Payee.FEE,
        payee_id="",
        # The fee's own rule in the place of the row that pays the family.
        steps=(*part.steps[:-1], step),
    )
    if not rest:
        return [], replace(kept, credited_cents=part.credited_cents)
    steps = (*part.steps, step)
    return [replace(part, amount_cents=rest, credited_cents=credits[0], steps=steps)], kept
