"""A made-up State of obligors, the same for the same seed, given out in pages: never held whole.

Most obligors owe in one case, some in two or three; families never had assistance, had it, or have
it; most are paid into an account, the others by check. Of those who owe, 73% pay by income
withholding (as of collections in fiscal year 2023): 40% of a
month a payday, so that two paydays in one month fit into what is owed. A few payroll providers send
most of the lines, many small employers the rest. Social Security numbers begin with 9: none that
was ever issued does.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import count, islice
from random import Random
from typing import TypeVar

from chassis.dates import from_date
from chassis.events import MAX_PAGE_ITEMS
from chassis.ids import derived_id
from childsupport.case.v1 import case_service_pb2 as pb
from launcher.employer_files import Withheld

Drawn = TypeVar("Drawn", bound=int)

SEED = 20260306
UNKNOWN_EVERY = 500
"""One line in so many names a case that nobody has: it goes to suspense."""
WITHHOLDING_PERCENT = 73
PAID_PERCENT = 40
TOGETHER_SHARE = 0.5
"""Of the obligors with several cases those whose employer names one of them for the whole sum."""
BEHIND_SHARE = 0.6
MEDICAL_SHARE = 0.2
SPANISH_SHARE = 0.05
ACCOUNT_SHARE = 0.8
SAVINGS_SHARE = 0.2
HOT_EVERY = 5
HOT_CENTS = 100
PROVIDER_SHARE = 0.1
PROVIDER_LINES = (5_000, 25_000)
EMPLOYER_LINES = (4.1, 1.2)
"""Of a lognormal distribution: 60 lines in the middle, seldom more than 600."""
CASES_OF_AN_OBLIGOR = ((81, 1), (96, 2), (100, 3))
ASSISTANCE = (
    (50, pb.ASSISTANCE_STATUS_NEVER),
    (88, pb.ASSISTANCE_STATUS_FORMER),
    (100, pb.ASSISTANCE_STATUS_CURRENT),
)
"""Rows of: percent that this or an earlier row covers, value."""
BUCKETS = {
    pb.ASSISTANCE_STATUS_NEVER: (pb.ARREARS_BUCKET_NEVER_ASSIGNED,),
    pb.ASSISTANCE_STATUS_FORMER: (
        pb.ARREARS_BUCKET_PERMANENTLY_ASSIGNED,
        pb.ARREARS_BUCKET_UNASSIGNED_PRE,
    ),
    pb.ASSISTANCE_STATUS_CURRENT: (pb.ARREARS_BUCKET_PERMANENTLY_ASSIGNED,),
}
ROUTING_NUMBERS = ("123456780", "987654320")
STRUCK_ON = date(2026, 2, 28)
ORDERED_ON = date(2024, 7, 1)


@dataclass(frozen=True, slots=True)
class Household:
    """An obligor with everybody who is owed, the cases, and what employers withhold on a payday."""

    participants: tuple[pb.Participant, ...]
    cases: tuple[pb.Case, ...]
    withheld: tuple[tuple[str, int], ...]
    """Case number and cents of each entry."""
    ssn: str
    name: str


def households(cases: int, seed: int = SEED) -> Iterator[Household]:
    """Give obligors until they have so many cases."""
    found = 0
    for number in count(1):
        if found >= cases:
            return
        made = household(number, seed)
        found += len(made.cases)
        yield made


def lines(payments: int, cases: int, seed: int = SEED, *, hot: bool = False) -> Iterator[Withheld]:
    """Give the entries of one payday, exactly so many.

    Where the cases have fewer, whoever pays by withholding pays again. `hot`: one line in five pays
    for one and the same obligor.
    """
    hottest = next(_withheld(households(cases, seed))) if hot else None
    for place, line in enumerate(islice(_again_and_again(cases, seed), payments), 1):
        if place % UNKNOWN_EVERY == 0:
            yield replace(line, case_identifier=f"77{place:08d}")
        elif hottest is not None and place % HOT_EVERY == 0:
            yield replace(hottest, amount_cents=HOT_CENTS)
        else:
            yield line


def files(payments: int, seed: int = SEED) -> Iterator[int]:
    """Give the sizes of one payday's files in lines; together so many."""
    chance = Random(f"{seed}/files")  # noqa: S311 (a made-up State is to be guessed)
    left = payments
    while left:
        if chance.random() < PROVIDER_SHARE:
            size = chance.randrange(*PROVIDER_LINES)
        else:
            size = 1 + round(chance.lognormvariate(*EMPLOYER_LINES))
        size = min(size, left, PROVIDER_LINES[1])
        left -= size
        yield size


def import_pages(cases: int, seed: int = SEED) -> Iterator[pb.ImportCasesRequest]:
    """Give everybody in pages that one message may hold, participants before their cases."""
    page = pb.ImportCasesRequest()
    for made in households(cases, seed):
        if len(page.participants) + len(made.participants) > MAX_PAGE_ITEMS:
            yield page
            page = pb.ImportCasesRequest()
        page.participants.extend(made.participants)
        page.cases.extend(made.cases)
    if page.participants:
        yield page


def _again_and_again(cases: int, seed: int) -> Iterator[Withheld]:
    while True:
        yield from _withheld(households(cases, seed))


def _withheld(found: Iterator[Household]) -> Iterator[Withheld]:
    for made in found:
        for case, cents in made.withheld:
            yield Withheld(case, made.ssn, made.name, cents)


def household(number: int, seed: int) -> Household:
    """Return the obligor with a number: the same whoever else was asked for."""
    chance = Random(f"{seed}/{number}")  # noqa: S311 (as above)
    obligor = _person(chance, seed, f"obligor/{number}", ssn=f"9{number:08d}", paid=False)
    people = [obligor]
    cases = []
    # The first must withhold: of a State in which nobody does, no file could be made.
    withholding = number == 1 or chance.randrange(100) < WITHHOLDING_PERCENT
    for place in range(1, _drawn(chance, CASES_OF_AN_OBLIGOR) + 1):
        obligee = _person(chance, seed, f"obligee/{number}/{place}", ssn="", paid=True)
        people.append(obligee)
        case = _case(chance, seed, (number, place), (obligor, obligee))
        case.orders[0].income_withholding = withholding
        cases.append(case)
    owed = [(case.case_number, _monthly_cents(case) * PAID_PERCENT // 100) for case in cases]
    if len(owed) > 1 and chance.random() < TOGETHER_SHARE:
        owed = [(owed[0][0], sum(cents for _, cents in owed))]
    return Household(
        participants=tuple(people),
        cases=tuple(cases),
        withheld=tuple(owed) if withholding else (),
        ssn=obligor.ssn,
        name=f"{obligor.last_name} {obligor.first_name}".upper()[:10],
    )


def _case(
    chance: Random,
    seed: int,
    place: tuple[int, int],
    parties: tuple[pb.Participant, pb.Participant],
) -> pb.Case:
    number = f"{place[0]:08d}{place[1]:02d}"
    case_id = derived_id("bench", str(seed), "case", number)
    assistance = _drawn(chance, ASSISTANCE)
    obligor, obligee = parties
    return pb.Case(
        case_id=case_id,
        case_number=number,
        case_type=pb.CASE_TYPE_IV_D,
        assistance_status=assistance,
        assistance_since=from_date(ORDERED_ON)
        if assistance == pb.ASSISTANCE_STATUS_CURRENT
        else None,
        unreimbursed_assistance_cents=0
        if assistance == pb.ASSISTANCE_STATUS_NEVER
        else chance.randrange(50_000, 1_000_000),
        obligor_id=obligor.participant_id,
        obligee_id=obligee.participant_id,
        county_fips=f"21{chance.randrange(1, 240, 2):03d}",
        opened_on=from_date(ORDERED_ON),
        orders=[_order(chance, seed, number, case_id, assistance)],
    )


def _order(
    chance: Random, seed: int, number: str, case_id: str, assistance: pb.AssistanceStatus.ValueType
) -> pb.Order:
    behind = chance.random() < BEHIND_SHARE
    opening = []
    if behind:
        opening = [
            pb.OpeningArrears(
                bucket=bucket,
                amount_cents=chance.randrange(20_000, 1_500_000),
                as_of=from_date(STRUCK_ON),
            )
            for bucket in BUCKETS[assistance]
        ]
    obligations = [
        pb.Obligation(
            obligation_id=derived_id("bench", str(seed), "obligation", number, "child"),
            support_type=pb.SUPPORT_TYPE_CHILD,
            monthly_amount_cents=_support_cents(chance),
            monthly_arrears_cents=chance.randrange(2_500, 10_000) if behind else 0,
            effective_from=from_date(ORDERED_ON),
            opening_arrears=opening,
        )
    ]
    if chance.random() < MEDICAL_SHARE:
        medical = pb.Obligation(
            obligation_id=derived_id("bench", str(seed), "obligation", number, "medical"),
            support_type=pb.SUPPORT_TYPE_MEDICAL,
            monthly_amount_cents=chance.randrange(2_000, 9_000),
            effective_from=from_date(ORDERED_ON),
        )
        obligations.append(medical)
    return pb.Order(
        order_id=derived_id("bench", str(seed), "order", number),
        case_id=case_id,
        court_number=f"{chance.randrange(10, 26)}-CI-{number}",
        obligations=obligations,
    )


def _person(chance: Random, seed: int, key: str, *, ssn: str, paid: bool) -> pb.Participant:
    person = pb.Participant(
        participant_id=derived_id("bench", str(seed), key),
        first_name=chance.choice(_FIRST),
        last_name=chance.choice(_LAST),
        ssn=ssn,
        language="es" if chance.random() < SPANISH_SHARE else "en",
    )
    person.address.line1 = f"{chance.randrange(1, 9_999)} {chance.choice(_LAST)} Street"
    person.address.city, person.address.state, person.address.zip_code = "Frankfort", "KY", "40601"
    if paid and chance.random() < ACCOUNT_SHARE:
        person.bank_account.routing_number = chance.choice(ROUTING_NUMBERS)
        person.bank_account.account_number = f"{chance.randrange(10**9, 10**10)}"
        person.bank_account.savings = chance.random() < SAVINGS_SHARE
    return person


def _support_cents(chance: Random) -> int:
    return min(200_000, round(chance.lognormvariate(10.4, 0.5)))


def _monthly_cents(case: pb.Case) -> int:
    return sum(
        one.monthly_amount_cents + one.monthly_arrears_cents
        for order in case.orders
        for one in order.obligations
    )


def _drawn(chance: Random, table: tuple[tuple[int, Drawn], ...]) -> Drawn:
    point = chance.randrange(100)
    return next(value for covered, value in table if point < covered)


_FIRST = ("Ann", "Carl", "Dora", "Evan", "Gail", "Hugo", "Iris", "Jonas", "Lena", "Marta", "Nils")
_LAST = ("Abel", "Burr", "Cole", "Dunn", "Eads", "Ford", "Gray", "Hale", "Ives", "Judd", "Kerr")
