"""The rules by themselves: no cent is lost in reading, and one reason is told."""

import string
import uuid
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

import policy
from chassis.ids import new_id
from formats.ach.codes import CCD, CTX, SUPPORTED_TRANSACTION_CODES
from formats.ach.model import AchEntry, BatchHeader
from formats.ded import APPLICATIONS, TERMINATOR
from formats.identifiers import identifier_key
from withholding_service.domain.bounds import believed
from withholding_service.domain.line import LineState, StagedLine
from withholding_service.domain.matching import Candidate, Match, Sought, match
from withholding_service.domain.outcome import EarlierLine, decide
from withholding_service.domain.reading import read_entry
from withholding_service.domain.reasons import PRECEDENCE, Finding, Reason, in_order
from withholding_service.domain.settlement import settlement_date
from withholding_service.receipts import LINES_MAX, receipt_id

DAY = date(2026, 3, 6)
BELIEVED = believed(policy.load("kentucky"), DAY)
AMOUNTS = st.integers(0, 10**10 - 1)


def segment(application: str, amount_cents: int, *, case: str = "0000000001") -> str:
    return f"DED*{application}*{case}*260306*{amount_cents}*900010001*N**2100003{TERMINATOR}"


@st.composite
def entries(draw: st.DrawFn) -> AchEntry:
    """Entries good and bad: amounts that agree or not, garbage for addenda, any code."""
    sec_code = draw(st.sampled_from([CCD, CTX, "PPD"]))
    amounts = draw(st.lists(st.integers(0, 10**6), max_size=5))
    applications = draw(st.lists(st.sampled_from(sorted(APPLICATIONS)), min_size=5, max_size=5))
    texts = [segment(a, cents) for a, cents in zip(applications, amounts, strict=False)]
    if draw(st.booleans()):
        texts.append(draw(st.text(string.printable, max_size=80)))
    total = sum(amounts)
    cents = draw(st.one_of(st.just(total), st.integers(0, 2 * 10**6)))
    joined = "".join(texts)
    addenda = tuple(texts) if sec_code == CCD else (joined,)
    code = draw(st.sampled_from([*sorted(SUPPORTED_TRANSACTION_CODES), "27"]))
    if code in {"23", "24", "33", "34"}:
        cents = 0
    batch = BatchHeader("220", "E", "1900000001", sec_code, "X", "", DAY, "12345678", 1, 2)
    return AchEntry(
        batch, code, "123456780", "1", cents, "", "SDU", "123456780000001", addenda, 3, ()
    )


@given(entries())
def test_the_lines_of_an_entry_carry_its_money(entry):
    reading = read_entry(entry, first_line_number=7, settlement_date=DAY, believed=BELIEVED)
    lines = reading.lines
    assert sum(line.amount_cents for line in lines) == (
        entry.amount_cents if entry.is_credit else 0
    )
    assert [line.line_number for line in lines] == list(range(7, 7 + len(lines)))
    assert [line.sequence for line in lines] == list(range(1, len(lines) + 1))
    assert all(line.credited_cents >= line.amount_cents >= 0 for line in lines)
    unreadable = [line for line in lines if line.has_money and not line.case_identifier]
    assert all(line.findings for line in unreadable)


@given(st.lists(st.sampled_from(PRECEDENCE)))
def test_the_reason_is_the_first_by_precedence(reasons):
    ordered = [f.reason for f in in_order(Finding(reason, "") for reason in reasons)]
    assert sorted(reasons, key=PRECEDENCE.index) == ordered


def test_every_reason_has_its_place():
    assert sorted(PRECEDENCE) == sorted(Reason)


@given(st.lists(st.integers(1, LINES_MAX), min_size=1, unique=True))
def test_receipts_have_the_order_of_their_lines(numbers):
    submission_id = new_id()
    ids = [receipt_id(submission_id, number) for number in sorted(numbers)]
    assert ids == sorted(set(ids))
    for one in ids:
        assert (uuid.UUID(one).version, uuid.UUID(one).variant) == (7, uuid.RFC_4122)
        assert one[:13] == submission_id[:13]


@given(st.integers(0, 10**10 - 1))
def test_a_case_number_is_found_without_its_leading_zeros(number):
    assert identifier_key(f"{number:010d}") == identifier_key(str(number))


@given(st.text(max_size=20))
def test_a_key_is_the_same_for_what_was_keyed(text):
    key = identifier_key(text)
    assert identifier_key(key) == key


def staged(amount_cents: int = 5000, findings: tuple[Finding, ...] = ()) -> StagedLine:
    return StagedLine(
        line_number=1,
        page_number=1,
        trace_number="123456780000001",
        sequence=1,
        amount_cents=amount_cents,
        credited_cents=amount_cents,
        settlement_date=DAY,
        application="CS",
        case_identifier="0000000001",
        identifier_key="1",
        pay_date=DAY,
        ssn_hash=b"h",
        ssn_last_four="0001",
        ssn_encrypted=None,
        name="",
        employment_ended=False,
        medical_coverage=False,
        fingerprint=b"f",
        findings=findings,
        warnings=(),
    )


FOUND = Match("case", "obligor")
LOST = Match(finding=Finding(Reason.UNKNOWN_CASE, "unknown case"))


@given(
    st.sampled_from([0, 5000]),
    st.lists(st.sampled_from(PRECEDENCE), max_size=3),
    st.sampled_from([FOUND, LOST]),
    st.booleans(),
)
def test_money_is_somebodys_or_waits_for_a_reason(amount_cents, reasons, found, is_duplicate):
    findings = tuple(Finding(reason, f"says {reason}") for reason in reasons)
    earlier = EarlierLine("s", 2, DAY) if is_duplicate else None
    outcome = decide(staged(amount_cents, findings), found, earlier, None)
    if amount_cents == 0:
        assert outcome.state is LineState.NOTICE_ONLY
    elif outcome.state is LineState.IDENTIFIED:
        assert outcome.obligor_id == "obligor"
        assert not findings
        assert not is_duplicate
    else:
        assert outcome.obligor_id is None
        assert outcome.reason is not None
        assert outcome.detail
    if findings or is_duplicate or found is LOST:
        assert outcome.state is not LineState.IDENTIFIED
    said = {outcome.detail, *outcome.warnings}
    assert {finding.detail for finding in findings} <= said


def candidate(case_id: str, **changes: object) -> Candidate:
    values = {
        "case_id": case_id,
        "case_number": f"000{case_id}",
        "obligor_id": f"obligor {case_id}",
        "obligor_ssn_hash": b"h",
        "has_order": True,
        "is_case_number": False,
    }
    return Candidate(**(values | changes))


def test_the_choice_among_cases_of_one_obligor_is_always_the_same():
    sought = Sought("x", "x", b"h", "0001")
    several = [candidate("3"), candidate("2"), candidate("1", has_order=False)]
    assert match(sought, several).case_id == "2"
    assert match(sought, several[::-1]).case_id == "2"
    own_number = candidate("9", is_case_number=True)
    assert match(sought, [*several, own_number]).case_id == "9"


def test_a_batch_without_a_day_settles_on_the_next_banking_day():
    banks = policy.load("kentucky").calendar("federal_reserve")
    assert settlement_date(None, date(2026, 3, 7), banks) == date(2026, 3, 9)
