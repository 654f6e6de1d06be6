"""Lanes: an obligor's money is posted in one of sixteen lanes, always the same one; fixed ids."""

from payments_service.domain.model import Payee

LANES = 16
HEXADECIMAL = 16
FIPS_DIGITS = 7
UNIDENTIFIED = "00000000-0000-8000-8000-{:012x}"


def lane_of(id_: str) -> int:
    """Return the lane of an obligor (or of an unidentified receipt): the last digit of the id.

    Our ids are random in their last 62 bits, so the lanes fill evenly.
    """
    return int(id_[-1], HEXADECIMAL)


def pseudo_obligor(lane: int) -> str:
    """Return the id under which a lane books what is not identified; it falls into that lane."""
    return UNIDENTIFIED.format(lane)


INSTITUTIONS = {
    Payee.STATE: "00000000-0000-8000-8000-0000000000f2",
    Payee.MEDICAID: "00000000-0000-8000-8000-0000000000f3",
    Payee.FEE: "00000000-0000-8000-8000-0000000000f4",
    Payee.FOSTER_CARE: "00000000-0000-8000-8000-0000000000f8",
}
"""Payees that are no participants, by their id in the disbursement tables."""

OTHER_STATE = "00000000-0000-8000-8001-{:0>12}"


def other_state_id(fips: str) -> str:
    """Return the payee id of another State's agency: its FIPS code, which can be read in it."""
    return OTHER_STATE.format(fips.ljust(FIPS_DIGITS, "0"))


def fips_of(payee_id: str) -> str:
    """Return the FIPS code of another State's agency (7 digits); empty for any other payee."""
    start, _, digits = payee_id.rpartition("-")
    return digits[-FIPS_DIGITS:] if OTHER_STATE.startswith(f"{start}-") else ""
