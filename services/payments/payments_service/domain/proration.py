"""Sharing an amount in whole cents so that the parts always sum to the whole."""

from collections.abc import Sequence


def largest_remainder(amount_cents: int, weights: Sequence[int]) -> list[int]:
    """Share an amount in proportion to weights; left-over cents go to the largest remainders.

    Ties go to the earlier place, so callers sort by id. Raises ValueError when there is money but
    no weight to share it by, or a negative weight.
    """
    total = sum(weights)
    if min(weights, default=0) < 0 or amount_cents < 0:
        raise ValueError(f"cannot share {amount_cents} cents by the weights {list(weights)}")
    if total == 0:
        if amount_cents:
            raise ValueError(f"{amount_cents} cents and no weight to share them by")
        return [0] * len(weights)
    shares = []
    remainders = []
    for place, weight in enumerate(weights):
        share, remainder = divmod(amount_cents * weight, total)
        shares.append(share)
        remainders.append((-remainder, place))
    for _, place in sorted(remainders)[: amount_cents - sum(shares)]:
        shares[place] += 1
    return shares


def prorate_capped(amount_cents: int, weights: Sequence[int], caps: Sequence[int]) -> list[int]:
    """Share an amount by weights, nobody above the cap; what a cap turns away is shared again.

    The parts sum to the amount or to all the caps, whichever is less. Where only places without
    weight have room left, they share by that room.
    """
    if amount_cents >= sum(caps):
        return list(caps)
    if len(caps) == 1:
        return [amount_cents]
    parts = [0] * len(caps)
    open_places = [place for place, cap in enumerate(caps) if cap > 0]
    rest = amount_cents
    while rest:
        open_weights = [weights[place] for place in open_places]
        if not any(open_weights):
            open_weights = [caps[place] for place in open_places]
        shares = largest_remainder(rest, open_weights)
        full = {p for p, share in zip(open_places, shares, strict=True) if share > caps[p]}
        if not full:
            for place, share in zip(open_places, shares, strict=True):
                parts[place] = share
            return parts
        for place in full:
            parts[place] = caps[place]
            rest -= caps[place]
        open_places = [place for place in open_places if place not in full]
    return parts
