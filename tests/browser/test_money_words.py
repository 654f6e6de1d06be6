"""The words of the money pages: each rule that a parent is told of is told in both languages."""

import tomllib
from pathlib import Path

import pytest

from childsupport.common.v1.explanation_pb2 import Step
from childsupport.payments.v1 import party_service_pb2 as pb
from portal_service.money import chart, seen, why
from web.i18n import catalogues

POLICY = Path(__file__).parents[2] / "libs" / "policy" / "data"
SPANISH = Path(why.__file__).parents[1] / "locale"


class _Visit:
    language = "es"
    texts = catalogues([SPANISH])["es"]

    def text(self, message, **values):
        return self.texts.gettext(message) % values


def _told_rules():
    for folder in ("federal", "kentucky"):
        texts = tomllib.loads((POLICY / folder / "texts.toml").read_text())
        yield from (rule for rule in texts["text"] if "delinquency" not in rule)


@pytest.mark.parametrize("rule_id", sorted(_told_rules()))
def test_every_rule_that_the_law_library_tells_parents_of_is_told_here_in_spanish_too(rule_id):
    """DESIGN section 6: every cent explains itself; to parents, in their language."""
    template = why.template_of(rule_id)
    assert template, rule_id
    assert _Visit.texts.gettext(template) != template


def test_a_sentence_has_the_figures_and_a_step_that_lacks_one_keeps_the_services_words():
    whole = Step(
        rule_id="ky.allocation.withheld.current",
        citation="921 KAR 1:420 s1 (unverified)",
        confidence="unverified",
        inputs={"kind": "child", "due_cents": "20000", "available_cents": "99900"},
        outputs={"amount_cents": "12500"},
    )
    (payer,) = why.tell(_Visit(), [whole], details=True)
    (receiver,) = why.tell(_Visit(), [whole], details=False)
    assert "$125.00" in payer.text
    assert "la manutención infantil" in payer.text
    assert "$200.00" in payer.text
    # What there was to share in all is the payer's matter (26 USC 6103; party_service.proto).
    assert "$200.00" not in receiver.text
    assert "$999.00" not in payer.text + receiver.text
    assert (payer.citation, payer.unsure) == ("921 KAR 1:420 s1", True)
    lacking = Step(rule_id="ky.allocation.withheld.current", text="said by the service")
    assert why.sentence(_Visit(), lacking) == "said by the service"


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
