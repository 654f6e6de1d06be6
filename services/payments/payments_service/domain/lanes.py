"""Lanes: an obligor's money is posted in one of sixteen lanes, always the same one; fixed ids."""

from payments_service.domain.model import Payee

LANES = 16
HEXADECIMAL = 16
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
}
"""Payees that are no participants, by their id in the disbursement tables."""
