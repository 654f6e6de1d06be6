"""The case service: cases, their parties, and the orders that say who owes what."""
