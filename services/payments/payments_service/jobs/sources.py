"""Work by the clock on money of other sources: held by law, or asked of the gateway."""

from chassis.service import Timer
from payments_service.actions.adjusting import apply_adjustments
from payments_service.actions.online import apply_chargebacks, ask_gateway, hear_gateway
from payments_service.actions.receipt_holds import hold_receipts, release_receipts

TIMERS = (
    Timer("hold_receipts", 1.0, hold_receipts),
    Timer("release_receipts", 2.0, release_receipts),
    Timer("ask_gateway", 0.5, ask_gateway),
    Timer("hear_gateway", 60.0, hear_gateway),
    Timer("apply_chargebacks", 5.0, apply_chargebacks),
    Timer("apply_adjustments", 5.0, apply_adjustments),
)
