"""What the money pages make of an answer: a payment in a word, a chart of months."""

from childsupport.payments.v1 import party_service_pb2 as pb
from portal_service.money import chart, seen


def test_a_payment_that_the_state_keeps_never_sounds_as_if_it_came_to_the_family():
    """45 CFR 302.51(a)(1): assigned support goes to the State while assistance is not repaid."""
    kept = pb.MyPayment(
        role=pb.MY_ROLE_RECEIVER,
        amount_cents=13100,
        state=pb.MY_PAYMENT_STATE_SENT,
        payees=[pb.MyPayeeShare(payee=pb.MY_PAYEE_STATE, amount_cents=13100)],
    )
    assert seen.passes_by(kept)
    assert seen.tag(kept).label == "To the State"
    assert "nothing of it comes to you" in seen.sentence(kept)
    assert [mark.label for mark in seen.way(kept)] == ["Came in", "Counted", "Sent"]
    kept.payees.add(payee=pb.MY_PAYEE_FAMILY, amount_cents=100)
    assert not seen.passes_by(kept)
    assert seen.headline_cents(kept) == 100


def test_bars_of_a_chart_stay_in_the_frame_and_grow_with_the_money():
    months = [
        pb.MyMonth(charged_cents=22_000, paid_cents=n * 1_000, balance_cents=90_000 - n * 5_000)
        for n in range(24)
    ]
    drawn = chart.chart_of(months)
    heights = [bar.height for bar in drawn.paid]
    assert heights == sorted(heights)
    assert heights[-1] > heights[0]
    for bar in drawn.charged + drawn.paid:
        assert bar.y >= chart.TOP
        assert bar.y + bar.height <= chart.HEIGHT - chart.BOTTOM + 0.2
        assert bar.x >= chart.LEFT
        assert bar.x + bar.width <= chart.WIDTH - chart.RIGHT + 0.2
    assert any(line.cents < 0 for line in drawn.scale), "what was paid ahead lies below zero"
    assert chart.chart_of([]).paid == ()
