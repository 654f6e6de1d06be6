"""Sharing in whole cents: parts sum to the whole, caps hold, order does not matter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments_service.domain.proration import largest_remainder, prorate_capped

amounts = st.integers(0, 10_000_000)
weights = st.lists(st.integers(0, 1_000_000), min_size=1, max_size=8)


def test_the_published_proportion_of_two_orders():
    """Published: worked_examples D3 (San Joaquin), orders $700 and $350, limit $600."""
    assert largest_remainder(60_000, [70_000, 35_000]) == [40_000, 20_000]


def test_ties_go_to_the_first():
    """Constructed."""
    assert largest_remainder(1, [1, 1, 1]) == [1, 0, 0]
    assert largest_remainder(2, [1, 1, 1]) == [1, 1, 0]


@given(amounts, weights)
def test_parts_sum_to_the_whole(amount, shares):
    if not sum(shares):
        shares[0] = 1
    parts = largest_remainder(amount, shares)
    assert sum(parts) == amount
    total = sum(shares)
    for part, weight in zip(parts, shares, strict=True):
        assert abs(part * total - amount * weight) < total


@given(amounts, st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), min_size=1))
def test_nobody_gets_more_than_the_cap_and_nothing_is_left_while_there_is_room(amount, pairs):
    shares, caps = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    parts = prorate_capped(amount, shares, caps)
    assert all(0 <= part <= cap for part, cap in zip(parts, caps, strict=True))
    assert sum(parts) == min(amount, sum(caps))


@given(amounts, st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 10**6)), min_size=2))
def test_who_is_below_the_cap_gets_the_proportion_of_the_others_below_it(amount, pairs):
    shares, caps = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    parts = prorate_capped(amount, shares, caps)
    below = [p for p in range(len(caps)) if parts[p] < caps[p]]
    for one in below:
        for other in below:
            assert abs(parts[one] * shares[other] - parts[other] * shares[one]) <= (
                shares[one] + shares[other]
            )


def test_money_without_anything_to_share_it_by_is_refused():
    with pytest.raises(ValueError, match="no weight"):
        largest_remainder(1, [0, 0])
    with pytest.raises(ValueError, match="cannot share"):
        largest_remainder(-1, [1])
