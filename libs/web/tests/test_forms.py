"""What somebody typed is read as meant, or refused beside its field."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import PlatformError, invalid_field, not_found
from childsupport.common.v1.errors_pb2 import ErrorReason
from web.forms import GONE_ON, NOT_A_DAY, NOT_AN_AMOUNT, NOT_TAKEN, Form


def form(**values: str) -> Form:
    return Form({name: [value] for name, value in values.items()})


@given(st.integers(min_value=0, max_value=10**10))
def test_an_amount_is_read_as_it_is_written(cents):
    for text in (f"{cents // 100}.{cents % 100:02}", f"${cents // 100:,}.{cents % 100:02}"):
        one = form(amount=text)
        assert one.cents("amount") == cents
        assert not one.errors


@pytest.mark.parametrize(
    "text", ["12,5", "1e3", "-5", "12.345", "١٢", "five", "1,23", "99999999999"]
)
def test_what_is_no_amount_is_refused(text):
    one = form(amount=text)
    one.cents("amount")
    assert one.error("amount") == NOT_AN_AMOUNT


def test_a_day_is_read_from_its_three_boxes():
    one = form(born_month="4", born_day="28", born_year="1986")
    assert one.day("born") == date(1986, 4, 28)
    for wrong in ({"born_month": "2", "born_day": "30", "born_year": "1986"}, {"born_year": "86"}):
        refused = form(**wrong)
        assert refused.day("born") is None
        assert refused.error("born") == NOT_A_DAY


def test_what_a_service_refuses_stands_beside_its_field():
    one = form()
    one.refuse(invalid_field("amount_cents", "must be more than 0"), {"amount_cents": "amount"})
    assert one.error("amount") == NOT_TAKEN
    assert one.errors[0].detail == "must be more than 0", "for workers"
    one.refuse(PlatformError(ErrorReason.ERROR_REASON_ETAG_MISMATCH, "changed"))
    assert one.error("") == GONE_ON
    with pytest.raises(PlatformError, match="case not found"):
        one.refuse(not_found("case", "x"))


def test_the_same_form_has_the_same_id_and_a_made_up_one_is_not_taken():
    given_id = "01890a5d-ac96-774b-bcce-b302099a8057"
    assert form(_request=given_id).request_id == given_id
    assert form(_request="x' OR 1=1").request_id != "x' OR 1=1"
