"""Collection and adjustment records of the federal offset program (OMB 0970-0161)."""

import pytest

from formats.collections import CollectionsRejected
from formats.offset import CONTROL_RECORD, RECORD, WIDTH, read_offsets

BASE = {
    "state": "KY",
    "ssn": "123456701",
    "case_id": "0000123456",
    "last_name": "DOE",
    "first_name": "JOHN",
    "collection_cents": 12_345,
    "adjustment_cents": 0,
    "case_type": "N",
    "offset_type": "TAX",
    "offset_year": 2025,
}


def record(**given):
    return RECORD.write(BASE | given)


def control(count=1, cents=12_345, back_count=0, back_cents=0):
    return CONTROL_RECORD.write(
        {
            "state": "KY",
            "collection_count": count,
            "adjustment_count": back_count,
            "collection_cents": cents,
            "adjustment_cents": back_cents,
        }
    )


def read(*lines):
    return list(read_offsets(["\r\n".join(lines).encode()]))


def refused(*lines):
    with pytest.raises(CollectionsRejected) as rejected:
        read(*lines)
    return [str(problem) for problem in rejected.value.problems]


def test_a_record_is_read_from_its_columns():
    line = record(joint_return="Y", injured_spouse="Y")
    assert (len(line), line[75:86], line[224]) == (WIDTH, "00000012345", "Y")
    (found,) = read(line, control())
    assert (found.collection_cents, found.case_id, found.name) == (12_345, "0000123456", "JOHN DOE")
    assert found.joint_return
    assert found.injured_spouse_settled
    assert found.is_tax
    assert not found.assigned


def test_an_adjustment_counts_for_itself():
    back = record(collection_cents=0, adjustment_cents=500, case_type="A", offset_type="ADM")
    first, second = read(record(), back, control(back_count=1, back_cents=500))
    assert (first.adjustment_cents, second.adjustment_cents) == (0, 500)
    assert second.assigned
    assert not second.is_tax


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((record(), control(cents=12_346)), "expected 12345, as the records come to"),
        ((record(), control(count=2)), "expected 1, as the records come to"),
        ((record(),), "a last record with"),
        ((record()[:-1], control()), "245 ASCII characters"),
        ((record(), control(), record()), "nothing after the control"),
        ((record().replace("00000012345", "0000001234X"), control()), "collection cents"),
        ((record(adjustment_cents=1), control()), "an amount in one"),
    ],
)
def test_a_file_whose_sums_cannot_hold_is_refused_whole(lines, said):
    found = refused(*lines)
    assert any(said in problem for problem in found), found


def test_a_record_with_a_bad_field_is_kept_for_a_worker():
    (found,) = read(record().replace("123456701", "12345X701"), control())
    (problem,) = found.problems
    assert problem.field == "ssn"
    assert problem.severity == "entry"


def test_what_is_said_of_a_file_tells_neither_a_person_nor_where_the_money_is_from():
    lines = record().replace("123456701", "12345X701").replace("00000012345", "0000001234X")
    said = " ".join(refused(lines, control())).lower()
    for word in ("12345x701", "doe", "offset", "tax", "federal", "irs"):
        assert word not in said
