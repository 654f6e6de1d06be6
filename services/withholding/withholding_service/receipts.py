"""Ids of receipts: in the order of the file, so that posting by id is posting by line."""

import uuid

_VERSION_7 = 0x7
_VERSION_SHIFT = 76
_HIGH_SHIFT = 64
_HIGH_BITS = 12
_LOW_SHIFT = 42
_LOW_BITS = 20
LINES_MAX = (1 << (_HIGH_BITS + _LOW_BITS)) - 1


def receipt_id(submission_id: str, line_number: int) -> str:
    """Return the id of a line's receipt: a UUIDv7 made of its submission's.

    Time and the lower random bits are the submission's; the line number takes the place of the
    upper ones, as RFC 9562 (section 6.2) allows for a counter. Two files, even of one millisecond,
    differ in 42 random bits.
    """
    base = uuid.UUID(submission_id).int
    if base >> _VERSION_SHIFT & 0xF != _VERSION_7 or not 0 < line_number <= LINES_MAX:
        raise ValueError(f"receipt id: line {line_number} of {submission_id}")
    high, low = divmod(line_number, 1 << _LOW_BITS)
    kept = base & ~(((1 << _HIGH_BITS) - 1) << _HIGH_SHIFT | ((1 << _LOW_BITS) - 1) << _LOW_SHIFT)
    value = f"{kept | high << _HIGH_SHIFT | low << _LOW_SHIFT:032x}"
    return f"{value[:8]}-{value[8:12]}-{value[12:16]}-{value[16:20]}-{value[20:]}"
