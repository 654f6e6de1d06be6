"""What a remittance file says, whose each payment is, and what becomes of it: pure functions."""
