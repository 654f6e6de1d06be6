"""Employers, what they withhold, and the remittances that they send."""
