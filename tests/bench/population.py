"""A made-up State of obligors, the same for the same seed, given out in pages: never held whole.

Most obligors owe in one case, some in two or three; families never had assistance, had it, or have
it; most are paid into an account, the others by check. Each obligor pays 40% of a month every two
weeks, so that two files in one month fit into what is owed. Social Security numbers begin with 9:
none that was ever issued does.
"""

from collections.abc import Iterator
from dataclasses import dataclass
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
PAID_PERCENT = 40
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


def households(payments: int, seed: int = SEED) -> Iterator[Household]:
    """Give obligors until their entries suffice for so many payments."""
    entries = 0
    for number in count(1):
        if entries >= payments:
            return
        made = household(number, seed)
        entries += len(made.withheld)
        yield made


def lines(payments: int, seed: int = SEED) -> Iterator[Withheld]:
    """Give the entries of one payday's file, exactly so many."""
    found = (
        Withheld(case, made.ssn, made.name, cents)
        for made in households(payments, seed)
        for case, cents in made.withheld
    )
    for place, line in enumerate(islice(found, payments), 1):
        if place % UNKNOWN_EVERY:
            yield line
        else:
            yield Withheld(f"77{place:08d}", line.ssn, line.name, line.amount_cents)


def import_pages(payments: int, seed: int = SEED) -> Iterator[pb.ImportCasesRequest]:
    """Give everybody in pages that one message may hold, participants before their cases."""
    page = pb.ImportCasesRequest()
    for made in households(payments, seed):
        if len(page.participants) + len(made.participants) > MAX_PAGE_ITEMS:
            yield page
            page = pb.ImportCasesRequest()
        page.participants.extend(made.participants)
        page.cases.extend(made.cases)
    if page.participants:
        yield page


def household(number: int, seed: int) -> Household:
    """Return the obligor with a number: the same whoever else was asked for."""
    chance = Random(f"{seed}/{number}")
    obligor = _person(chance, seed, f"obligor/{number}", ssn=f"9{number:08d}", paid=False)
    people = [obligor]
    cases = []
    for place in range(1, _drawn(chance, CASES_OF_AN_OBLIGOR) + 1):
        obligee = _person(chance, seed, f"obligee/{number}/{place}", ssn="", paid=True)
        people.append(obligee)
        cases.append(_case(chance, seed, (number, place), (obligor, obligee)))
    owed = [(case.case_number, _monthly_cents(case) * PAID_PERCENT // 100) for case in cases]
    if len(owed) > 1 and chance.random() < 0.5:
        owed = [(owed[0][0], sum(cents for _, cents in owed))]
    return Household(
        participants=tuple(people),
        cases=tuple(cases),
        withheld=tuple(owed),
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
    behind = chance.random() < 0.6
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
    if chance.random() < 0.2:
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
        income_withholding=True,
        obligations=obligations,
    )


def _person(chance: Random, seed: int, key: str, *, ssn: str, paid: bool) -> pb.Participant:
    person = pb.Participant(
        participant_id=derived_id("bench", str(seed), key),
        first_name=chance.choice(_FIRST),
        last_name=chance.choice(_LAST),
        ssn=ssn,
        language="es" if chance.random() < 0.05 else "en",
    )
    person.address.line1 = f"{chance.randrange(1, 9_999)} {chance.choice(_LAST)} Street"
    person.address.city, person.address.state, person.address.zip_code = "Frankfort", "KY", "40601"
    if paid and chance.random() < 0.8:
        person.bank_account.routing_number = chance.choice(ROUTING_NUMBERS)
        person.bank_account.account_number = f"{chance.randrange(10**9, 10**10)}"
        person.bank_account.savings = chance.random() < 0.2
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
