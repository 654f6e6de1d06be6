"""Looking for garbage seldom: a service makes pages of small records, and next to no cycles."""

import gc
from typing import Final

YOUNG_MOST: Final = 100_000
"""A page of a thousand payments is some tens of thousands of records, all of them in use."""
MIDDLE_MOST: Final = 20
OLD_MOST: Final = 100


def collect_seldom() -> None:
    """Leave what is imported by now out of every collection, and collect less often.

    By default 700 new records start a collection, which finds all of them in use: a tenth of the
    time that a page takes (seen). What reference counting frees is freed at once, as always.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_MOST, MIDDLE_MOST, OLD_MOST)
