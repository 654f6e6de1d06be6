"""How much the relay takes at once: by bytes, so that long pages do not fill its memory."""

import pytest

from chassis.relay import BATCH_BYTES, BATCH_EVENTS, _next_limit


@pytest.mark.parametrize("body_bytes", [0, 100, 20_000, 300_000, 3_000_000, BATCH_BYTES, 1 << 30])
def test_a_batch_holds_about_so_many_bytes_or_one_event(body_bytes: int) -> None:
    limit = _next_limit(body_bytes)
    assert 1 <= limit <= BATCH_EVENTS
    assert limit == 1 or limit * body_bytes <= BATCH_BYTES
    assert limit == BATCH_EVENTS or (limit + 1) * body_bytes > BATCH_BYTES
